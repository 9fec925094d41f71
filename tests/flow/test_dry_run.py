"""sync --dry-run: says what a run will do, and leaves everything as it is."""

import hashlib
import json
import os
import sqlite3
import unittest

from workspace import Workspace

DAY_MS = 24 * 3600 * 1000
NOTHING = {"projects": 0, "exports": 0, "runs": 0, "queriedTables": 0}


def count(requests, part):
    """How many projects were asked for something (not how often)."""
    return len({r["project"] for r in requests if r["path"].endswith(part)})


class DryRunTest(unittest.TestCase):
    maxDiff = 4000

    def dry_run(self, workspace, *options, code=0):
        """What it says as JSON, and the requests that it sent."""
        before = len(workspace.requests())
        done = workspace.hexmeta("sync", "-c", workspace.configure(), "--dry-run", "--json",
                                 *options)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout or "null"), workspace.requests()[before:]

    def sync(self, workspace):
        before = len(workspace.requests())
        done = workspace.hexmeta("sync", "-c", workspace.configure())
        self.assertEqual(done.returncode, 0, done.stderr)
        return workspace.requests()[before:]

    def sql(self, workspace, statement, *arguments):
        catalog = sqlite3.connect(workspace.catalog)
        with catalog:
            rows = catalog.execute(statement, arguments).fetchall()
        catalog.close()
        return rows

    def assert_only_listed(self, requests):
        for request in requests:
            self.assertRegex(request["path"], r"/api/v1/(users/me|projects)$")

    def test_what_is_foretold_happens(self):
        with Workspace("--projects", "250") as workspace:
            said, requests = self.dry_run(workspace)
            self.assert_only_listed(requests)
            self.assertEqual(sorted(os.listdir(workspace.folder.name)),
                             ["hex.yaml", "requests.jsonl"])
            self.assertEqual((said["listed"], said["listingRequests"]), (250, 3))
            self.assertIsNone(said["seconds"])

            requests = self.sync(workspace)
            new = said["new"]
            denied = self.sql(workspace, "SELECT count(*) FROM project WHERE detail = 2")[0][0]
            self.assertGreater(denied, 0)
            self.assertEqual(count(requests, "/projects/export"), new["exports"])
            self.assertEqual(new["exports"], new["projects"])
            for part, key in (("/runs", "runs"), ("/queriedTables", "queriedTables")):
                self.assertLessEqual(count(requests, part), new[key])
                self.assertGreaterEqual(count(requests, part), new[key] - denied)
            self.assertAlmostEqual(len(requests), said["requests"], delta=6)
            for reason in ("changed", "activity", "age"):
                self.assertEqual(said[reason], NOTHING)

    def test_what_is_known_is_not_foretold_again_and_nothing_is_written(self):
        with Workspace("--projects", "120") as workspace:
            self.sync(workspace)
            ids = [row[0] for row in self.sql(
                workspace, "SELECT hex_id FROM project WHERE detail = 1 AND state = 0 AND type = 0"
                " ORDER BY views_all_time DESC LIMIT 3")]
            with open(workspace.catalog, "rb") as file:
                before = hashlib.sha256(file.read()).hexdigest()
            said, _ = self.dry_run(workspace)
            for reason in ("new", "changed", "activity", "age"):
                self.assertEqual(said[reason], NOTHING)

            workspace.control("edit", id=ids[0], title="Changed")
            workspace.control("trash", id=ids[1])
            workspace.control("add", count=2)
            said, requests = self.dry_run(workspace)
            self.assert_only_listed(requests)
            self.assertEqual(said["new"], {**NOTHING, "projects": 2, "exports": 2})
            self.assertEqual((said["changed"]["projects"], said["changed"]["exports"]), (1, 1))
            self.assertEqual(said["activity"], NOTHING)
            pattern = "source.sourceConfig.config.dashboardFilterPattern.includes=[Changed]"
            said, _ = self.dry_run(workspace, "--set", pattern)
            self.assertEqual((said["new"]["projects"], said["filtered"]), (0, 2))
            nobody = "hexmeta.ownerFilterPattern.includes=[nobody@nowhere]"
            said, _ = self.dry_run(workspace, "--set", nobody)
            self.assertEqual((said["changed"]["projects"], said["filtered"]), (0, 3))
            said, _ = self.dry_run(workspace, "--set", "hexmeta.details=listing")
            self.assertEqual((said["new"], said["changed"]), (NOTHING, NOTHING))
            with open(workspace.catalog, "rb") as file:
                self.assertEqual(hashlib.sha256(file.read()).hexdigest(), before)

    def test_age_and_time(self):
        with Workspace("--projects", "120") as workspace:
            self.sync(workspace)
            self.sql(workspace, "UPDATE project SET content_read_ms = content_read_ms - ?,"
                     " activity_read_ms = activity_read_ms - ?", 20 * DAY_MS, 20 * DAY_MS)
            full = self.sql(workspace, "SELECT count(*) FROM project WHERE detail = 1")[0][0]
            said, _ = self.dry_run(workspace)
            self.assertEqual(said["age"]["projects"], full)
            said, _ = self.dry_run(workspace, "--set", "hexmeta.requestsPerHour=300")
            age = said["age"]
            self.assertLessEqual(age["exports"] + age["runs"] + age["queriedTables"], 30)
            self.assertGreaterEqual(age["exports"] + age["runs"] + age["queriedTables"], 28)
            self.assertEqual(said["seconds"], 0)
            said, _ = self.dry_run(workspace, "--set", "hexmeta.requestsPerMinute=20")
            self.assertGreaterEqual(said["seconds"], 60 * ((said["requests"] - 1) // 20))

    def test_people_read_a_table(self):
        with Workspace("--projects", "30") as workspace:
            done = workspace.hexmeta("sync", "-c", workspace.configure(), "--dry-run", "--set",
                                     "hexmeta.requestsPerMinute=30")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"Listing +30 +1\n")
            self.assertRegex(done.stdout, r"New projects +\d+ +\d+ +\d+ +\d+ +\d+\n")
            self.assertIn("At 30 requests a minute: at least ", done.stdout)
            self.assertIn("Nothing was written.", done.stdout)

    def test_failures_are_those_of_a_sync(self):
        with Workspace("--projects", "30") as workspace:
            path = workspace.configure(token="hxtp_wrong_one")
            done = workspace.hexmeta("sync", "-c", path, "--dry-run")
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            workspace.configure()
            workspace.control("config", fail="/api/v1/projects:404")
            self.dry_run(workspace, code=1)
            for options in (["--offline", "--dry-run"], ["--json"]):
                self.assertEqual(workspace.hexmeta("sync", "-c", path, *options).returncode, 2)
            workspace.configure(retry_seconds=1)
            workspace.stop()
            done = workspace.hexmeta("sync", "-c", path, "--dry-run")
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertFalse(os.path.exists(workspace.catalog))


if __name__ == "__main__":
    unittest.main()
