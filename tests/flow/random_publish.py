"""A workspace, a server, people, and runs of hexmeta: the world of a random test.

A step is a name and a number: the name is a method of HexSide, People or World, the number seeds
what it chooses. So any step can be left out, and the others still do what they did, or something
like it.
"""

import glob
import json
import os
import random
import re
import signal
import time
import urllib.parse

from published import Truth
from publisher import Publisher
from random_hex import HexSide
from random_model import Model
from random_state import State, fqn_of

SETTINGS = "source.sourceConfig.config."
CONFIG = {  # setting: value, and what a check does not look at while it is so
    "includeTags=false": (SETTINGS + "includeTags=false", {"tags"}),
    "includeOwners=false": (SETTINGS + "includeOwners=false", {"owners"}),
    "includeDataModels=false": (SETTINGS + "includeDataModels=false", {"models"}),
    "keep dashboards": (SETTINGS + "markDeletedDashboards=false", {"extra"}),
    "keep data models": (SETTINGS + "markDeletedDataModels=false", {"extra"}),
    "keep charts": (SETTINGS + "markDeletedCharts=false", {"extra"}),
    "runs": ("hexmeta.publishRuns=true", set()),
    "no status": ("hexmeta.tags.status=false", {"tags"}),
    "no SQL": ("hexmeta.publishSql=false", set()),
}
GOOD_CODES = {0, 1, 3, 4, 5}
FAULTS = ["500", "503", "429", "400", "404", "403", "409", "412", "401", "cut", "cut", "500"]


class Machine:
    """One catalog; what it has published (all that it could have)."""

    def __init__(self, workspace, server, name):
        self.publisher = Publisher(workspace, server, name)
        self.truth = None  # of the last whole sync
        self.known = set()
        self.known_before = set()

    def lose(self):
        for path in glob.glob(f"{self.publisher.folder}/hex.catalog.db*"):
            os.unlink(path)
        self.truth = None
        self.known = set()


class World(Model):
    """Everything, and the runs of hexmeta."""

    def __init__(self, workspace, server):
        truth = Truth(workspace.truth())
        server.control("seed", users=truth.users(), databaseServices=truth.database_services())
        super().__init__(server)
        self.workspace = workspace
        self.server = server
        self.extra = truth.settings() + "  maxDeletePercent: 100\n"
        self.hex = HexSide(workspace, sorted(
            {p["owner"] or p["creator"] for p in truth.projects.values()} - {None}))
        self.machines = [Machine(workspace, server, "one")]
        self.machine = self.machines[0]
        self.found = []
        self.is_by_hand = False
        self.is_refused = False  # the server has refused a row, and has its reasons

    # ---- steps ----

    def step(self, name, number):
        draw = random.Random(number)
        side, what = name.split(".")
        target = {"hex": self.hex, "people": self.people, "run": self}[side]
        if side == "people" and not State(self.server).ours:
            return
        getattr(target, what)(draw)

    def configure(self, draw):
        self.settings ^= {draw.choice(sorted(CONFIG))}

    def plain(self, _):
        self.settings = set()
        self.filter = None

    def filter_titles(self, draw):
        self.filter = draw.choice([None, "^[A-D]", "^[E-M]", ".*title"])

    def make_by_hand(self, _):
        if not self.is_by_hand and State(self.server).ours:
            self.is_by_hand = True
            self.people.make_by_hand()

    def lose(self, _):
        self.machine.lose()

    def other_machine(self, _):
        if len(self.machines) == 1:
            self.machines.append(Machine(self.workspace, self.server, "two"))
        self.machine = self.machines[self.machine is self.machines[0]]

    # ---- runs ----

    def options(self, command):
        options = [f"--set={CONFIG[name][0]}" for name in sorted(self.settings)]
        if self.filter:
            options.append(f"--set={SETTINGS}dashboardFilterPattern.excludes=['{self.filter}']")
        return options + (["--accept-deletes"] if command != "sync" else [])

    def hexmeta(self, command, *options, retry_seconds=20):
        publisher = self.machine.publisher
        return publisher.run(command, *self.options(command), *options, extra=self.extra,
                             retry_seconds=retry_seconds)

    def complain(self, text):
        self.found.append(text)

    def must(self, done):
        """A run that nothing disturbs does not fail, unless the server refuses what it has."""
        self.may(done, {0})
        lines = [line for line in done.stderr.splitlines() if " ERROR " in line]
        if self.people.switched:
            self.is_refused = self.is_refused or bool(lines)
        else:
            self.found += [f"{done.args[1]}: {line}" for line in lines[:3]]

    def may(self, done, codes):
        if done.returncode not in codes:
            self.complain(f"{done.args[1]}: exit {done.returncode}: {done.stderr[-1500:]}")

    def about_to(self, command):
        """The model learns what a run is about to send."""
        machine = self.machine
        machine.known_before = set(machine.known)
        if command in ("ingest", "sync"):
            machine.truth = Truth(self.workspace.truth())
        truth = machine.truth
        if truth is None or command == "sync":
            return
        for one in self.wanted(truth):
            machine.known.add(one)
        for ends in self.lineage(truth):
            machine.known.add(ends)
        for name in self.projects(truth):
            tags = truth.tags(truth.projects[name])
            machine.known |= {(name, tag) for tag in tags}
            if truth.projects[name]["description"]:
                machine.known.add((name, "description"))
            key = ("dashboard", name)
            given = set() if any("tags" in CONFIG[one][1] for one in self.settings) else tags
            for tag in sorted(self.people.removed.get(key, set()) - given):
                self.people.removed[key].discard(tag)
                self.doubt.add((name, tag))
            for tag in sorted(self.people.added.get(key, set()) & tags):
                self.people.added[key].discard(tag)
                self.doubt.add((name, tag))
        for name in sorted(self.settings):
            self.blind |= CONFIG[name][1]

    def ingest(self, _):
        self.about_to("ingest")
        self.must(self.hexmeta("ingest"))
        self.check()

    def sync(self, _):
        self.about_to("sync")
        self.must(self.hexmeta("sync"))

    def publish(self, _):
        """A plan, and what it said."""
        if self.machine.truth is None:
            return
        self.about_to("publish")
        planned = self.plan()
        before = State(self.server)
        ids = self.ids()
        self.server.forget_requests()
        self.must(self.hexmeta("publish"))
        written = self.written(ids, before) if not self.is_refused else planned
        for one in sorted(planned - written)[:5]:
            if one[1] != "lineage" or tuple(one[2].split(" > ")) not in self.people.drawn:
                # Of a line that comes back with its ends only a publish can see who drew it.
                self.complain(f"planned but not done: {one}")
        for one in sorted(written - planned)[:5]:
            self.complain(f"done but not planned: {one}")
        self.check()

    def sync_and_publish(self, draw):
        self.sync(draw)
        self.publish(draw)

    def override(self, _):
        if self.people.switched or self.settings:
            return  # the server may refuse some of it
        self.about_to("ingest")
        self.must(self.hexmeta("ingest", f"--set={SETTINGS}overrideMetadata=true"))
        self.people.overridden(self.texts(self.machine.truth))
        self.check()

    def override_lineage(self, _):
        self.about_to("ingest")
        self.must(self.hexmeta("ingest", f"--set={SETTINGS}overrideLineage=true"))
        for ends in self.lineage(self.machine.truth):
            self.people.drawn.pop(ends, None)
        self.check(again=False)

    def bring_back(self, _):
        """publish --restore: also what people deleted."""
        if self.machine.truth is None:
            return
        self.about_to("publish")
        self.must(self.hexmeta("publish", "--restore"))
        self.people.deleted -= self.wanted(self.machine.truth)
        self.must(self.hexmeta("publish", "--restore"))
        self.people.deleted -= self.wanted(self.machine.truth)
        self.check()

    def verify(self, _):
        if self.machine.truth is not None:
            self.about_to("publish")
            self.must(self.hexmeta("publish", "--verify"))
            self.check()

    # ---- disturbed runs ----

    def after_disturbance(self, command):
        if command in ("ingest", "sync"):
            self.machine.truth = None
        self.machine.known = self.machine.known_before  # it may not have come so far
        state = State(self.server)
        for text in self.people.problems(state):
            self.complain(f"after a disturbed run: {text}")

    def fail(self, draw):
        """One request of OpenMetadata fails, or all from it on."""
        method = draw.choice(["PUT ", "PUT ", "PATCH ", "DELETE ", "GET ", "", "POST "])
        place = draw.choice([f"@{draw.randrange(1, 6)}", f"@{draw.randrange(1, 80)}",
                             f"{draw.randrange(1, 60)}+", f"{draw.randrange(2, 9)}"])
        path = draw.choice(["", "/dashboards", "/charts", "/dashboard/datamodels", "/lineage",
                            "/tags", "/dashboards", "/tables", "/users"])
        rule = f"{method}/api/v1{path}:{draw.choice(FAULTS)}:{place}"
        self.server.control("config", fail=rule)
        command = draw.choice(["ingest", "ingest", "publish"])
        if command == "publish" and self.machine.truth is None:
            command = "ingest"
        self.about_to(command)
        self.may(self.hexmeta(command, retry_seconds=1), GOOD_CODES)
        self.server.control("config", fail="")
        self.after_disturbance(command)

    def fail_hex(self, draw):
        path = draw.choice(["/projects", "/projects/export", "/", "/data-connections"])
        place = draw.choice([f"@{draw.randrange(1, 9)}", f"{draw.randrange(1, 9)}+", "2"])
        what = draw.choice(["429", "cut", "503"])  # others: contents are read in another way
        self.workspace.control("config", fail=f"/api/v1{path}:{what}:{place}")
        command = draw.choice(["ingest", "sync"])
        self.about_to(command)
        self.may(self.hexmeta(command, retry_seconds=1), GOOD_CODES)
        self.workspace.control("config", fail="")
        self.after_disturbance(command)

    def kill(self, draw):
        command = draw.choice(["ingest", "publish"])
        if command == "publish" and self.machine.truth is None:
            command = "ingest"
        self.about_to(command)
        publisher = self.machine.publisher
        config = publisher.configure(extra=self.extra)
        self.server.control("config", latency=draw.choice([0, 2, 5]))
        process = publisher.start(command, "-c", config, "-q", *self.options(command))
        time.sleep(draw.uniform(0.02, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.server.control("config", latency=0)
        self.after_disturbance(command)

    # ---- checks ----

    def check(self, again=True):
        """After a run that went well: everything is as it should be, and nothing is left to do."""
        if self.found:
            return
        state = State(self.server)
        if self.is_refused:
            self.is_refused = False
            self.found += self.people.problems(state)
            return
        if again and self.machine.truth is not None:
            for _ in range(2):  # what came back is compared in the next run
                self.server.forget_requests()
                self.must(self.hexmeta("publish"))
                writes = [r for r in self.server.requests() if r["method"] != "GET"]
                if not writes:
                    break
            for request in writes[:3]:
                self.complain(f"still writes: {request['method']} {request['path']} "
                              f"{(request['body'] or '')[:600]}")
            state = State(self.server)
        self.found += self.problems(state)
        if self.server.violations():
            self.complain(f"violations: {self.server.violations()[:2]}")
        self.blind = set().union(*(CONFIG[name][1] for name in self.settings))

    # ---- plans ----

    def ids(self):
        found = {}
        for collection, kind in (("dashboards", "dashboard"), ("charts", "chart"),
                                 ("dashboard/datamodels", "data model"),
                                 ("pipelines", "pipeline")):
            for one in self.server.entities(collection, include="all"):
                found[one["id"]] = (kind, one["name"])
        for kind, collection in (("classification", "classifications"), ("tag", "tags")):
            for one in self.server.entities(collection, include="all"):
                found[one["id"]] = (kind, one["fullyQualifiedName"])
        return found

    def plan(self):
        done = self.hexmeta("plan", "--json")
        self.must(done)
        items = [json.loads(line) for line in done.stdout.splitlines()]
        return {
            ("delete" if item["action"] in ("delete", "unlink") else "write", item["kind"],
             item["name"])
            for item in items if item["action"] not in ("keep", "summary")
        }

    def written(self, ids, before):
        """What the server was asked to write, in the words of a plan."""
        found = set()
        for request in self.server.requests():
            if request["method"] != "GET":
                found |= self.meant(request, ids, before)
        return found

    def meant(self, request, ids, before):
        path = request["path"].removeprefix("/api/v1").split("?")[0]
        action = "delete" if request["method"] == "DELETE" else "write"
        match = re.match("/lineage/(.*?)/name/(.*?)/(.*?)/name/(.*)", path)
        if match:
            one, left, two, right = [urllib.parse.unquote(x) for x in match.groups()]
            return {(action, "lineage", f"{one}:{left} > {two}:{right}")}
        body = json.loads(request["body"]) if request["body"] else None
        if path == "/lineage":
            ends = [body["edge"][x] for x in ("fromEntity", "toEntity")]
            ids = {**ids, **self.ids(), **self.table_ids()}
            return {(action, "lineage", " > ".join(self.end(ids, one) for one in ends))}
        match = re.fullmatch(r"/pipelines/(.*?)/status(/bulk)?", path)
        if match:
            return {(action, "runs", urllib.parse.unquote(match.group(1)).split(".")[-1])}
        match = re.search("/([0-9a-f-]{36})$", path)
        if match and match.group(1) in ids:
            return {(action, *ids[match.group(1)])}
        kinds = {"/dashboards": "dashboard", "/charts": "chart", "/tags": "tag",
                 "/dashboard/datamodels": "data model", "/classifications": "classification",
                 "/pipelines": "pipeline", "/services/pipelineServices": "pipeline service",
                 "/services/dashboardServices": "dashboard service"}
        kind = kinds.get(path.removesuffix("/bulk"))
        rows = body if isinstance(body, list) else [body]
        if kind == "tag":
            names = {f"{row['classification']}.{self.quoted(row['name'])}" for row in rows}
        else:
            names = {row["name"] for row in rows} if kind else set()
        return {(action, kind, name) for name in names}

    def quoted(self, name):
        return '"' + name + '"' if "." in name else name

    def table_ids(self):
        return {one["id"]: ("table", one["fullyQualifiedName"])
                for one in self.server.entities("tables")}

    def end(self, ids, one):
        kind, name = ids.get(one["id"], (one["type"], "?"))
        return f"{one['type']}:{name if kind == 'table' else fqn_of(one['type'], name)}"

