"""Re-reading and remembering: age, stored exports, history, what is never asked twice."""

import re
import sqlite3
import unittest

import records
from workspace import Workspace

DAY_MS = 24 * 3600 * 1000
LISTING = re.compile(
    r"/api/v1/(users/me|users|groups|projects|data-connections|collections)$"
)


def is_detail(request):
    """Whether a request is about one project's details."""
    return not LISTING.match(request["path"])


class HistoryTest(unittest.TestCase):
    maxDiff = 4000

    def sync(self, workspace, *options, code=0):
        """Runs sync and returns the requests for details that it sent, and what it said."""
        before = len(workspace.requests())
        done = workspace.hexmeta("sync", "-c", workspace.configure(), *options)
        self.assertEqual(done.returncode, code, done.stderr)
        return [r for r in workspace.requests()[before:] if is_detail(r)], done.stderr

    def export(self, workspace, *options):
        done = workspace.hexmeta("export", "--catalog", workspace.catalog, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def sql(self, workspace, statement, *arguments):
        """Runs one statement on the catalog; all its rows."""
        catalog = sqlite3.connect(workspace.catalog)
        with catalog:
            rows = catalog.execute(statement, arguments).fetchall()
        catalog.close()
        return rows

    # ---- age ----

    def test_what_is_old_is_read_again_within_a_tenth_of_the_rate(self):
        with Workspace("--projects", "120") as workspace:
            self.sync(workspace)
            export = self.export(workspace)
            self.sql(workspace, "UPDATE project SET content_read_ms = content_read_ms - ?",
                     4 * DAY_MS)
            self.assertEqual(self.sync(workspace)[0], [])  # at least five days
            self.sql(workspace, "UPDATE project SET content_read_ms = content_read_ms - ?,"
                     " activity_read_ms = activity_read_ms - ?", 10 * DAY_MS, 10 * DAY_MS)

            changed = self.sql(workspace, "SELECT hex_id FROM project WHERE detail = 1"
                               " AND type = 0 AND state = 0 LIMIT 1")[0][0]
            workspace.control("edit", id=changed, title="Changed ones come first")
            limit = ["--set", "hexmeta.requestsPerHour=300"]
            requests, said = self.sync(workspace, *limit)
            self.assertIn("unchanged projects were read again", said)
            self.assertEqual(requests[0]["project"], changed)
            own = [r for r in requests if r["project"] == changed]
            self.assertLessEqual(len(requests) - len(own), 30)  # a tenth of 300
            self.assertGreaterEqual(len(requests) - len(own), 28)
            self.assertEqual(self.sync(workspace, *limit)[0], [])  # the hour's share is spent

            requests, _ = self.sync(workspace)  # no limit: all that is left
            again = self.sql(workspace, "SELECT count(*) FROM project WHERE aged_ms IS NOT NULL")
            full = self.sql(workspace, "SELECT count(*) FROM project WHERE detail = 1")
            self.assertEqual(again[0][0], full[0][0] - 1)
            self.assertEqual(self.sync(workspace)[0], [])
            differences = records.differences(
                records.parse(self.export(workspace)), records.parse(export))
            self.assertTrue(all(changed in line for line in differences), differences)


    # ---- changes ----

    def changes(self, workspace, *options):
        """What `show changes` says, newest first."""
        done = workspace.hexmeta("show", "changes", "--catalog", workspace.catalog, "--json",
                                 *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return records.parse(done.stdout)

    def test_history_says_what_changed(self):
        with Workspace("--projects", "40") as workspace:
            self.sync(workspace)
            first = self.changes(workspace)
            self.assertEqual({change["field"] for change in first}, {"added"})
            self.assertEqual(len(first), 40)
            project = self.sql(workspace, "SELECT hex_id FROM project WHERE detail = 1"
                               " AND type = 0 AND state = 0 LIMIT 1")[0][0]
            workspace.control("edit", id=project, title="Changed", sql="select 1 as changed")
            workspace.control("trash", id=self.changes(workspace)[0]["projectId"])
            self.sync(workspace)
            fields = [change["field"] for change in self.changes(workspace, project)]
            self.assertEqual(fields, ["cells added", "edited", "title", "added"])
            title = self.changes(workspace, project)[2]
            self.assertEqual((title["project"], title["after"]), ("Changed", "Changed"))
            self.assertRegex(title["at"], r"^20\d\d-.*Z$")
            states = self.changes(workspace, "--search", "trashed", "--limit", "1")
            self.assertEqual(states[0]["field"], "state")
            self.sync(workspace)
            self.assertEqual(len(self.changes(workspace)), 40 + 4)
            csv = workspace.hexmeta("show", "changes", "--catalog", workspace.catalog, "--csv")
            self.assertEqual(csv.stdout.splitlines()[0], "at,project,field,before,after,project id")


if __name__ == "__main__":
    unittest.main()
