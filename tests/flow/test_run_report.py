"""A run tells the ingestion pipeline that it belongs to how it goes, and never waits for that."""

import json
import unittest

from publisher import Publisher, Server
from workspace import Workspace

PIPELINES = "/api/v1/services/ingestionPipelines"
RUN = "0199c0de-0000-4000-8000-000000000001"
SETTINGS = f"ingestionPipelineFQN: hex_flow.import\npipelineRunId: {RUN}\n"


def body_of(request):
    return json.loads(request["body"])


class RunReportTest(unittest.TestCase):
    def pipeline(self, server):
        """The ingestion pipeline as OpenMetadata's user interface makes it."""
        service = server.call(
            "PUT",
            "/api/v1/services/dashboardServices",
            {"name": "hex_flow", "serviceType": "Hex"},
        )
        server.call(
            "PUT",
            PIPELINES,
            {
                "name": "import",
                "pipelineType": "metadata",
                "airflowConfig": {},
                "sourceConfig": {"config": {}},
                "service": {"id": service["id"], "type": "dashboardService"},
            },
        )
        server.forget_requests()

    def run_once(self, workspace, server, fail="", settings=SETTINGS):
        self.pipeline(server)
        server.control("config", fail=fail)
        done = Publisher(workspace, server).run("ingest", extra=settings)
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        self.assertEqual(server.violations(), [])
        return [r for r in server.requests() if f"{PIPELINES}/progress/" in r["path"]]

    def states(self, server):
        return [
            body_of(r)["pipelineState"]
            for r in server.requests()
            if r["path"].endswith("/pipelineStatus")
        ]

    def test_progress_now_and_then(self):
        with Workspace("--projects", "30", "--latency", "700") as workspace:
            with Server() as server:
                told = self.run_once(workspace, server)
                self.assertGreaterEqual(len(told), 3)
                for request in told:
                    self.assertTrue(request["path"].endswith(f"/hex_flow.import/{RUN}"))
                    self.assertEqual(request["method"], "PUT")
                    self.assertEqual(request["status"], 200)
                    self.assertEqual(body_of(request)["runId"], RUN)
                kinds = [body_of(request)["updateType"] for request in told]
                self.assertEqual(kinds[-1], "PIPELINE_COMPLETE")
                self.assertLessEqual(set(kinds[:-1]), {"DISCOVERY", "PROCESSING"})
                self.assertIn("PROCESSING", kinds)
                times = [body_of(request)["timestamp"] for request in told[:-1]]
                for earlier, later in zip(times, times[1:]):
                    self.assertGreaterEqual(later - earlier, 4900)
                counters = [body_of(r).get("globalCounters", [{}])[0] for r in told[:-1]]
                self.assertTrue(all(c["done"] <= c.get("total", c["done"]) for c in counters))
                self.assertEqual(self.states(server), ["running", "success"])

    def test_a_server_without_a_place_for_it_is_not_asked(self):
        with Workspace("--projects", "6") as workspace:
            with Server("--version", "1.13.0") as server:
                self.assertEqual(self.run_once(workspace, server), [])
                self.assertEqual(self.states(server), ["running", "success"])

    def test_a_pipeline_that_is_not_there_is_named_once(self):
        with Workspace("--projects", "5") as workspace, Server() as server:
            done = Publisher(workspace, server).run("ingest", extra=SETTINGS)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr.count("no ingestion pipeline hex_flow.import"), 1)
            self.assertIn("correct ingestionPipelineFQN, or take it out", done.stderr)
            self.assertEqual(len(self.states(server)), 1)

    def test_no_pipeline_no_progress(self):
        with Workspace("--projects", "6") as workspace, Server() as server:
            self.assertEqual(self.run_once(workspace, server, settings=""), [])
            self.assertEqual(self.states(server), [])

    def test_what_goes_wrong_with_it_does_not_matter(self):
        with Workspace("--projects", "6") as workspace:
            for answer, most in (("404", 1), ("403", 1), ("503", 3), ("cut", 3), ("slow", 3)):
                with self.subTest(answer), Server() as server:
                    told = self.run_once(workspace, server, f"{PIPELINES}/progress:{answer}")
                    self.assertLessEqual(len(told), most)


if __name__ == "__main__":
    unittest.main(verbosity=2)
