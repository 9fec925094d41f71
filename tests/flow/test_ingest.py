"""A whole workspace comes into the catalog, and stays there without asking twice."""

import re
import sqlite3
import unittest

import records
from workspace import Workspace

PROJECT_COUNT = 1000
# What hexmeta notes about its own runs; everything else is data.
JOURNAL = {"walk", "walk_project", "run_log", "source_fact"}
LISTING = re.compile(
    r"/api/v1/(users/me|users|groups|projects|data-connections|collections)$"
)


def data_rows(path):
    """Every row of every data table of a catalog, as text."""
    catalog = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    names = catalog.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    dump = {}
    for (name,) in names.fetchall():
        if name not in JOURNAL and "_search" not in name:
            dump[name] = sorted(map(repr, catalog.execute(f'SELECT * FROM "{name}"')))
    catalog.close()
    return dump


class IngestTest(unittest.TestCase):
    maxDiff = 4000

    def ingest(self, workspace, *options, code=0, **settings):
        """Runs ingest and returns the requests it sent, and what it said."""
        before = len(workspace.requests())
        done = workspace.hexmeta("ingest", "-c", workspace.configure(**settings), *options)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        return workspace.requests()[before:], done.stderr

    def export(self, workspace):
        done = workspace.hexmeta("export", "--catalog", workspace.catalog)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_is_truth(self, workspace):
        want = records.parse(workspace.truth())
        got = records.parse(self.export(workspace))
        self.assertIsNone(records.disorder(got))
        problems = records.differences(got, want)
        shown = "\n".join(problem[:600] for problem in problems[:20])
        self.assertEqual(len(problems), 0, f"{len(problems)} differences:\n{shown}")
        self.assertGreater(len(want), 0)

    def test_everything_arrives_and_nothing_is_asked_twice(self):
        with Workspace("--projects", str(PROJECT_COUNT)) as workspace:
            requests, _ = self.ingest(workspace)
            self.assertEqual({r["status"] for r in requests} - {200, 201, 403, 404}, set())
            self.assert_is_truth(workspace)
            export = self.export(workspace)
            rows = data_rows(workspace.catalog)

            requests, _ = self.ingest(workspace)
            for request in requests:
                self.assertRegex(request["path"], LISTING)
            self.assertLessEqual(len(requests), PROJECT_COUNT / 100 + 6)
            self.assertEqual(self.export(workspace), export)
            again = data_rows(workspace.catalog)
            for name, want in rows.items():
                self.assertEqual(again[name], want, f"table {name} changed")

            self.one_edit_costs_three_requests(workspace, export)

    def one_edit_costs_three_requests(self, workspace, export):
        project = self.project_with_details(export)
        workspace.control("edit", id=project["id"], title="A title nobody had before")
        requests, _ = self.ingest(workspace)
        details = [r for r in requests if not LISTING.match(r["path"])]
        self.assertGreaterEqual(len(details), 1)
        self.assertLessEqual(len(details), 3)
        for request in details:
            if not request["path"].endswith("/projects/export"):
                self.assertIn(project["id"], request["path"])
        self.assert_is_truth(workspace)
        self.assertIn("A title nobody had before", self.export(workspace))

    def project_with_details(self, export):
        for record in records.parse(export):
            if record["kind"] == "project" and record["detail"] == "full":
                return record
        return self.fail("no project has details")

    def test_cells_come_one_by_one_where_exports_are_refused(self):
        with Workspace("--projects", "60", "--no-exports") as workspace:
            requests, _ = self.ingest(workspace)
            refused = [r for r in requests if r["path"].endswith("/projects/export")]
            self.assertLessEqual(len(refused), 20)  # then it is known
            self.assertTrue(any("/cells" in r["path"] for r in requests))
            self.assert_is_truth(workspace)

    def test_a_wrong_token_is_exit_3(self):
        with Workspace("--projects", "20") as workspace:
            requests, said = self.ingest(workspace, code=3, token="hxtp_wrong_one")
            self.assertEqual({r["status"] for r in requests}, {401})
            self.assertLessEqual(len(requests), 8)
            self.assertNotIn("hxtp_wrong_one", said)

    def test_nobody_there_is_exit_4(self):
        with Workspace("--projects", "20") as workspace:
            workspace.configure()
            workspace.stop()
            _, said = self.ingest(workspace, code=4, retry_seconds=1)
            self.assertIn("127.0.0.1", said)


if __name__ == "__main__":
    unittest.main()
