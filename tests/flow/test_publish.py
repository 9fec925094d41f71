"""The catalog comes to OpenMetadata as it is, once, and what people did there stays."""

import collections
import json
import os
import random
import signal
import time
import unittest

from publish_case import PublishCase, count_writes, shapes
from publisher import Publisher, Server
from published import Truth
from workspace import Workspace

# The slow suite asks for more (tests/flow/meson.build).
PROJECT_COUNT = int(os.environ.get("PROJECTS", "100"))
KILLS = int(os.environ.get("KILLS", "5"))
ANSWERS = ["400", "401", "403", "404", "409", "429", "500", "503", "cut", "slow"]


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
            self.check(publisher.run("publish"))
            done = self.check(publisher.run("plan", "--json", "--exit-code"), 0)
            self.assertEqual(json.loads(done.stdout)["create"], 0)

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

    # ---- what people did stays ----

    def curate(self, server, project, model):
        """A person edits a dashboard and a data model in every way there is."""
        user = server.entities("users")[0]
        server.control("seed", classifications=[{"name": "Own", "tags": ["Mine"]}])
        own = {
            "tagFQN": "Own.Mine",
            "source": "Classification",
            "labelType": "Manual",
            "state": "Confirmed",
        }
        shown = server.entity("dashboards", f"hex_flow.{project}", "tags,owners")
        operations = [
            {"op": "add", "path": "/description", "value": "A person's words"},
            {"op": "replace", "path": "/displayName", "value": "A person's title"},
        ]
        if shown.get("tags"):
            operations.append({"op": "remove", "path": "/tags/0"})
            operations.append({"op": "add", "path": "/tags/-", "value": own})
        else:
            operations.append({"op": "add", "path": "/tags", "value": [own]})
        reference = {"id": user["id"], "type": "user"}
        operations.append({"op": "add", "path": "/owners", "value": [reference]})
        server.patch("dashboards", shown["id"], *operations)
        column = {"op": "add", "path": "/columns/0/description", "value": "A person's column"}
        server.patch("dashboard/datamodels", model["id"], column)
        return self.person_state(server, project, model)

    def person_state(self, server, project, model):
        dashboard = self.dashboards(server)[project]
        shown = server.entity("dashboard/datamodels", model["fullyQualifiedName"])
        return {
            "title": dashboard["displayName"],
            "description": dashboard["description"],
            "tags": sorted(tag["tagFQN"] for tag in dashboard["tags"]),
            "owners": [owner["id"] for owner in dashboard["owners"]],
            "column": shown["columns"][0].get("description"),
        }

    def test_a_person_is_never_overwritten(self):
        for version in ("2.0.7", "1.13.1"):
            with self.subTest(version), Workspace("--projects", "60") as workspace, Server(
                "--version", version
            ) as server:
                publisher, truth = self.first(workspace, server)
                models = server.entities("dashboard/datamodels", service="hex_flow")
                model = next(one for one in models if one["columns"])
                project = model["name"][:36]
                kept = self.curate(server, project, model)
                others = [p for p in truth.projects if p != project]
                for round_number in range(5):
                    text = f"Round {round_number}: a=b @team 'q' <b>x</b>"
                    other = others[round_number]
                    for one in (project, other):
                        workspace.control(
                            "edit", id=one, title=f"Hex title {round_number}", description=text
                        )
                    self.again(publisher)
                    self.assertEqual(self.person_state(server, project, model), kept)
                    shown = server.entity("dashboards", f"hex_flow.{other}")
                    self.assertEqual(shown["displayName"], f"Hex title {round_number}")
                    self.assertIn(f"Round {round_number}", shown["description"])
                self.assertEqual(count_writes(self.again(publisher)), 0)
                self.assertEqual(server.violations(), [])
                settings = {"extra": "", "command": "publish"}
                override = "--set=source.sourceConfig.config.overrideMetadata=true"
                self.again(publisher, override, **settings)
                shown = server.entity("dashboards", f"hex_flow.{project}")
                self.assertEqual(shown["displayName"], "Hex title 4")
                self.assertIn("Round 4", shown["description"])

    def test_what_a_person_drew_is_left_alone(self):
        with Workspace("--projects", "30") as workspace, Server() as server:
            publisher, _ = self.first(workspace, server)
            ends = next(iter(self.lineage(server)))
            ids = [self.id_of(server, end) for end in ends]
            edge = {
                "fromEntity": {"id": ids[0], "type": ends[0].split(":")[0]},
                "toEntity": {"id": ids[1], "type": ends[1].split(":")[0]},
                "lineageDetails": {"source": "Manual", "description": "drawn by hand"},
            }
            server.call("PUT", "/api/v1/lineage", {"edge": edge})
            self.again(publisher, "--verify", command="publish")
            self.assertNotIn(ends, self.lineage(server))
            self.assertIn("drawn by hand", server.state())

    def id_of(self, server, end):
        collection = {
            "table": "tables",
            "dashboard": "dashboards",
            "dashboardDataModel": "dashboard/datamodels",
        }
        kind, fqn = end.split(":", 1)
        return server.entity(collection[kind], fqn)["id"]

    # ---- deletion ----

    def test_what_is_gone_from_hex_goes_and_what_people_deleted_stays_deleted(self):
        with Workspace("--projects", "60") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            gone, deleted = [p for p in truth.projects][:2]
            workspace.control("trash", id=gone)
            by_hand = server.entity("dashboards", f"hex_flow.{deleted}")
            server.call("DELETE", f"/api/v1/dashboards/{by_hand['id']}")
            workspace.control("edit", id=deleted, title="Still in Hex")
            for _ in range(2):
                self.again(publisher)
                for name in (gone, deleted):
                    self.assertTrue(server.entity("dashboards", f"hex_flow.{name}")["deleted"])
            charts = server.entities("charts", service="hex_flow", include="non-deleted")
            self.assertFalse([one for one in charts if one["name"].startswith(gone)])
            self.assertEqual(count_writes(self.again(publisher)), 0)
            workspace.control("trash", id=gone, undo=True)
            self.again(publisher)
            self.assertFalse(server.entity("dashboards", f"hex_flow.{gone}")["deleted"])
            self.again(publisher, "--restore", command="publish")
            self.assertFalse(server.entity("dashboards", f"hex_flow.{deleted}")["deleted"])

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

    # ---- adoption ----

    def test_a_lost_catalog_and_a_second_machine(self):
        with Workspace("--projects", "60") as workspace, Server() as server:
            publisher, _ = self.first(workspace, server)
            models = server.entities("dashboard/datamodels", service="hex_flow")
            model = next(one for one in models if one["columns"])
            project = model["name"][:36]
            kept = self.curate(server, project, model)
            counts = server.stats()["entities"]
            second = Publisher(workspace, server, "two")
            second.extra = publisher.extra
            writes = [r for r in self.again(second) if r["method"] != "GET"]
            # Column lineage that the server leaves out silently is sent once more.
            self.assertTrue(all("/lineage/" in r["path"] for r in writes), shapes(writes))
            self.assertLess(len(writes), 10)
            self.assertEqual(self.person_state(server, project, model), kept)
            self.assertEqual(server.stats()["entities"], counts)
            workspace.control("edit", id=project, title="From Hex", description="From Hex")
            self.again(second)
            self.assertEqual(self.person_state(server, project, model), kept)

    def test_a_service_that_the_connector_filled_is_adopted(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            truth = Truth(workspace.truth())
            left = [
                {
                    "name": project["id"],
                    "displayName": project["title"] or project["id"],
                    "tags": [name for name in self.connector_tags(project) if '"' not in name],
                }
                for project in truth.projects.values()
            ]
            server.control("seed", users=truth.users())
            server.control("seed", connector={"service": "hex_flow", "dashboards": left})
            publisher = Publisher(workspace, server)
            publisher.extra = ""
            self.check(publisher.run("ingest"))
            dashboards = self.dashboards(server)
            self.assertEqual(set(dashboards), set(truth.projects))
            for name, project in truth.projects.items():
                tags = {tag["tagFQN"] for tag in dashboards[name].get("tags", [])}
                self.assertEqual(tags, truth.tags(project), project["title"])
            self.assertEqual(count_writes(self.again(publisher)), 0)

    def connector_tags(self, project):
        """OpenMetadata's own connector makes a category of the status, too."""
        return project["categories"] + ([project["status"]] if project["status"] else [])

    # ---- failures ----

    def test_every_endpoint_failing_once(self):
        endpoints = [
            "GET /api/v1/dashboards",
            "PUT /api/v1/tags",
            "PUT /api/v1/charts/bulk",
            "PUT /api/v1/dashboard/datamodels/bulk",
            "PUT /api/v1/dashboards/bulk",
            "PUT /api/v1/lineage",
        ]
        answers = ANSWERS if KILLS > 5 else ["403", "429", "500", "cut"]
        with Workspace("--projects", "12") as workspace:
            with Server() as server:
                publisher, truth = self.first(workspace, server)
                want = self.stable(server)
            for endpoint in endpoints:
                for answer in answers:
                    rule = f"{endpoint}:{answer}:@1"
                    with self.subTest(rule), Server() as server:
                        self.fail_once(workspace, server, truth, rule, want)

    def fail_once(self, workspace, server, truth, rule, want):
        server.control("seed", users=truth.users(), databaseServices=truth.database_services())
        publisher = Publisher(workspace, server, "failing")
        publisher.extra = truth.settings()
        self.check(publisher.run("sync"))
        server.control("config", fail=rule)
        done = publisher.run("publish", extra=publisher.extra, retry_seconds=20)
        answer = rule.split(":")[1]
        allowed = {"401": {3}, "403": {3}}.get(answer, {0, 1, 4})
        self.assertIn(done.returncode, allowed, done.stderr[-2000:])
        server.control("config", fail="")
        self.check(publisher.run("publish", extra=publisher.extra))
        self.assertEqual(self.stable(server), want)

    def test_killed_at_any_moment(self):
        draw = random.Random(7)
        with Workspace("--projects", "40") as workspace:
            with Server() as server:
                _, truth = self.first(workspace, server)
                want = self.stable(server)
            with Server("--latency", "3") as server:
                server.control(
                    "seed", users=truth.users(), databaseServices=truth.database_services()
                )
                publisher = Publisher(workspace, server, "killed")
                publisher.extra = truth.settings()
                self.check(publisher.run("sync"))
                config = publisher.configure(extra=publisher.extra)
                for _ in range(KILLS):
                    process = publisher.start("publish", "-c", config, "-q")
                    time.sleep(draw.uniform(0.02, 0.35))
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                self.again(publisher, command="publish")
                self.assertEqual(self.stable(server), want)
                self.assertEqual(count_writes(self.again(publisher, command="publish")), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
