"""Schedules and runs of projects come to OpenMetadata as pipelines with a history."""

import datetime
import sqlite3
import unittest
import urllib.parse

from publisher import Publisher, Server
from published import Truth
from workspace import Workspace

SERVICE = "hex_flow_runs"
ON = "  publishRuns: true\n"
OUTCOMES = {
    "COMPLETED": "Successful",
    "ERRORED": "Failed",
    "KILLED": "Failed",
    "UNABLE_TO_ALLOCATE_KERNEL": "Failed",
    "PENDING": "Pending",
    "RUNNING": "Pending",
}


def moment(text):
    """Milliseconds of a time in the truth."""
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(time.timestamp() * 1000)


class PublishRunsTest(unittest.TestCase):
    maxDiff = 4000

    def check(self, done, code=0):
        self.assertEqual(done.returncode, code, done.stderr[-4000:])
        return done

    def first(self, workspace, server):
        publisher = Publisher(workspace, server)
        self.check(publisher.run("ingest", extra=ON))
        self.assertEqual(server.violations(), [])
        return publisher, Truth(workspace.truth())

    def again(self, publisher, *options, command="publish", code=0, extra=ON):
        """One more run; what it wrote."""
        publisher.server.forget_requests()
        self.check(publisher.run(command, *options, extra=extra), code)
        return [r for r in publisher.server.requests() if r["method"] != "GET"]

    def pipelines(self, server, **query):
        found = server.entities(
            "pipelines", fields="scheduleInterval", service=SERVICE, **query
        )
        return {one["name"]: one for one in found}

    def history(self, server, project):
        """Time to outcome and end."""
        name = urllib.parse.quote(f"{SERVICE}.{project}", safe="")
        path = f"/api/v1/pipelines/{name}/status?startTs=0&endTs=9999999999999"
        return {
            one["timestamp"]: (one["executionStatus"], one.get("endTime"), one["executionId"])
            for one in server.call("GET", path)["data"]
        }

    def wanted(self, truth):
        """Project to its history."""
        runs = {}
        for run in truth.lines.get("run", []):
            if run["startedAt"] and run["project"] in truth.projects:
                runs.setdefault(run["project"], {})[moment(run["startedAt"])] = (
                    OUTCOMES[run["status"]],
                    moment(run["endedAt"]) if run["endedAt"] else None,
                    run["id"],
                )
        for project in truth.projects.values():
            if project["schedules"]:
                runs.setdefault(project["id"], {})
        return runs

    def assert_is_truth(self, server, truth):
        wanted = self.wanted(truth)
        pipelines = self.pipelines(server)
        self.assertGreater(len(wanted), 10)
        self.assertEqual(set(pipelines), set(wanted))
        for name, pipeline in pipelines.items():
            project = truth.projects[name]
            crons = [s["cron"] for s in project["schedules"] if s["enabled"] and s["cron"]]
            self.assertEqual(pipeline["displayName"], project["title"] or name)
            self.assertEqual(pipeline.get("scheduleInterval"), crons[0] if crons else None)
            self.assertEqual(self.history(server, name), wanted[name])

    def test_off_unless_asked_for(self):
        with Workspace("--projects", "20") as workspace, Server() as server:
            self.check(Publisher(workspace, server).run("ingest"))
            asked = [r for r in server.requests() if "ipeline" in r["path"]]
            self.assertEqual(asked, [])

    def test_every_run_arrives_once(self):
        for version in ("2.0.7", "1.13.1", "1.12.0"):
            with self.subTest(version), Workspace("--projects", "40") as workspace:
                with Server("--version", version) as server:
                    publisher, truth = self.first(workspace, server)
                    self.assert_is_truth(server, truth)
                    for _ in range(2):
                        self.assertEqual(self.again(publisher, command="ingest"), [])

    def test_what_is_new_is_sent_and_a_plan_tells_it(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            ended = next(p for p, runs in self.wanted(truth).items() if len(runs) > 3)
            open_run = next(
                (r for r in truth.lines["run"] if r["status"] == "RUNNING"), None
            )
            with sqlite3.connect(f"{publisher.folder}/hex.catalog.db") as catalog:
                catalog.execute(
                    "INSERT INTO run (project, position, hex_id, status, started_ms, ended_ms)"
                    " SELECT id, 1000, 'new-run', 'ERRORED', 4000000000000, 4000000000500"
                    " FROM project WHERE hex_id = ?",
                    (ended,),
                )
                if open_run is not None:
                    catalog.execute(
                        "UPDATE run SET status = 'COMPLETED', ended_ms = started_ms + 7"
                        " WHERE hex_id = ?",
                        (open_run["id"],),
                    )
            catalog.close()
            changed = {ended} | ({open_run["project"]} if open_run else set())
            plan = publisher.run("plan", "--json", "--exit-code", extra=ON)
            self.check(plan, 10)
            self.assertEqual(plan.stdout.count('"runs"'), len(changed), plan.stdout)
            writes = self.again(publisher)
            self.assertEqual(len(writes), len(changed), [w["path"] for w in writes])
            self.assertEqual(
                self.history(server, ended)[4000000000000],
                ("Failed", 4000000000500, "new-run"),
            )
            if open_run is not None:
                start = moment(open_run["startedAt"])
                shown = self.history(server, open_run["project"])[start]
                self.assertEqual(shown, ("Successful", start + 7, open_run["id"]))
            self.assertEqual(self.again(publisher), [])

    def test_what_was_refused_is_sent_again(self):
        with Workspace("--projects", "30") as workspace, Server() as server:
            server.control("config", fail="PUT /api/v1/pipelines/hex_flow_runs:403")
            publisher = Publisher(workspace, server)
            self.check(publisher.run("ingest", extra=ON), 3)
            server.control("config", fail="")
            self.assertGreater(len(self.again(publisher)), 0)
            self.assert_is_truth(server, Truth(workspace.truth()))
            self.assertEqual(self.again(publisher), [])

    def test_what_people_did_stays(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, _ = self.first(workspace, server)
            self.assertEqual(self.again(publisher), [])
            renamed, deleted = sorted(self.pipelines(server).values(), key=lambda p: p["name"])[:2]
            server.patch(
                "pipelines",
                renamed["id"],
                {"op": "replace", "path": "/displayName", "value": "Ours"},
            )
            server.call("DELETE", f"/api/v1/pipelines/{deleted['id']}?hardDelete=false")
            workspace.control("edit", id=renamed["name"], title="Another title")
            workspace.control("edit", id=deleted["name"], title="Another title")
            writes = self.again(publisher, command="ingest")
            self.assertFalse([w for w in writes if "/pipelines" in w["path"]], writes)
            self.assertEqual(self.pipelines(server)[renamed["name"]]["displayName"], "Ours")
            self.assertNotIn(deleted["name"], self.pipelines(server))

    def test_what_is_gone_from_hex_goes(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, _ = self.first(workspace, server)
            gone = sorted(self.pipelines(server))[0]
            workspace.control("trash", id=gone)
            paths = [w["path"] for w in self.again(publisher, command="ingest")]
            self.assertTrue([p for p in paths if p.startswith("/api/v1/pipelines/")], paths)
            self.assertNotIn(gone, self.pipelines(server))
            workspace.control("trash", id=gone, undo=True)
            self.again(publisher, command="ingest")
            self.assertIn(gone, self.pipelines(server))
            workspace.control("trash", percent=40)
            done = publisher.run("ingest", extra=ON)
            self.assertEqual(done.returncode, 5, done.stderr[-2000:])

    def test_a_service_of_another_kind_is_left_alone(self):
        with Workspace("--projects", "12") as workspace, Server() as server:
            server.call(
                "PUT",
                "/api/v1/services/pipelineServices",
                {"name": SERVICE, "serviceType": "Airflow"},
            )
            done = Publisher(workspace, server).run("ingest", extra=ON)
            self.assertIn("is of type Airflow, not CustomPipeline", done.stderr)
            self.assertEqual(self.pipelines(server), {})
            self.assertGreater(len(server.entities("dashboards", service="hex_flow")), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
