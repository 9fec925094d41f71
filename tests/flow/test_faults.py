"""What goes wrong on Hex's side: nothing that was known is lost, and the next run mends it."""

import json
import os
import resource
import signal
import subprocess
import time
import unittest

from broken_hex import Front, json_answer, page
from simulator import program
from workspace import Workspace

EXPORT = "/api/v1/projects/export"


def cell_pages(cursor):
    """No export, and pages of no cells, each naming the next: a rule, and what was asked."""
    asked = []
    def rule(_, path):
        if path == EXPORT:
            return json_answer(404, '{"reason": "no"}')
        if not path.startswith("/api/v1/cells"):
            return None
        asked.append(path)
        return json_answer(
            200, f'{{"values": [], "pagination": {{"after": "c{cursor(path)}"}}}}')
    return rule, asked


class FaultTest(unittest.TestCase):
    maxDiff = 2000

    def front(self, workspace, rule):
        """A server before hexsim whose rule can be changed; workspace.url leads to it."""
        front = Front(rule, behind=workspace.url)
        self.addCleanup(front.close)
        return front

    def sync(self, workspace, front, code=0, retry_seconds=1):
        path = workspace.configure(retry_seconds=retry_seconds)
        done = workspace.hexmeta(
            "sync", "-c", path, "--set",
            f"source.serviceConnection.config.hostPort={front.url}")
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def exported(self, workspace, kind):
        done = workspace.hexmeta("export", "--catalog", workspace.catalog, "--kind", kind)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Not splitlines: a title may hold U+2028, which JSON leaves as it is.
        return [json.loads(line) for line in done.stdout.split("\n") if line]

    def published(self, workspace):
        return [line["id"] for line in self.exported(workspace, "project")
                if line["publishedAt"] and line["state"] == "active"]

    def test_an_export_that_fails_for_now_does_not_cost_the_notebook(self):
        with Workspace("--projects", "12") as workspace:
            front = self.front(workspace, lambda method, path: None)
            self.sync(workspace, front)
            before = self.exported(workspace, "cell")
            for line in self.exported(workspace, "project"):
                if line["state"] == "active":
                    workspace.control("edit", id=line["id"], description="Edited")
            for status in (502, 503, 504):
                with self.subTest(status=status):
                    front.server.rule = lambda method, path, status=status: (
                        json_answer(status, "{}") if path == EXPORT else None)
                    self.sync(workspace, front, code=1)
                    self.assertEqual(self.exported(workspace, "cell"), before)
            front.server.rule = lambda method, path: None
            self.sync(workspace, front)
            truth = [json.loads(line) for line in workspace.truth().splitlines()]
            self.assertEqual(
                {line["id"]: line["source"] for line in self.exported(workspace, "cell")},
                {line["id"]: line["source"] for line in truth if line["kind"] == "cell"})

    def test_cells_that_stand_in_for_a_broken_export_are_told_of(self):
        with Workspace("--projects", "3") as workspace:
            front = self.front(workspace, lambda method, path: (
                json_answer(500, "{}") if path == EXPORT else None))
            done = self.sync(workspace, front)
            self.assertIn("its export cannot be read, so its cells are read one by one",
                          done.stderr)

    def test_neither_export_nor_cells_is_a_failure(self):
        with Workspace("--projects", "3") as workspace:
            def rule(method, path):
                if path == EXPORT:
                    return json_answer(200, '{"filename": "x", "content": "cells: [" }')
                return json_answer(404, '{"reason": "gone"}') if "/cells" in path else None
            done = self.sync(workspace, self.front(workspace, rule), code=1)
            self.assertRegex(done.stderr, "ERROR +project '")

    def test_queried_tables_that_failed_are_asked_for_again(self):
        with Workspace("--projects", "12") as workspace:
            front = self.front(workspace, lambda method, path: (
                json_answer(503, "{}") if "/queriedTables" in path else None))
            self.sync(workspace, front, code=1)
            front.server.rule = lambda method, path: None
            count = len(workspace.requests())
            self.sync(workspace, front)
            asked = {request["path"] for request in workspace.requests()[count:]}
            for key in self.published(workspace):
                self.assertIn(f"/api/v1/projects/{key}/queriedTables", asked)
            count = len(workspace.requests())
            self.sync(workspace, front)
            self.assertFalse([request for request in workspace.requests()[count:]
                              if request["path"].endswith("/queriedTables")])

    def test_a_filter_that_says_no_denies_nothing(self):
        """403 as a web page is not Hex's word: nobody is remembered as private."""
        with Workspace("--projects", "12") as workspace:
            front = self.front(workspace, lambda method, path: (
                page("Blocked", status=403)
                if path == EXPORT or "/cells" in path or "/queriedTables" in path else None))
            self.sync(workspace, front, code=1)
            details = {line["detail"] for line in self.exported(workspace, "project")}
            self.assertEqual(details, {"listed"})
            front.server.rule = lambda method, path: None
            self.sync(workspace, front)
            details = {line["detail"] for line in self.exported(workspace, "project")
                       if line["state"] == "active"}
            self.assertEqual(details, {"full"})

    def test_one_broken_title_does_not_cost_the_listing(self):
        titles = {b'"\\ud83d\\ude00 \\ud83d"': "\U0001F600 \uFFFD", b'"caf\xe9"': "caf\uFFFD"}
        for raw, title in titles.items():
            with self.subTest(title=title), Workspace("--projects", "5") as workspace:
                def rule(method, path, raw=raw):
                    if not path.startswith("/api/v1/projects?"):
                        return None
                    entry = (b'{"id": "0198c0de-0000-7000-8000-000000000001", "title": ' + raw +
                             b', "createdAt": "2024-01-01T00:00:00", "analytics": '
                             b'{"appViews": {"allTime": 99999999999999999999}}}')
                    return 200, {}, b'{"values": [' + entry + b'], "pagination": {}}'
                self.sync(workspace, self.front(workspace, rule))
                project, = self.exported(workspace, "project")
                self.assertEqual(project["title"], title)
                self.assertEqual(project["createdAt"], "2024-01-01T00:00:00.000Z")
                self.assertIsNone(project["views"]["allTime"])

    def test_one_giant_does_not_cost_the_others(self):
        """A notebook that takes too much memory fails alone, in this run and in the next."""
        giant = json.dumps({"filename": "x", "content": "meta: {}\ncells:\n" +
                            "  - {}\n" * 1000000})
        answers = []
        def rule(_, path):
            if path != EXPORT or answers:
                return None if "/cells" not in path else json_answer(404, "{}")
            answers.append(path)
            return json_answer(200, giant)
        with Workspace("--projects", "12") as workspace:
            front = self.front(workspace, rule)
            done = self.sync(workspace, front)  # one of 23: within successThreshold
            self.assertRegex(done.stderr, "ERROR +project .* too large: ")
            self.assertNotIn("out of memory", done.stderr)
            read = [line for line in self.exported(workspace, "project")
                    if line["detail"] == "full"]
            self.assertGreater(len(read), 8)
            self.assertTrue(self.exported(workspace, "edge"))
            self.sync(workspace, front)

    def test_lists_without_end(self):
        """Always another cursor: each list gives up, and nothing is taken for deleted."""
        count = 0
        def endless(prefix):
            def rule(_, path):
                nonlocal count
                if not path.startswith(prefix):
                    return json_answer(404, '{"reason": "no"}') if path == EXPORT else None
                count += 1
                return json_answer(
                    200, f'{{"values": [], "pagination": {{"after": "c{count}"}}}}')
            return rule
        with Workspace("--projects", "5") as workspace:
            front = self.front(workspace, lambda method, path: None)
            self.sync(workspace, front)
            before = self.exported(workspace, "project")
            front.server.rule = endless("/api/v1/projects?")
            done = self.sync(workspace, front, code=1)
            self.assertIn("goes on without showing another project", done.stderr)
            self.assertLess(count, 150)
            self.assertEqual(self.exported(workspace, "project"), before)

    def test_pages_that_go_round_in_a_circle(self):
        """Of one project's cells: noticed, whatever the circle's length."""
        def cursor(path):
            return (int(path.rpartition("after=c")[2]) + 1) % 7 if "after=" in path else 1
        rule, asked = cell_pages(cursor)
        with Workspace("--projects", "2") as workspace:
            done = self.sync(workspace, self.front(workspace, rule), code=1)
            self.assertIn("the list of cells does not end", done.stderr)
            self.assertLess(len(asked), 100)

    def test_sigterm_ends_a_project_that_does_not_end(self):
        def cursor(_):
            time.sleep(0.02)
            return len(asked)
        rule, asked = cell_pages(cursor)
        with Workspace("--projects", "2") as workspace:
            front = self.front(workspace, rule)
            process = workspace.start(
                "sync", "-c", workspace.configure(), "--set",
                f"source.serviceConnection.config.hostPort={front.url}")
            while not asked and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130, said)
            self.assertLess(len(asked), 500)

    def test_a_file_that_may_not_grow_is_an_error_that_the_next_run_gets_over(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (400 * 1024, 400 * 1024))
        with Workspace("--projects", "60") as workspace:
            path = workspace.configure()
            done = subprocess.run([os.path.abspath(program("hexmeta")), "sync", "-c", path],
                                  cwd=workspace.folder.name, capture_output=True, text=True,
                                  timeout=120, check=False, preexec_fn=limit)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(workspace.catalog, done.stderr)
            done = workspace.hexmeta("sync", "-c", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(self.exported(workspace, "project")), 60)

    def test_a_post_is_redirected(self):
        """307 keeps the method: a proxy that moves paths costs no fidelity."""
        def rule(_, path):
            if path == EXPORT:
                return 307, {"Location": f"{EXPORT}?moved=1"}, b""
            return None
        with Workspace("--projects", "3") as workspace:
            self.sync(workspace, self.front(workspace, rule))
            self.assertTrue([request for request in workspace.requests()
                             if request["method"] == "POST" and request["path"] == EXPORT])
            self.assertFalse([request for request in workspace.requests()
                              if request["path"] == "/api/v1/cells"])

    def test_a_redirect_elsewhere_says_where(self):
        def rule(*_):
            return 302, {"Location": "https://login.example.com/sso"}, b""
        with Workspace("--projects", "3") as workspace:
            done = self.sync(workspace, self.front(workspace, rule), code=1)
            self.assertIn("redirects to https://login.example.com/sso, which is refused: set "
                          "hostPort to the address that answers", done.stderr)


if __name__ == "__main__":
    unittest.main()
