"""What tests of publishing share: a first run, one more, and what the server shows then."""

import collections
import functools
import json
import re
import unittest

from publisher import Publisher, Server
from published import Truth
from workspace import Workspace

VERSIONS = ("2.0.7", "1.13.1")


def on_each_version(projects):
    """A test method gets a workspace of so many projects, and a server of each version in turn."""

    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for version in VERSIONS:
                with self.subTest(version), Workspace(
                    "--projects", str(projects)
                ) as workspace, Server("--version", version) as server:
                    test(self, workspace, server)

        return run

    return decorate


def count_writes(requests):
    return sum(request["method"] != "GET" for request in requests)


def shapes(requests):
    """How often which kind of request was sent: methods and paths without names."""
    found = collections.Counter()
    for request in requests:
        path = request["path"].split("?")[0].removeprefix("/api/v1")
        found[request["method"] + " " + re.sub(r"/(name|id)/.*|/[0-9a-f-]{36}.*", "/X", path)] += 1
    return found


class PublishCase(unittest.TestCase):
    maxDiff = 4000

    def check(self, done, code=0):
        self.assertEqual(done.returncode, code, done.stderr[-4000:])
        self.assertNotIn("Traceback", done.stderr)
        return done

    def first(self, workspace, server, *options, **settings):
        """Everything of the workspace on the server; the publisher and the truth."""
        truth = Truth(workspace.truth())
        server.control("seed", users=truth.users(), databaseServices=truth.database_services())
        publisher = Publisher(workspace, server)
        publisher.extra = truth.settings()
        self.check(publisher.run("ingest", *options, extra=publisher.extra, **settings))
        return publisher, truth

    def again(self, publisher, *options, command="ingest", code=0, extra="", **settings):
        """One more run; the requests that it sent to OpenMetadata."""
        publisher.server.forget_requests()
        done = publisher.run(command, *options, extra=publisher.extra + extra, **settings)
        self.check(done, code)
        return publisher.server.requests()

    def dashboards(self, server):
        found = server.entities(
            "dashboards",
            fields="tags,owners,charts,dataModels,certification",
            service="hex_flow",
        )
        return {one["name"]: one for one in found}

    def lineage(self, server):
        found = {}
        for line in map(json.loads, server.state().strip().split("\n")):
            source = line.get("details", {}).get("source")
            if line["kind"] == "edge" and source == "DashboardLineage":
                ends = tuple(f"{line[x]['type']}:{line[x]['fqn']}" for x in ("from", "to"))
                found[ends] = line["details"]
        return found

    def assert_is_truth(self, server, truth):
        users = {one["id"]: one.get("email") for one in server.entities("users")}
        dashboards = self.dashboards(server)
        self.assertEqual(set(dashboards), set(truth.projects))
        for name, project in truth.projects.items():
            shown = dashboards[name]
            tags = {tag["tagFQN"] for tag in shown.get("tags", [])}
            owners = [users[owner["id"]] for owner in shown.get("owners", [])]
            owner = project["owner"] or project["creator"]
            self.assertEqual(shown["displayName"], project["title"] or name)
            self.assertEqual(tags, truth.tags(project), project["title"])
            self.assertEqual(owners, [owner.lower()] if owner else [], project["title"])
        models = {
            one["name"]: [column["name"] for column in one["columns"]]
            for one in server.entities("dashboard/datamodels", service="hex_flow")
        }
        self.assertEqual(set(models), set(truth.data_models()))
        for name, columns in truth.data_models().items():
            self.assertEqual(models[name][: len(columns)], columns)
        charts = {one["name"] for one in server.entities("charts", service="hex_flow")}
        self.assertEqual(charts, set(truth.charts()))
        links = {name: (0, 0) for name in dashboards}
        for name in charts:
            links[name[:36]] = (links[name[:36]][0] + 1, links[name[:36]][1])
        for name in models:
            links[name[:36]] = (links[name[:36]][0], links[name[:36]][1] + 1)
        for name, shown in dashboards.items():
            counts = (len(shown.get("charts", [])), len(shown.get("dataModels", [])))
            self.assertEqual(counts, links[name])
        self.assert_edges(server, truth)

    def assert_edges(self, server, truth):
        edges = self.lineage(server)
        want = truth.edges()
        self.assertEqual(set(edges), set(want))
        for ends, pairs in want.items():
            got = {
                (self.last_part(source), self.last_part(to["toColumn"]))
                for to in edges[ends].get("columnsLineage", [])
                for source in to["fromColumns"]
            }
            self.assertLessEqual(got, pairs, ends)

    def last_part(self, fqn):
        return fqn.split(".")[-1].strip('"').lower()

    def stable(self, server):
        return sorted(
            line
            for line in server.state().strip().split("\n")
            if '"user"' not in line and '"bot"' not in line
        )
