"""Details of a large workspace take hours: what is read is published meanwhile."""

import json
import signal
import subprocess
import unittest

from publisher import Publisher, Server
from published import Truth
from workspace import Workspace

PROJECTS = "1200"
PASS = "publishing what was read so far"


class InterleaveTest(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        """What a server must show in the end, from a sync and a publishing run of its own."""
        cls.workspace = Workspace("--projects", PROJECTS)
        cls.workspace.__enter__()
        cls.truth = Truth(cls.workspace.truth())
        with Server() as server:
            publisher = cls.publisher(server, "apart")
            for command in ("sync", "publish"):
                done = publisher.run(
                    command,
                    "--status-file",
                    f"{publisher.folder}/status.json",
                    extra=cls.truth.settings(),
                )
                assert done.returncode == 0, done.stderr[-4000:]
            cls.want = server.state()
            cls.want_steps = cls.steps(publisher)

    @classmethod
    def tearDownClass(cls):
        cls.workspace.__exit__()

    @classmethod
    def publisher(cls, server, name):
        server.control(
            "seed", users=cls.truth.users(), databaseServices=cls.truth.database_services()
        )
        return Publisher(cls.workspace, server, name)

    @staticmethod
    def steps(publisher):
        """What was counted of each kind of entity."""
        with open(f"{publisher.folder}/status.json", encoding="utf-8") as file:
            steps = json.load(file)["steps"]
        return {
            step["name"]: (step["records"], step["updated_records"], step["errors"])
            for step in steps
            if step["name"].startswith("Published")
        }

    def start(self, publisher, **settings):
        """An ingest whose log can be read while it runs."""
        config = publisher.configure(extra=self.truth.settings(), **settings)
        process = publisher.start(
            "ingest",
            "-c",
            config,
            "--progress",
            "none",
            "--status-file",
            f"{publisher.folder}/status.json",
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def read_until(self, process, text):
        for line in process.stderr:
            if text in line:
                return
        self.fail(f"the log has no '{text}'")

    def finish(self, process):
        _, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, "", err)

    def exports(self):
        return [r for r in self.workspace.requests() if r["path"].endswith("/projects/export")]

    def test_two_passes_before_the_last_export(self):
        self.workspace.control("log/clear", now=True)
        with Server() as server:
            publisher = self.publisher(server, "together")
            done = self.finish(self.start(publisher))
            self.assertEqual(done.returncode, 0, done.stderr[-4000:])
            self.assertEqual(done.stderr.count(PASS), 2)
            requests = server.requests()
            exports = self.exports()
            self.assertEqual(len({e["project"] for e in exports}), len(exports))
            last = exports[-1]["time"]
            earlier = [r for r in requests if r["time"] < last]
            versions = [r for r in earlier if r["path"].endswith("/system/version")]
            self.assertGreaterEqual(len(versions), 2)
            writes = [r for r in earlier if r["path"].endswith("/dashboards/bulk")]
            self.assertGreaterEqual(len(writes), 6)
            deletes = [r["path"] for r in earlier if r["method"] == "DELETE"]
            self.assertEqual(deletes, [])
            self.assertEqual(server.violations(), [])
            self.assertEqual(server.state(), self.want)
            self.assertEqual(self.steps(publisher), self.want_steps)
            self.assert_nothing_is_left(publisher)

    def assert_nothing_is_left(self, publisher):
        publisher.server.forget_requests()
        done = publisher.run("ingest", extra=self.truth.settings())
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        self.assertNotIn(PASS, done.stderr)
        writes = [r for r in publisher.server.requests() if r["method"] != "GET"]
        self.assertEqual(writes, [])

    def test_a_pass_that_fails_does_not_end_the_sync(self):
        for answer in ("503", "401"):
            with self.subTest(answer), Server() as server:
                publisher = self.publisher(server, f"failing{answer}")
                server.control("config", fail=f"/api/v1/system/version:{answer}")
                process = self.start(publisher, retry_seconds=2)
                self.read_until(process, "publishing is left for later")
                server.control("config", fail="")
                done = self.finish(process)
                self.assertEqual(done.returncode, 0, done.stderr[-4000:])
                self.assertEqual(server.state(), self.want)
                self.assertEqual(self.steps(publisher), self.want_steps)

    def test_a_killed_run_leaves_what_it_published(self):
        with Server() as server:
            publisher = self.publisher(server, "killed")
            process = self.start(publisher)
            self.read_until(process, PASS)
            self.read_until(process, PASS)
            process.send_signal(signal.SIGKILL)
            process.wait()
            shown = server.entities("dashboards", service="hex_flow")
            self.assertGreaterEqual(len(shown), 300)
            done = self.finish(self.start(publisher))
            self.assertEqual(done.returncode, 0, done.stderr[-4000:])
            self.assertEqual(server.state(), self.want)


if __name__ == "__main__":
    unittest.main(verbosity=2)
