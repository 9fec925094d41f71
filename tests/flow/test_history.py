"""Re-reading and remembering: age, stored exports, history, what is never asked twice."""

import fcntl
import json
import os
import re
import signal
import sqlite3
import unittest
from pathlib import Path

import records
from workspace import Workspace

DAY_MS = 24 * 3600 * 1000
EXPORT = str(Path(__file__).resolve().parents[2] / "examples" / "orders.hex.yaml")
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
        catalog.execute("PRAGMA foreign_keys = ON")
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


    # ---- stored exports ----

    def damage(self, workspace, also=""):
        """Makes the catalog wrong in what comes from exports, as an older parser would."""
        self.sql(workspace, "UPDATE cell SET source = 'damaged', dataframe = 'damaged',"
                 " digest = digest + 1 WHERE type IN ('SQL', 'CODE')")
        self.sql(workspace, "DELETE FROM cell WHERE position % 3 = 1")
        self.sql(workspace, "DELETE FROM edge")
        self.sql(workspace, "DELETE FROM import")
        self.sql(workspace, f"UPDATE notebook SET title = 'damaged' {also}")
        shown = workspace.hexmeta("show", "cells", "--search", "damaged", "--catalog",
                                  workspace.catalog, "--json")
        self.assertNotEqual(shown.stdout, "")

    def assert_is_whole(self, workspace, export, changes):
        self.assertEqual(self.export(workspace), export)
        self.assertEqual(self.changes(workspace), changes)  # nothing happened in Hex
        found = workspace.hexmeta("show", "cells", "--search", "damaged", "--catalog",
                                  workspace.catalog, "--json")
        self.assertEqual(found.stdout, "")
        self.sql(workspace, "INSERT INTO cell_search (cell_search, rank)"
                 " VALUES ('integrity-check', 1)")

    def test_offline_reads_everything_again_without_a_request(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace)
            export, changes = self.export(workspace), self.changes(workspace)
            marks = self.sql(workspace, "SELECT hex_id, content_read, content_read_ms, detail,"
                             " failure FROM project ORDER BY 1")
            workspace.stop()
            self.damage(workspace)
            path = workspace.configure(token="${HEX_TOKEN_NOBODY_SETS}")
            done = workspace.hexmeta("sync", "--offline", "-c", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_is_whole(workspace, export, changes)
            self.assertEqual(marks, self.sql(
                workspace, "SELECT hex_id, content_read, content_read_ms, detail, failure FROM"
                " project ORDER BY 1"))
            done = workspace.hexmeta("sync", "--offline", "--catalog", workspace.catalog)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_is_whole(workspace, export, changes)
            # Without --offline the token is needed, and said to be.
            done = workspace.hexmeta("sync", "-c", path)
            self.assertEqual(done.returncode, 2)
            self.assertIn("HEX_TOKEN_NOBODY_SETS", done.stderr)
            done = workspace.hexmeta("sync", "--offline", "--catalog", "nowhere.db")
            self.assertEqual(done.returncode, 1)
            self.assertFalse(os.path.exists(f"{workspace.folder.name}/nowhere.db"))

    def test_a_new_parser_reads_what_is_stored_at_the_next_run(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace)
            export, changes = self.export(workspace), self.changes(workspace)
            self.damage(workspace, also=", parser_version = parser_version - 1")
            requests, said = self.sync(workspace)
            self.assertEqual(requests, [])
            self.assertIn("read again from their stored exports", said)
            self.assert_is_whole(workspace, export, changes)
            # A new analysis alone: edges, not cells.
            self.sql(workspace, "DELETE FROM edge")
            self.sql(workspace, "UPDATE notebook SET analysis_version = analysis_version - 1")
            requests, said = self.sync(workspace)
            self.assertEqual(requests, [])
            self.assertNotIn("read again", said)
            self.assert_is_whole(workspace, export, changes)
            self.assertNotIn("read again", self.sync(workspace)[1])

    def test_an_export_that_makes_no_sense_any_more_costs_nothing_that_was_known(self):
        with Workspace("--projects", "30") as workspace:
            self.sync(workspace)
            export = self.export(workspace)
            row = self.sql(workspace, "SELECT min(project) FROM raw")[0][0]
            self.sql(workspace, "UPDATE raw SET packed = x'00' WHERE project = ?", row)
            self.sql(workspace, "UPDATE notebook SET parser_version = 0 WHERE project = ?", row)
            requests, said = self.sync(workspace)
            self.assertIn("cannot be unpacked", said)
            self.assertEqual(requests, [])
            self.assertEqual(self.export(workspace), export)
            self.assertNotIn("cannot be unpacked", self.sync(workspace)[1])  # not every time
            done = workspace.hexmeta("sync", "--offline", "--catalog", workspace.catalog)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(self.export(workspace), export)

    # ---- the lock ----

    def run_beside_a_writer(self, workspace, *arguments, ends=False, stop=None):
        """Starts a command while somebody holds the lock, who ends when it is waited for."""
        with open(f"{workspace.catalog}.lock", "r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write("process 4711 on h (hexmeta) since then\n")
            lock.flush()
            started = workspace.start(*arguments)
            if ends:
                started.stderr.readline()  # it has said whom it waits for
                lock.truncate(0)
                fcntl.flock(lock, fcntl.LOCK_UN)
            elif stop is not None:
                started.stderr.readline()
                started.send_signal(stop)
            said = started.communicate(timeout=60)[1]
        return started.returncode, said

    def test_wait_for_another_writer(self):
        with Workspace("--projects", "20") as workspace:
            sync = ["sync", "-c", workspace.configure(), "--progress", "none"]
            self.sync(workspace)
            code, said = self.run_beside_a_writer(workspace, *sync)
            self.assertEqual(code, 1)
            self.assertIn("process 4711 on h (hexmeta) since then", said)
            self.assertIn("--wait", said)
            code, said = self.run_beside_a_writer(workspace, *sync, "--wait=0")
            self.assertEqual(code, 1)
            self.assertIn("still being written by process 4711", said)
            self.assertEqual(self.run_beside_a_writer(workspace, *sync, "--wait", ends=True)[0], 0)
            for number in (signal.SIGINT, signal.SIGTERM):
                code, said = self.run_beside_a_writer(workspace, *sync, "--wait=600", stop=number)
                self.assertEqual(code, 130, said)
            for command in (["ingest", *sync[1:]], ["sync", "--offline", *sync[1:]],
                            ["import", EXPORT, "--catalog", workspace.catalog]):
                code, said = self.run_beside_a_writer(workspace, *command, "--wait=0")
                self.assertEqual(code, 1)
                self.assertIn("process 4711", said)


    # ---- what was refused ----

    def asked(self, requests, part=""):
        """How many requests went to each project, for paths that hold part."""
        counts = {}
        for request in requests:
            if part in request["path"]:
                counts[request["project"]] = counts.get(request["project"], 0) + 1
        return counts

    def test_a_denied_project_is_asked_for_when_its_listing_changes(self):
        with Workspace("--projects", "60") as workspace:
            denied = self.first_project(workspace)
            workspace.control("deny", id=denied)
            self.assertIn(denied, self.asked(self.sync(workspace)[0]))
            self.assertEqual(self.sync(workspace)[0], [])
            workspace.control("view", id=denied, count=5)
            self.assertEqual(self.sync(workspace)[0], [])  # a look opens no door
            workspace.control("edit", id=denied, title="Edited by somebody else")
            self.assertIn(denied, self.asked(self.sync(workspace)[0]))
            self.assertEqual(self.sync(workspace)[0], [])
            workspace.control("deny", id=denied, undo=True)
            self.assertEqual(self.sync(workspace)[0], [])  # nothing that a listing shows
            workspace.control("archive", id=denied)
            workspace.control("archive", id=denied, undo=True)
            workspace.control("edit", id=denied, title="Open again")
            self.sync(workspace)
            shown = workspace.hexmeta("show", "projects", denied, "--json", "--catalog",
                                      workspace.catalog)
            self.assertEqual(records.parse(shown.stdout)[0]["detail"], "full")
            self.assertEqual([c["field"] for c in self.changes(workspace, denied)][0], "detail")

    def test_a_token_that_is_new_asks_for_denied_projects_once_more(self):
        tokens = ["--token", "hxtp_demo", "--token", "hxtp_other"]
        with Workspace("--projects", "60", *tokens) as workspace:
            denied = self.first_project(workspace)
            workspace.control("deny", id=denied)
            self.sync(workspace)
            for token, count in (("hxtp_other", 2), ("hxtp_other", 0), ("hxtp_demo", 0)):
                before = len(workspace.requests())
                done = workspace.hexmeta("sync", "-c", workspace.configure(token=token))
                self.assertEqual(done.returncode, 0, done.stderr)
                asked = self.asked(workspace.requests()[before:])
                self.assertEqual(asked.get(denied, 0), count, token)  # its export, its cells

    def test_another_version_is_read_at_once(self):
        with Workspace("--projects", "60") as workspace:
            published = ("--set", "hexmeta.version=published")
            self.sync(workspace)
            want = {r["id"] for r in records.parse(self.export(workspace, "--kind", "project"))
                    if r["publishedAt"] and r["state"] == "active" and r["detail"] == "full"}
            for options in (published, ()):
                done = workspace.hexmeta("sync", "-c", workspace.configure(), "--dry-run",
                                         "--json", *options)
                self.assertEqual(json.loads(done.stdout)["changed"]["exports"], len(want))
                # Who only looks does not choose.
                self.sync(workspace, "--set", "hexmeta.details=listing", *options)
                self.assertEqual(self.asked(self.sync(workspace, *options)[0], "export"),
                                 dict.fromkeys(want, 1))
                self.assertEqual(self.sync(workspace, *options)[0], [])

    def first_project(self, workspace):
        """The id of the most viewed project that can be read in full."""
        projects = [r for r in records.parse(workspace.truth()) if r["kind"] == "project"
                    and r["type"] == "PROJECT" and r["detail"] == "full" and r["publishedAt"]]
        return max(projects, key=lambda p: p["views"]["allTime"] or 0)["id"]

    def test_refused_runs_are_asked_for_when_there_are_new_ones(self):
        with Workspace("--projects", "60") as workspace:
            project = self.first_project(workspace)
            workspace.control("config", fail=f"/api/v1/projects/{project}/runs:403")
            self.assertEqual(self.asked(self.sync(workspace)[0], "/runs")[project], 1)
            self.assertEqual(self.sync(workspace)[0], [])
            self.sql(workspace, "UPDATE project SET activity_read_ms = activity_read_ms - ?",
                     DAY_MS)
            workspace.control("publish", id=project)
            self.assertEqual(self.asked(self.sync(workspace)[0], "/runs"), {project: 1})

    def test_a_token_without_scopes_costs_few_requests_and_forgets_nothing(self):
        with Workspace("--projects", "120") as workspace:
            faults = "/api/v1/projects/export:403,/api/v1/cells:403"
            workspace.control("config", fail=faults)
            requests, said = self.sync(workspace, "--set", "hexmeta.version=draft")
            self.assertLessEqual(len(self.asked(requests, "export")), 40)
            self.assertIn("may not read the contents of projects", said)
            self.assertLessEqual(said.count("WARN"), 45)
            workspace.control("config", fail="")
            requests, _ = self.sync(workspace)  # the scopes were given
            self.assertGreaterEqual(len(self.asked(requests, "export")), 70)
            read = self.sql(workspace, "SELECT count(*) FROM project WHERE detail = 1")[0][0]
            self.assertGreaterEqual(read, 70)

    def test_the_tier_is_remembered_for_thirty_days(self):
        with Workspace("--projects", "60", "--edition", "team") as workspace:
            project = self.first_project(workspace)
            requests, _ = self.sync(workspace)
            self.assertLessEqual(len(self.asked(requests, "queriedTables")), 8)  # in flight
            self.assertGreaterEqual(len(self.asked(requests, "queriedTables")), 1)
            for days, count in ((0, 0), (29, 0), (31, 1), (0, 0)):
                self.sql(workspace, "UPDATE source_fact SET value = strftime("
                         "'%Y-%m-%dT%H:%M:%fZ', value, ?) WHERE key LIKE 'queried_tables%'",
                         f"-{days} days")
                workspace.control("edit", id=project, title=f"Edited, {days} days later")
                requests, _ = self.sync(workspace)
                self.assertEqual(len(self.asked(requests, "export")), 1)
                self.assertEqual(len(self.asked(requests, "queriedTables")), count, days)


if __name__ == "__main__":
    unittest.main()
