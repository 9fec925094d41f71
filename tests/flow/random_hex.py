"""What happens in Hex, drawn at random."""

import re

from published import Truth

CATEGORIES = ["Finance", "R&D", "Ops", "Brand new", "a.b c", 'say "so"', "x::y"]
STATUSES = ["In development", "Approved", "Deprecated", "Needs review", "Endorsed", None]


class HexSide:
    """What happens in Hex."""

    def __init__(self, workspace, owners):
        self.workspace = workspace
        self.owners = owners
        self.number = 0
        self.added = 0
        self.away = {"trash": set(), "archive": set()}

    def some(self, draw):
        return draw.choice(sorted(Truth(self.workspace.truth()).projects))

    def some_project(self, draw):
        """No component: notebooks of the simulator that import one would change with it."""
        projects = Truth(self.workspace.truth()).projects
        return draw.choice(sorted(p for p in projects if projects[p]["type"] == "PROJECT"))

    def edit(self, draw, **fields):
        self.workspace.control("edit", id=self.some(draw), **fields)

    def rename(self, draw):
        self.number += 1
        letter = draw.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        self.edit(draw, title=f"{letter} title {self.number} <b> & 'q'")

    def describe(self, draw):
        self.number += 1
        self.edit(draw, description=f"Hex's words {self.number}: a=b @team 'q'")

    def empty_description(self, draw):
        self.edit(draw, description=None)

    def categorize(self, draw):
        self.edit(draw, categories=draw.sample(CATEGORIES, draw.randrange(4)))

    def collect(self, draw):
        names = ["Finance", "Data platform", "Q&A"]
        self.edit(draw, collections=draw.sample(names, draw.randrange(3)))

    def judge(self, draw):
        self.edit(draw, status=draw.choice(STATUSES))

    def hand_over(self, draw):
        self.edit(draw, owner=draw.choice(self.owners))

    def query(self, draw):
        """Another cell at the end, over a table that OpenMetadata knows."""
        truth = Truth(self.workspace.truth())
        snowflake = next(key for key, value in truth.connections.items()
                         if value["name"] == "Snowflake Prod")
        tables = sorted((t["database"], t["schema"], t["name"]) for t in truth.lines["table"]
                        if t["connection"] == snowflake and re.fullmatch("[A-Z_]+", t["name"]))
        self.number += 1
        name = ".".join(draw.choice(tables))
        self.workspace.control("edit", id=self.some_project(draw),
                               sql=f"SELECT (SELECT MAX(ID) FROM {name}) AS C{self.number}")

    def unquery(self, draw):
        self.workspace.control("edit", id=self.some_project(draw), sql=None)

    def take(self, draw, how):
        project = self.some_project(draw)
        if len(Truth(self.workspace.truth()).projects) > 8:
            self.away[how].add(project)
            self.workspace.control(how, id=project)

    def give_back(self, draw, how):
        if self.away[how]:
            project = draw.choice(sorted(self.away[how]))
            self.away[how].remove(project)
            self.workspace.control(how, id=project, undo=True)

    def trash(self, draw):
        self.take(draw, "trash")

    def restore(self, draw):
        self.give_back(draw, "trash")

    def archive(self, draw):
        self.take(draw, "archive")

    def unarchive(self, draw):
        self.give_back(draw, "archive")

    def delete(self, draw):
        if len(Truth(self.workspace.truth()).projects) > 8:
            self.workspace.control("delete", id=self.some_project(draw))

    def add(self, _):
        if self.added < 5:  # the next would be a component
            self.added += 1
            self.workspace.control("add", count=1)

    def view(self, draw):
        self.workspace.control("view", id=self.some(draw), count=draw.randrange(1, 9))

    def publish(self, draw):
        self.workspace.control("publish", id=self.some(draw))
