"""The catalog comes to OpenMetadata as it is, once, and what people did there stays."""

import collections
import fcntl
import json
import os
import re
import unittest

from curation import Curation
from publish_case import PublishCase, count_writes, shapes
from publisher import Publisher, Server
from published import Truth
from workspace import Workspace

# The slow suite asks for more (tests/flow/meson.build).
PROJECT_COUNT = int(os.environ.get("PROJECTS", "100"))


class PublishTest(PublishCase):
    # ---- everything arrives ----

    def test_everything_arrives_and_nothing_is_written_twice(self):
        with Workspace("--projects", str(PROJECT_COUNT)) as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            first = server.requests()
            self.assert_is_truth(server, truth)
            self.assertEqual(server.violations(), [])
            bulk = [r for r in first if r["path"].startswith("/api/v1/dashboards/bulk")]
            self.assertLessEqual(len(bulk), len(truth.projects) // 100 + 1)
            again = self.again(publisher)
            self.assertEqual(count_writes(again), 0, shapes(again))

            project = next(p for p in truth.projects.values() if p["type"] == "PROJECT")
            workspace.control("edit", id=project["id"], title="Renamed (again)")
            renamed = self.again(publisher)
            rows = [r for r in renamed if r["method"] == "PUT"]
            self.assertTrue(all("bulk" in r["path"] for r in rows), shapes(renamed))
            self.assertEqual(sum(self.count_rows(r["body"]) for r in rows), 1)
            shown = server.entity("dashboards", f"hex_flow.{project['id']}")
            self.assertEqual(shown["displayName"], "Renamed (again)")
            self.assertEqual(count_writes(self.again(publisher)), 0)

    def count_rows(self, body):
        return len(json.loads(body) if isinstance(body, str) else body)

    def test_a_server_of_1_13(self):
        with Workspace("--projects", "150") as workspace, Server(
            "--version", "1.13.1"
        ) as server:
            publisher, truth = self.first(workspace, server)
            self.assert_is_truth(server, truth)
            self.assertEqual(server.violations(), [])
            self.assertEqual(count_writes(self.again(publisher)), 0)

    def test_a_plan_writes_nothing_and_tells_all(self):
        with Workspace("--projects", "30") as workspace, Server() as server:
            truth = Truth(workspace.truth())
            publisher = Publisher(workspace, server)
            publisher.extra = ""
            self.check(publisher.run("sync"))
            server.forget_requests()
            done = self.check(publisher.run("plan", "--json", "--exit-code"), 10)
            self.assertEqual(count_writes(server.requests()), 0)
            items = [json.loads(line) for line in done.stdout.splitlines()]
            made = collections.Counter(i["kind"] for i in items if i["action"] == "create")
            self.assertEqual(made["dashboard"], len(truth.projects))
            self.assertEqual(made["data model"], len(truth.data_models()))
            self.assertEqual(made["chart"], len(truth.charts()))
            self.assertEqual(items[-1]["action"], "summary")
            self.assertEqual(items[-1]["create"], sum(made.values()))
            shown = self.check(publisher.run("plan"), 0).stdout
            for name, count in (*made.items(), ("Together", sum(made.values()))):
                self.assertRegex(shown, rf"(?m)^{name} +{count} +0 +0 +0 +0$")
            self.check(publisher.run("publish"))
            with open(f"{publisher.folder}/hex.catalog.db.lock", "r+", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # as a run does that writes the catalog
                shown = self.check(publisher.run("plan"), 0).stdout
                refused = self.check(publisher.run("publish"), 1).stderr
                late = self.check(publisher.run("publish", "--wait=0"), 1).stderr
            self.assertIn("Nothing to change", shown)
            self.assertIn("wait for it (--wait)", refused)
            self.assertIn("is still being written", late)
            done = self.check(publisher.run("plan", "--json", "--exit-code"), 0)
            self.assertEqual(json.loads(done.stdout)["create"], 0)

    def test_the_owner_filter_asks_who_will_be_the_owner(self):
        with Workspace("--projects", "80") as workspace, Server() as server:
            truth = Truth(workspace.truth())
            wanted = {name: project for name, project in truth.projects.items()
                      if re.match("[a-l]", project["owner"] or project["creator"], re.I)}
            self.assertTrue(any(project["owner"] is None for project in wanted.values()))
            self.assertLess(len(wanted), len(truth.projects))
            publisher = Publisher(workspace, server)
            publisher.extra = "  ownerFilterPattern: {includes: ['[a-l]']}\n"
            self.again(publisher)
            shown = {one["name"] for one in server.entities("dashboards", service="hex_flow")}
            self.assertEqual(shown, set(wanted))

    def plan(self, publisher, code):
        """The lines of a plan that are no summary."""
        done = publisher.run("plan", "--json", "--exit-code", extra=publisher.extra)
        items = [json.loads(line) for line in self.check(done, code).stdout.splitlines()]
        return [item for item in items if item["action"] != "summary"]

    def test_a_plan_looks_at_lineage_as_a_publish_does(self):
        """Without a base an edge is read first: what is there already is no change."""
        for version in ("2.0.7", "1.13.1"):
            with self.subTest(version), Workspace("--projects", "20") as workspace, Server(
                "--version", version
            ) as server:
                publisher, truth = self.first(workspace, server)
                ends = sorted(self.lineage(server))[0]
                Curation(server, None, None, None).draw(*ends, "drawn by hand")
                other = Publisher(workspace, server, "two")
                other.extra = publisher.extra
                self.check(other.run("sync", extra=other.extra))
                kept = {"action": "keep", "kind": "lineage", "name": " > ".join(ends),
                        "title": " > ".join(ends), "fields": []}
                self.assertEqual(self.plan(other, 0), [kept])
                self.assertEqual(count_writes(self.again(other, command="publish")), 0)

    def test_a_plan_has_nothing_for_what_a_publish_leaves_alone(self):
        """A data model that a person deleted: its edges wait until Hex changes the project."""
        with Workspace("--projects", "20") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            self.again(publisher)
            model = server.entity("dashboard/datamodels",
                                  f"hex_flow.model.{sorted(truth.data_models())[0]}")
            server.call("DELETE", f"/api/v1/dashboard/datamodels/{model['id']}")
            self.assertEqual(self.plan(publisher, 0), [])
            self.assertEqual(count_writes(self.again(publisher, command="publish")), 0)

    def test_views_are_counted_per_day_and_posted_once(self):
        with Workspace("--projects", "20") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            self.assertNotIn("POST /usage/dashboard/X", shapes(server.requests()))
            viewed = next(iter(truth.projects))
            for count, total in ((3, 3), (2, 5)):
                workspace.control("view", id=viewed, count=count)
                posted = [r for r in self.again(publisher) if "/usage/" in r["path"]]
                self.assertEqual(len(posted), 2, [r["path"] for r in posted])
                body = posted[0]["body"]
                body = json.loads(body) if isinstance(body, str) else body
                self.assertEqual(body["count"], total)
                self.assertIn("compute.percentile/dashboard/" + body["date"], posted[1]["path"])
            again = self.again(publisher)
            self.assertEqual([r for r in again if "/usage/" in r["path"]], [])

    # ---- deletion ----

    def test_the_brake_holds_mass_deletion(self):
        with Workspace("--projects", "60") as workspace, Server() as server:
            publisher, _ = self.first(workspace, server)
            setting = "source.sourceConfig.config.dashboardFilterPattern.includes"
            filters = f"--set={setting}=[Nothing]"
            before = len(self.dashboards(server))
            self.again(publisher, filters, command="publish", code=5)
            self.assertEqual(len(self.dashboards(server)), before)
            self.again(publisher, filters, "--accept-deletes", command="publish")
            self.assertEqual(len(self.dashboards(server)), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
