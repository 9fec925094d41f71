"""What stops being there: marked when it is certain, held back when it is suspiciously much."""

import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.request

from simulator import program
from workspace import Workspace

BY_ID = "/api/v1/projects/"


class AbsenceTest(unittest.TestCase):
    maxDiff = 2000

    # ---- helpers ----

    def sync(self, workspace, *options, code=0, details="listing", catalog=None, **settings):
        """Runs sync; what it said, with what its status file says as .status."""
        status = f"{workspace.folder.name}/status.json"
        done = workspace.hexmeta(
            "sync", "-c", workspace.configure(**settings), "--set", f"hexmeta.details={details}",
            "--catalog", catalog or workspace.catalog, "--status-file", status, *options)
        self.assertEqual(done.returncode, code, done.stderr)
        with open(status, encoding="utf-8") as file:
            done.status = json.load(file)
        self.assertEqual(done.status["exitCode"], code)
        return done

    def query(self, catalog, sql):
        """The rows of a catalog, past hexmeta."""
        connection = sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    def exported(self, workspace, catalog=None):
        done = workspace.hexmeta("export", "--catalog", catalog or workspace.catalog, "--kind",
                                 "project")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {line["id"]: line for line in map(json.loads, done.stdout.splitlines())}

    def states(self, workspace, catalog=None):
        return {key: line["state"] for key, line in self.exported(workspace, catalog).items()}

    def active(self, workspace, catalog=None):
        return [key for key, state in self.states(workspace, catalog).items()
                if state == "active"]

    def leave(self, workspace, count):
        """Deletes projects that nobody has seen yet until so many are active, and no other."""
        lines = [json.loads(line) for line in workspace.truth().splitlines()]
        projects = [line for line in lines if line["kind"] == "project"]
        kept = [line["id"] for line in projects if line["state"] == "active"][:count]
        self.assertEqual(len(kept), count)
        for line in projects:
            if line["id"] not in kept:
                workspace.control("delete", id=line["id"])
        return kept

    def looked_up(self, workspace, before):
        return [request["path"][len(BY_ID):] for request in workspace.requests()[before:]
                if request["path"].startswith(BY_ID) and request["method"] == "GET"]

    # ---- a walk that does not reach its end ----

    def test_a_listing_that_fails_marks_nothing(self):
        kinds = {"401": 3, "403": 3, "404": 1, "429": 4, "500": 4, "503": 4, "cut": 4,
                 "circle": 1, "expired": 1}
        with Workspace("--projects", "250") as workspace:
            self.sync(workspace)
            before = self.states(workspace)
            kept = f"{workspace.folder.name}/kept.db"
            shutil.copy(workspace.catalog, kept)
            ids = self.active(workspace)
            for gone in ids[::40]:
                workspace.control("delete", id=gone)
            workspace.control("trash", id=ids[1])
            workspace.control("archive", id=ids[-2])
            for kind, page in itertools.product(kinds, (1, 2, 3)):
                if page == 1 and kind in ("circle", "expired"):
                    continue # the first page has no cursor
                with self.subTest(kind=kind, page=page):
                    shutil.copy(kept, workspace.catalog)
                    self.one_failing_page(workspace, kind, page, kinds[kind], before)

            # The last of them goes on, and then all is marked that was not.
            done = self.sync(workspace)
            self.assertEqual(done.status["projects"]["gone"], len(ids[::40]))
            after = self.states(workspace)
            self.assertEqual([after[key] for key in ids[::40]], ["gone"] * len(ids[::40]))
            self.assertEqual((after[ids[1]], after[ids[-2]]), ("trashed", "archived"))

    def one_failing_page(self, workspace, kind, page, code, before):
        workspace.control("config", fail=f"/api/v1/projects:{kind}:{page}+")
        count = len(workspace.requests())
        done = self.sync(workspace, code=code, retry_seconds=1)
        workspace.control("config", fail="")
        self.assertEqual(self.states(workspace), before)
        self.assertEqual(self.looked_up(workspace, count), [])
        self.assertEqual(set(done.status["projects"]["heldBack"].values()), {0})
        complete = self.query(workspace.catalog, "SELECT count(*) FROM walk WHERE is_complete")
        self.assertEqual(complete, [(1,)])
        self.assertEqual(
            self.query(workspace.catalog, "SELECT exit_code FROM run_log ORDER BY id DESC"),
            [(code,), (0,)])
        self.assertEqual(
            self.query(workspace.catalog, "SELECT count(*) FROM project WHERE missed > 0"),
            [(0,)])

    def test_a_cut_walk_goes_on_and_then_judges(self):
        with Workspace("--projects", "250") as workspace:
            self.sync(workspace)
            ids = self.active(workspace)
            workspace.control("trash", id=ids[0])
            workspace.control("delete", id=ids[1])
            workspace.control("config", fail="/api/v1/projects:500:3+")
            self.sync(workspace, code=4, retry_seconds=1)
            self.assertEqual(len(self.active(workspace)), len(ids))
            workspace.control("config", fail="")
            count = len(workspace.requests())
            self.sync(workspace)
            pages = [request for request in workspace.requests()[count:]
                     if request["path"] == "/api/v1/projects"]
            self.assertEqual(len(pages), 1)
            states = self.states(workspace)
            self.assertEqual((states[ids[0]], states[ids[1]]), ("trashed", "gone"))

    def test_an_interrupted_listing_stops_and_goes_on(self):
        with Workspace("--projects", "800", "--latency", "300") as workspace:
            arguments = [os.path.abspath(program("hexmeta")), "sync", "-c",
                         workspace.configure(), "--set", "hexmeta.details=listing"]

            def pages():
                return sum(request["path"] == "/api/v1/projects"
                           for request in workspace.requests())

            with subprocess.Popen(arguments, cwd=workspace.folder.name,
                                  stderr=subprocess.PIPE) as run:
                while pages() < 2 and run.poll() is None:
                    time.sleep(0.02)
                time.sleep(0.1) # the next page is under way
                run.send_signal(signal.SIGINT)
                run.communicate(timeout=60)
            self.assertEqual(run.returncode, 130)
            self.assertLess(pages(), 6) # those in flight, not all eight
            self.sync(workspace)
            self.assertEqual(pages(), 8)
            self.assertEqual(len(self.states(workspace)), 800)

    def test_details_of_what_was_listed_are_read(self):
        """A list that goes in a circle is the server's fault, not a reason to read nothing."""
        with Workspace("--projects", "150") as workspace:
            workspace.control("config", fail="/api/v1/projects:circle:2+")
            done = self.sync(workspace, code=1, details="full")
            self.assertIn("the same cursor twice", done.stderr)
            self.assertGreater(
                self.query(workspace.catalog,
                           "SELECT count(*) FROM project WHERE detail = 1")[0][0], 50)

    # ---- the brake ----

    def test_half_of_all_are_held_back(self):
        with Workspace("--projects", "120") as workspace:
            self.sync(workspace, details="full")
            before = self.exported(workspace)
            ids = self.active(workspace)
            trashed = json.loads(workspace.control("trash", percent=50))["changed"]
            truth = [json.loads(line) for line in workspace.truth().splitlines()]
            archived, deleted, edited = [line["id"] for line in truth
                                         if line["kind"] == "project"
                                         and line["state"] == "active"][:3]
            workspace.control("archive", id=archived)
            workspace.control("delete", id=deleted)
            workspace.control("edit", id=edited, title="Still read")
            done = self.sync(workspace, code=5, details="full")
            self.assertIn(f"{trashed + 2} of {len(ids)} active projects", done.stderr)
            self.assertIn("--accept-deletes", done.stderr)
            self.assertEqual(done.status["result"], "deletions held back")
            self.assertEqual(done.status["projects"]["heldBack"],
                             {"archived": 1, "trashed": trashed, "missing": 1,
                              "ofActive": len(ids)})
            held = self.exported(workspace)
            self.assertEqual(held[edited]["title"], "Still read") # all else is done
            for key in set(before) - {edited}:
                self.assertEqual(held[key], before[key])
            log = self.query(workspace.catalog, "SELECT summary FROM run_log ORDER BY id DESC")
            self.assertEqual(json.loads(log[0][0])["heldBack"], trashed + 2)

            done = self.sync(workspace, "-q", code=5) # also when only errors are shown
            self.assertIn("--accept-deletes", done.stderr)
            done = self.sync(workspace, "--accept-deletes")
            self.assertEqual(done.status["projects"],
                             {"archived": 1, "trashed": trashed, "gone": 1, "missing": 0,
                              "heldBack": {"archived": 0, "trashed": 0, "missing": 0,
                                           "ofActive": 0}})
            self.assertEqual(len(self.active(workspace)), len(ids) - trashed - 2)
            self.assertEqual(
                self.query(workspace.catalog, "SELECT count(*) FROM change WHERE field = 'state'"
                           " AND before = 'active'"), [(trashed + 2,)])
            self.sync(workspace) # one run only, but nothing more to accept

    def test_an_empty_list_marks_nothing(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace)
            before = self.states(workspace)
            for key in before:
                workspace.control("hide", id=key)
            done = self.sync(workspace, code=1) # 0 records come before a brake
            self.assertIn("deletion brake", done.stderr)
            self.assertIn("lists no project at all", done.stderr)
            self.assertEqual(self.states(workspace), before)

    def test_a_run_that_fails_for_finding_nothing_says_so(self):
        with Workspace("--projects", "3") as workspace:
            self.leave(workspace, 0)
            done = self.sync(workspace, code=1)
            self.assertIn("hexmeta.allowEmpty", done.stderr)
            done = self.sync(workspace, "--set", "hexmeta.allowEmpty=true")
            self.assertNotIn("allowEmpty", done.stderr)

    def test_few_projects(self):
        for known, trashed, code in ((10, 3, 0), (10, 5, 0), (10, 6, 5), (3, 2, 5), (3, 1, 0),
                                     (2, 1, 0), (2, 2, 5), (1, 1, 0)):
            with self.subTest(known=known, trashed=trashed), \
                    Workspace("--projects", "20") as workspace:
                ids = self.leave(workspace, known)
                self.sync(workspace)
                for key in ids[:trashed]:
                    workspace.control("trash", id=key)
                self.sync(workspace, code=code)
                left = known - trashed if code == 0 else known
                self.assertEqual(len(self.active(workspace)), left)

    def test_the_share_is_configured(self):
        with Workspace("--projects", "100") as workspace:
            self.sync(workspace)
            workspace.control("trash", percent=10)
            percent = ("--set", "hexmeta.maxDeletePercent=5")
            self.sync(workspace, *percent, code=5)
            self.sync(workspace)

    def test_other_failures_come_first(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace, details="full")
            ids = self.active(workspace)
            workspace.control("trash", percent=50)
            workspace.control("edit", id=ids[-1], title="To be read")
            workspace.control("config", fail="/api/v1/projects/export:401")
            self.sync(workspace, code=3, details="full")
            self.assertEqual(len(self.active(workspace)), len(ids))

    def test_untrashed_is_active_at_once(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace)
            ids = self.active(workspace)
            workspace.control("trash", id=ids[0])
            workspace.control("archive", id=ids[1])
            self.sync(workspace)
            self.assertEqual(len(self.active(workspace)), len(ids) - 2)
            workspace.control("trash", id=ids[0], undo=True)
            workspace.control("archive", id=ids[1], undo=True)
            workspace.control("config", fail="/api/v1/projects:403:2+")
            self.sync(workspace)
            self.assertEqual(len(self.active(workspace)), len(ids))

    # ---- looking up ----

    def test_deleted_is_gone_and_not_asked_for_again(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace, details="full")
            gone = self.active(workspace)[:3]
            for key in gone:
                workspace.control("delete", id=key)
            for want in (gone, [], []):
                count = len(workspace.requests())
                self.sync(workspace, details="full")
                self.assertEqual(sorted(self.looked_up(workspace, count)), sorted(want))
                states = self.states(workspace)
                self.assertEqual([states[key] for key in gone], ["gone"] * 3)

    def test_denied_is_kept_for_three_walks(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace, details="full")
            lost = next(key for key, line in self.exported(workspace).items()
                        if line["detail"] == "full" and line["state"] == "active")
            workspace.control("hide", id=lost)
            for state in ("active", "active", "gone", "gone"):
                done = self.sync(workspace, details="full")
                line = self.exported(workspace)[lost]
                self.assertEqual((line["state"], line["detail"]), (state, "denied"))
                if state == "active":
                    self.assertEqual(done.status["projects"]["missing"], 1)
            self.assertEqual( # what was read before is still known
                self.query(workspace.catalog, "SELECT count(*) > 0 FROM cell JOIN project p ON"
                           f" p.id = cell.project WHERE p.hex_id = '{lost}'"), [(1,)])
            workspace.control("hide", id=lost, undo=True)
            self.sync(workspace, details="full")
            line = self.exported(workspace)[lost]
            self.assertEqual((line["state"], line["detail"]), ("active", "full"))

    def test_other_answers_prove_nothing(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace)
            lost = self.active(workspace)[0]
            workspace.control("delete", id=lost)
            workspace.control("config", fail=f"{BY_ID}:500")
            done = self.sync(workspace, retry_seconds=1)
            self.assertIn("kept as it was", done.stderr)
            self.assertEqual(done.status["steps"][0]["warnings"], 1)
            self.assertEqual(self.states(workspace)[lost], "active")
            workspace.control("config", fail=f"{BY_ID}:401")
            self.sync(workspace, code=3)
            self.assertEqual(self.states(workspace)[lost], "active")
            workspace.control("config", fail="")
            self.sync(workspace)
            self.assertEqual(self.states(workspace)[lost], "gone")

    def test_two_hundred_a_run(self):
        with Workspace("--projects", "1300") as workspace:
            self.sync(workspace)
            gone = json.loads(workspace.control("delete", percent=20))["changed"]
            self.assertGreater(gone, 205)
            for want in (200, gone - 200, 0):
                count = len(workspace.requests())
                done = self.sync(workspace, "--accept-deletes")
                self.assertEqual(len(self.looked_up(workspace, count)), want)
                self.assertEqual(done.status["projects"]["gone"], want)

    # ---- several tokens, workspaces, files ----

    def test_two_users_in_any_order(self):
        tokens = ("--token", "hxtp_ann", "--token", "hxtp_bob=1", "--token", "hxtw_all")
        with Workspace("--projects", "60", *tokens) as workspace:
            everything = self.leave(workspace, 40)
            for key in everything[:15]:
                workspace.control("hide", id=key, user=1)
            workspace.control("hide", id=everything[-1], user=0)
            for number, order in enumerate(("abbbbb", "baaaaa", "ababab", "wbbbba", "bwbwww",
                                            "abwbbw")):
                catalog = f"{workspace.folder.name}/{number}.db"
                for at, letter in enumerate(order):
                    token = {"a": "hxtp_ann", "b": "hxtp_bob", "w": "hxtw_all"}[letter]
                    self.sync(workspace, catalog=catalog, token=token)
                    seen = set(order[:at + 1])
                    want = 40 - (15 if seen == {"b"} else 0) - ("b" not in seen)
                    self.assertEqual(len(self.active(workspace, catalog)), want,
                                     order[:at + 1])
                    self.assertEqual(set(self.states(workspace, catalog).values()), {"active"})

    def test_a_new_token_deletes_nothing_at_first(self):
        tokens = ("--token", "hxtp_old", "--token", "hxtp_new")
        with Workspace("--projects", "60", *tokens) as workspace:
            self.sync(workspace, token="hxtp_old")
            ids = self.active(workspace)
            workspace.control("delete", id=ids[0])
            workspace.control("trash", id=ids[1])
            count = len(workspace.requests())
            done = self.sync(workspace, token="hxtp_new")
            self.assertEqual(done.stderr.count("not that of the last complete walk"), 1)
            self.assertEqual(self.looked_up(workspace, count), [])
            states = self.states(workspace)
            self.assertEqual((states[ids[0]], states[ids[1]]), ("active", "trashed"))
            done = self.sync(workspace, token="hxtp_new")
            self.assertNotIn("not that of the last complete walk", done.stderr)
            self.assertEqual(self.states(workspace)[ids[0]], "gone")
            with open(workspace.catalog, "rb") as file:
                content = file.read()
            for token in (b"hxtp_old", b"hxtp_new"):
                self.assertNotIn(token, content)

    def test_another_token_type_deletes_nothing_at_first(self):
        with Workspace("--projects", "60") as workspace:
            self.sync(workspace)
            lost = self.active(workspace)[0]
            workspace.control("delete", id=lost)
            workspace_type = ("--set", "source.serviceConnection.config.tokenType=workspace")
            done = self.sync(workspace, *workspace_type, token="hxtw_demo")
            self.assertIn("not that of the last complete walk", done.stderr)
            self.assertEqual(self.states(workspace)[lost], "active")

    def export_of(self, workspace, project):
        request = urllib.request.Request(
            f"{workspace.url}/api/v1/projects/export",
            data=json.dumps({"projectId": project, "version": "draft"}).encode(),
            headers={"Authorization": "Bearer hxtp_demo"}, method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)["content"]

    def test_workspaces_and_files_in_any_order(self):
        with Workspace("--projects", "12", "--seed", "1") as one, \
                Workspace("--projects", "15", "--seed", "2") as two, \
                tempfile.TemporaryDirectory() as folder:
            mine, yours = self.leave(one, 8), self.leave(two, 9)
            os.mkdir(f"{folder}/files")
            for key in mine[:2]: # the same ids, from another source
                with open(f"{folder}/files/{key}.hex.yaml", "w", encoding="utf-8") as file:
                    file.write(self.export_of(one, key))
            steps = {
                "one": lambda catalog: self.sync(one, catalog=catalog),
                "two": lambda catalog: self.sync(two, catalog=catalog),
                "files": lambda catalog: self.assertEqual(one.hexmeta(
                    "import", f"{folder}/files", "--catalog", catalog).returncode, 0),
            }
            catalogs = []
            for number, order in enumerate(itertools.permutations(steps)):
                catalogs.append(f"{folder}/{number}.db")
                for step in order * 2:
                    steps[step](catalogs[-1])
                self.assert_sources(catalogs[-1], {"one": 8, "two": 9, "files": 2}, 0)
            one.control("delete", id=mine[0])
            two.control("delete", id=yours[0])
            for catalog, order in zip(catalogs, itertools.permutations(steps)):
                steps[order[0]](catalog)
                self.assert_sources(catalog, {"one": 8, "two": 9, "files": 2},
                                    1 if order[0] != "files" else 0)
                for step in order[1:]:
                    steps[step](catalog)
                self.assert_sources(catalog, {"one": 8, "two": 9, "files": 2}, 2)
                rows = self.query(catalog, "SELECT host, state FROM project p JOIN source s ON"
                                  f" s.id = p.source WHERE p.hex_id = '{mine[0]}'"
                                  " ORDER BY host = 'files'")
                self.assertEqual([state for _, state in rows], [3, 0])

    def assert_sources(self, catalog, counts, gone):
        rows = self.query(catalog, "SELECT count(*), sum(state = 0), sum(state = 3) FROM project"
                          " GROUP BY source")
        self.assertEqual(sorted(row[0] for row in rows), sorted(counts.values()))
        self.assertEqual(sum(row[2] for row in rows), gone)
        self.assertEqual(sum(row[1] for row in rows), sum(counts.values()) - gone)

    def test_two_workspaces_of_a_host_that_nobody_can_tell_apart(self):
        """Workspace tokens, for which /users/me fails: the catalog has one source for both."""
        with Workspace("--projects", "20", "--token", "hxtw_one") as one:
            catalog = f"{one.folder.name}/both.db"
            self.sync(one, catalog=catalog, token="hxtw_one")
            mine = set(self.active(one, catalog))
            one.stop()
            address = one.url.split("//")[1]
            with Workspace("--projects", "30", "--seed", "7", "--token", "hxtw_two",
                           listen=address) as two:
                for _ in range(4):
                    self.sync(two, catalog=catalog, token="hxtw_two")
                    self.assertLessEqual(mine, set(self.active(two, catalog)))
                both = self.query(catalog, "SELECT count(DISTINCT source) FROM project")
                self.assertEqual(both, [(1,)])


if __name__ == "__main__":
    unittest.main()
