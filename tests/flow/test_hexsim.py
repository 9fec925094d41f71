"""The simulator answers as Hex's reference says: every endpoint, page by page, and its errors."""

import base64
import contextlib
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import zlib

from simulator import Simulator, ask, program

EVERYTHING = "includeArchived=true&includeComponents=true&includeTrashed=true"


class Hexsim(Simulator):
    name = "hexsim"

    def ask(self, path, body=None, token="hxtp_demo", method=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None if body is None else json.dumps(body).encode()
        url = path if path.startswith("http") else self.url + path
        return ask(method, url, data, headers)

    def get(self, path, **kind):
        answer = self.ask("/api/v1" + path, **kind)
        assert answer.status == 200, (path, answer.status, answer.body[:200])
        return answer.json()

    def walk(self, path, cursor="after"):
        """All values of a list and the number of its pages."""
        values, pages, at = [], 0, None
        while True:
            glue = "&" if "?" in path else "?"
            page = self.get(path + (f"{glue}{cursor}={at}" if at else ""))
            values += page["values"]
            pages += 1
            at = page["pagination"]["after"]
            if at is None:
                return values, pages

    def control(self, what, **fields):
        answer = self.ask(f"/_sim/{what}", body=fields, token=None)
        assert answer.status == 200, (what, answer.body)
        return answer.json()

    def truth(self, sql=False):
        answer = self.ask("/_sim/truth" + ("?sql=true" if sql else ""), token=None)
        return [json.loads(line) for line in answer.body.splitlines()]


def shared(*options):
    """One simulator for the tests of a class: they only read."""

    def decorate(cls):
        def start(inner):
            inner.sim = inner.enterClassContext(Hexsim(*options))

        if not hasattr(unittest.TestCase, "enterClassContext"):  # before Python 3.11

            def start(inner):  # noqa: F811
                stack = contextlib.ExitStack()
                inner.sim = stack.enter_context(Hexsim(*options))
                inner.addClassCleanup(stack.close)

        cls.setUpClass = classmethod(start)
        return cls

    return decorate


@shared("--projects", "230")
class ReadingTest(unittest.TestCase):
    def projects(self):
        return self.sim.walk(f"/projects?{EVERYTHING}&limit=100")[0]

    def active(self, test=lambda project: True):
        """A project that is read in full."""
        for record in self.sim.truth():
            if record["kind"] == "project" and record["detail"] == "full" and test(record):
                return record["id"]
        return self.fail("no such project")

    def test_every_order_shows_every_project_once(self):
        for sort in ("CREATED_AT", "LAST_EDITED_AT", "LAST_PUBLISHED_AT"):
            for direction in ("ASC", "DESC"):
                values, pages = self.sim.walk(
                    f"/projects?{EVERYTHING}&limit=23&sortBy={sort}&sortDirection={direction}"
                )
                self.assertEqual(pages, 10)
                self.assertEqual(len({p["id"] for p in values}), 230)
                key = {
                    "CREATED_AT": "createdAt",
                    "LAST_EDITED_AT": "lastEditedAt",
                    "LAST_PUBLISHED_AT": "lastPublishedAt",
                }[sort]
                times = [(p[key] or "", p["id"]) for p in values]
                self.assertEqual(times, sorted(times, reverse=direction == "DESC"))

    def test_a_cursor_is_a_place_in_the_order(self):
        page = self.sim.get("/projects?limit=3&sortDirection=ASC")
        after = page["pagination"]["after"]
        text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
        last = page["values"][2]
        self.assertEqual(text, f'v2:["{last["createdAt"]}","{last["id"]}"]')
        self.assertIsNotNone(page["pagination"]["before"])
        second = self.sim.get(f"/projects?limit=3&sortDirection=ASC&after={after}")
        back = second["pagination"]["before"]
        again = self.sim.get(f"/projects?limit=3&sortDirection=ASC&before={back}")
        self.assertEqual(again["values"], page["values"])

    def test_the_defaults_of_the_listing(self):
        page = self.sim.get("/projects?offset=99")  # ignored, as Hex does
        self.assertEqual(page, self.sim.get("/projects?includeSharing=False"))  # as Python says it
        values = page["values"]
        self.assertEqual(len(values), 25)
        created = [p["createdAt"] for p in values]
        self.assertEqual(created, sorted(created, reverse=True))
        for project in self.sim.walk("/projects")[0]:
            self.assertEqual(project["type"], "PROJECT")
            self.assertIsNone(project["archivedAt"])
            self.assertIsNone(project["trashedAt"])
            self.assertNotIn("sharing", project)
        self.assertLess(len(self.sim.walk("/projects")[0]), 230)

    def test_filters_of_the_listing(self):
        everything = self.sim.walk(f"/projects?{EVERYTHING}&includeSharing=true&limit=100")[0]
        collection = self.sim.get("/collections")["values"][0]
        email = everything[0]["creator"]["email"]
        quote = urllib.parse.quote
        cases = [
            (f"creatorEmail={quote(email)}",
             lambda p: p["creator"] is not None and p["creator"]["email"] == email),
            (f"ownerEmail={quote(email)}",
             lambda p: p["owner"] is not None and p["owner"]["email"] == email),
            ("statuses=Approved&statuses=Endorsed",
             lambda p: p["status"] is not None
             and p["status"]["name"] in ("Approved", "Endorsed")),
            ("categories=Finance",
             lambda p: "Finance" in [c["name"] for c in p["categories"]]),
            (f"collectionId={collection['id']}",
             lambda p: collection["name"]
             in [c["collection"]["name"] for c in p["sharing"]["collections"]]),
        ]
        for query, is_wanted in cases:
            got = self.sim.walk(f"/projects?{EVERYTHING}&limit=100&{query}")[0]
            want = [p["id"] for p in everything if is_wanted(p)]
            self.assertEqual(sorted(p["id"] for p in got), sorted(want), query)
            self.assertGreater(len(want), 0, query)

    def test_hostile_but_real_values_occur(self):
        projects = self.projects()
        self.assertTrue(any(p["owner"] is None for p in projects))
        self.assertTrue(any(p["title"] == "no" for p in projects))
        self.assertTrue(any(len(p["title"]) > 200 for p in projects))
        self.assertEqual({p["description"] is None for p in projects}, {True, False})
        cadences = {s["cadence"] for p in projects for s in p["schedules"]}
        self.assertEqual(cadences, {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "CUSTOM"})

    def test_errors_have_the_shapes_of_the_reference(self):
        nobody = "00000000-0000-4000-8000-000000000000"
        cases = [
            ("/projects?limit=0", 400),
            ("/projects?limit=101", 400),
            ("/projects?limit=x", 400),
            ("/projects?after=bm90IGEgY3Vyc29y", 400),
            ("/projects?sortBy=TITLE", 400),
            ("/projects?sortDirection=UP", 400),
            ("/projects?includeTrashed=maybe", 400),
            ("/users?limit=501", 400),
            ("/cells", 400),
            (f"/data-connections/{nobody}", 400),
            (f"/projects/{nobody}", 404),
            (f"/cells?projectId={nobody}", 404),
            (f"/cells/{nobody}", 404),
            ("/nothing", 404),
        ]
        for path, status in cases:
            answer = self.sim.ask("/api/v1" + path)
            self.assertEqual(answer.status, status, path)
            self.assertIsInstance(answer.json()["reason"], str)
            self.assertTrue(answer.headers["x-trace-id"])
        for token in (None, "hxtp_wrong"):
            answer = self.sim.ask("/api/v1/projects", token=token)
            self.assertEqual((answer.status, answer.body), (401, b"Unauthorized"))

    def test_never_published_means_no_latest_and_no_queried_tables(self):
        project = self.active(lambda p: p["publishedAt"] is None)
        self.assertEqual(self.sim.ask(f"/api/v1/projects/{project}/queriedTables").status, 422)
        for version, status in (("latest", 404), ("draft", 200), (1, 200), ("tomorrow", 400)):
            answer = self.sim.ask(
                "/api/v1/projects/export", body={"projectId": project, "version": version}
            )
            self.assertEqual(answer.status, status, version)

    def test_export_is_a_hex_file(self):
        record = [r for r in self.sim.truth() if r["kind"] == "cell" and r["connection"]][0]
        answer = self.sim.ask(
            "/api/v1/projects/export", body={"projectId": record["project"], "version": "draft"}
        ).json()
        self.assertEqual(sorted(answer), ["content", "filename"])
        self.assertTrue(answer["content"].startswith("schemaVersion: 3\n"))
        self.assertRegex(answer["content"], r"dataConnectionId: [0-9a-f-]{36} # .+ \(\w+\)\n")
        self.assertIn(f"cellId: {record['id']} # DO NOT CHANGE", answer["content"])

    def test_exports_read_back_give_the_truth(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("python3-yaml is not installed")

        class Texts(yaml.SafeLoader):
            """Every scalar but null as text."""

        Texts.yaml_implicit_resolvers = {}
        Texts.add_implicit_resolver("tag:yaml.org,2002:null", __import__("re").compile("^null$"), "n")

        def flatten(cells, parent=None):
            for cell in cells:
                yield cell, parent
                yield from flatten(cell["config"].get("cells") or [], cell["cellId"])

        truth = self.sim.truth()
        projects = {r["id"]: r for r in truth if r["kind"] == "project"}
        wanted = {}
        for record in truth:
            if record["kind"] == "cell":
                wanted.setdefault(record["project"], []).append(record)
        for project, cells in wanted.items():
            answer = self.sim.ask(
                "/api/v1/projects/export", body={"projectId": project, "version": "draft"}
            ).json()
            root = yaml.load(answer["content"], Texts)
            self.assertEqual(root["meta"]["title"], projects[project]["title"])
            self.assertEqual(root["meta"]["description"], projects[project]["description"])
            got = list(flatten(root["cells"]))
            self.assertEqual(len(got), len(cells))
            for (cell, parent), want in zip(got, cells):
                self.assertEqual(cell["cellId"], want["id"])
                self.assertEqual(cell["cellLabel"], want["label"])
                self.assertEqual(parent, want["parent"])
                self.assertEqual(cell["config"].get("source"), want["source"])

    def test_runs_are_paged_by_offset(self):
        project = self.active(
            lambda p: len(self.sim.get(f"/projects/{p['id']}/runs?limit=100")["runs"]) > 30
        )
        runs, url = [], f"/api/v1/projects/{project}/runs?limit=7"
        while url:
            page = self.sim.ask(url).json()
            runs += page["runs"]
            url = page["nextPage"]
        ids = [run["runId"] for run in runs]
        self.assertEqual(len(ids), len(set(ids)))
        whole = self.sim.get(f"/projects/{project}/runs?limit=100")["runs"]
        self.assertEqual(ids[:100], [run["runId"] for run in whole])
        one = self.sim.get(f"/projects/{project}/runs/{ids[3]}")
        self.assertEqual(one["runUrl"], runs[3]["runUrl"])
        some = self.sim.get(f"/projects/{project}/runs?statusFilter=COMPLETED&limit=100")["runs"]
        self.assertEqual({run["status"] for run in some}, {"COMPLETED"})
        some = self.sim.get(f"/projects/{project}/runs?runTriggerFilter=API&limit=100")["runs"]
        self.assertEqual({run["runTrigger"] for run in some}, {"API"})
        bad = self.sim.ask(f"/api/v1/projects/{project}/runs?statusFilter=DONE")
        self.assertEqual(bad.status, 400)

    def test_cells_have_contents_by_type(self):
        seen = set()
        keys = {"SQL": "sqlCell", "CODE": "codeCell", "MARKDOWN": "markdownCell"}
        for project in [p for p in self.sim.truth() if p["kind"] == "project"][:60]:
            if project["detail"] != "full":
                continue
            cells, _ = self.sim.walk(f"/cells?projectId={project['id']}&limit=9")
            self.assertEqual(len({c["id"] for c in cells}), len(cells))
            for cell in cells:
                self.assertNotEqual(cell["id"], cell["staticId"])
                filled = [k for k, v in cell["contents"].items() if v is not None]
                want = keys.get(cell["cellType"])
                self.assertEqual(filled, [want] if want else [])
                seen.add(cell["cellType"])
        self.assertGreaterEqual(seen, {"SQL", "CODE", "EXPLORE", "METRIC", "BLOCK", "CHART"})
        one = self.sim.get(f"/cells/{cell['id']}") if cells else None
        self.assertEqual(one, cell if cells else None)

    def test_a_chart_has_a_picture(self):
        for project in [p for p in self.sim.truth() if p["kind"] == "project"]:
            if project["detail"] != "full":
                continue
            cells, _ = self.sim.walk(f"/cells?projectId={project['id']}&limit=100")
            charts = [c for c in cells if c["cellType"] in ("EXPLORE", "CHART", "VEGA_CHART")]
            others = [c for c in cells if c["cellType"] == "SQL"]
            runs = self.sim.get(f"/projects/{project['id']}/runs?statusFilter=COMPLETED")["runs"]
            if charts and others and runs:
                break
        answer = self.sim.get(f"/cells/{charts[0]['id']}/image")
        self.assertEqual(answer["mimeType"], "image/png")
        self.check_png(base64.b64decode(answer["imageBase64"], validate=True))
        path = f"/projects/{project['id']}/runs/{runs[0]['runId']}/cells"
        self.check_png(
            base64.b64decode(self.sim.get(f"{path}/{charts[0]['staticId']}/image")["imageBase64"])
        )
        for path in (f"/cells/{others[0]['id']}/image", f"{path}/{others[0]['staticId']}/image"):
            self.assertEqual(self.sim.ask("/api/v1" + path).status, 422)

    def check_png(self, data):
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        at, kinds = 8, []
        while at < len(data):
            size, kind = struct.unpack(">I4s", data[at : at + 8])
            body = data[at + 8 : at + 8 + size]
            (crc,) = struct.unpack(">I", data[at + 8 + size : at + 12 + size])
            self.assertEqual(zlib.crc32(kind + body), crc)
            if kind == b"IDAT":
                self.assertEqual(len(zlib.decompress(body)), (96 * 3 + 1) * 48)
            kinds.append(kind)
            at += 12 + size
        self.assertEqual(kinds, [b"IHDR", b"IDAT", b"IEND"])

    def test_the_directory(self):
        for path, single in (
            ("/data-connections", True),
            ("/collections", True),
            ("/groups", True),
            ("/users", False),
            ("/guides/draft/list", False),
        ):
            values, pages = self.sim.walk(f"{path}?limit=4")
            whole, _ = self.sim.walk(path)
            self.assertEqual(values, whole, path)
            self.assertGreater(pages, 1, path)
            if single:
                self.assertEqual(self.sim.get(f"{path}/{values[0]['id']}"), values[0])
        group = self.sim.get("/groups")["values"][0]["id"]
        members, _ = self.sim.walk(f"/users?groupId={group}&limit=500")
        everyone, _ = self.sim.walk("/users?limit=500")
        self.assertLess(0, len(members))
        self.assertLess(len(members), len(everyone))
        self.assertTrue(any(not c["type"].isalpha() for c in self.sim.walk("/data-connections")[0]))

    def test_users_me_fails_for_workspace_tokens(self):
        me = self.sim.get("/users/me")
        self.assertEqual(sorted(me), ["email", "id", "name", "org", "role", "token"])
        self.assertEqual(self.sim.ask("/api/v1/users/me", token="hxtw_demo").status, 500)
        self.assertEqual(self.sim.ask("/api/v1/projects", token="hxtw_demo").status, 200)

    def test_a_denied_project_is_listed_and_nothing_else(self):
        denied = [r for r in self.sim.truth() if r.get("detail") == "denied"]
        self.assertGreater(len(denied), 0)
        project = denied[0]["id"]
        for path in (f"/projects/{project}", f"/cells?projectId={project}",
                     f"/projects/{project}/runs"):
            self.assertEqual(self.sim.ask("/api/v1" + path).status, 403)


class OptionsTest(unittest.TestCase):
    def truth(self, *options):
        done = subprocess.run(
            [program("hexsim"), "--truth", "--host", "http://h", *options], capture_output=True, check=True
        )
        return done.stdout

    def test_the_same_seed_is_the_same_workspace(self):
        first = self.truth("--projects", "80", "--sql")
        self.assertEqual(first, self.truth("--projects", "80", "--sql"))
        self.assertNotEqual(first, self.truth("--projects", "80", "--sql", "--seed", "2"))

        def pages():
            with Hexsim("--projects", "40") as sim:
                page = sim.ask(f"/api/v1/projects?{EVERYTHING}&includeSharing=true&limit=100")
                return hashlib.sha256(page.body).hexdigest()

        self.assertEqual(pages(), pages())

    def test_truth_with_sql_knows_more_edges_and_only_names_tables_it_lists(self):
        plain = [json.loads(line) for line in self.truth("--projects", "80").splitlines()]
        both = [json.loads(line) for line in self.truth("--projects", "80", "--sql").splitlines()]

        def reads(records):
            return {
                json.dumps([r["from"], r["to"]])
                for r in records
                if r["kind"] == "edge" and "table" in r["from"]
            }

        self.assertLess(reads(plain), reads(both))
        tables = {json.dumps([r[k] for k in ("connection", "database", "schema", "name")])
                  for r in both if r["kind"] == "table"}
        named = {json.dumps(list(e[end]["table"].values()))
                 for e in both if e["kind"] == "edge" for end in ("from", "to")
                 if "table" in e[end]}
        self.assertEqual(tables, named)
        pairs = [json.dumps([r["from"], r["to"]]) for r in both if r["kind"] == "edge"]
        self.assertEqual(len(pairs), len(set(pairs)))

    def test_editions_and_roles(self):
        with Hexsim("--projects", "20", "--edition", "team", "--role", "editor") as sim:
            project = sim.get("/projects")["values"][0]["id"]
            answer = sim.ask(f"/api/v1/projects/{project}/queriedTables")
            self.assertEqual(answer.status, 403)
            self.assertEqual(list(answer.json()), ["message"])
            for connection in sim.walk("/data-connections")[0]:
                self.assertLessEqual(set(connection), {"id", "name", "type", "description"})

    def test_rates_say_when_to_come_back(self):
        for form, pattern in (("seconds", r"^\d+$"), ("date", r"^\w{3}, .* GMT$")):
            with Hexsim("--projects", "5", "--rate", "3", "--retry-after", form) as sim:
                answers = [sim.ask("/api/v1/projects") for _ in range(5)]
                self.assertEqual([a.status for a in answers], [200, 200, 200, 429, 429])
                self.assertRegex(answers[3].headers["Retry-After"], pattern)
        with Hexsim("--projects", "5", "--rate", "1", "--retry-after", "none") as sim:
            answers = [sim.ask("/api/v1/projects") for _ in range(2)]
            self.assertIsNone(answers[1].headers["Retry-After"])

    def test_faults_hit_every_nth_request(self):
        rules = "/api/v1/groups:503:2,/api/v1/users:cut"
        with Hexsim("--projects", "5", "--fail", rules) as sim:
            statuses = [sim.ask("/api/v1/groups").status for _ in range(4)]
            self.assertEqual(statuses, [200, 503, 200, 503])
            with self.assertRaises(Exception):
                sim.ask("/api/v1/users")
            self.assertEqual(sim.ask("/api/v1/projects").status, 200)

    def test_a_page_fails_for_good(self):
        pages = "/api/v1/projects?limit=25&after="
        with Hexsim("--projects", "80", "--fail", "/api/v1/projects:500:2+") as sim:
            first = sim.ask("/api/v1/projects?limit=25")
            cursor = first.json()["pagination"]["after"]
            self.assertEqual([sim.ask(pages + cursor).status for _ in range(3)], [500] * 3)
            sim.control("config", fail="/api/v1/projects:expired")
            self.assertEqual(sim.ask(pages + cursor).status, 400)
            self.assertEqual(sim.ask("/api/v1/projects?limit=25").status, 200)
            sim.control("config", fail="/api/v1/projects:circle")
            self.assertEqual(sim.ask(pages + cursor).json()["pagination"]["after"], cursor)
            sim.control("config", fail="")
            self.assertNotEqual(sim.ask(pages + cursor).json()["pagination"]["after"], cursor)

    def test_users_see_different_projects(self):
        tokens = ("--token", "hxtp_ann", "--token", "hxtp_bob=1")
        with Hexsim("--projects", "10", *tokens) as sim:
            path = f"/api/v1/projects?{EVERYTHING}"
            first = sim.ask(path, token="hxtp_ann").json()["values"][0]["id"]
            sim.control("hide", id=first, user=1)
            for token, status in (("hxtp_ann", 200), ("hxtp_bob", 403)):
                listed = [p["id"] for p in sim.ask(path, token=token).json()["values"]]
                self.assertEqual(first in listed, status == 200)
                answer = sim.ask(f"/api/v1/projects/{first}", token=token)
                self.assertEqual(answer.status, status)
            ann, bob = (sim.ask("/api/v1/users/me", token=token).json()
                        for token in ("hxtp_ann", "hxtp_bob"))
            self.assertNotEqual(ann["id"], bob["id"])
            self.assertEqual(ann["org"], bob["org"])
            sim.control("hide", id=first, undo=True)
            answer = sim.ask(path, token="hxtp_bob").json()
            self.assertEqual(answer["values"][0]["id"], first)

    def test_latency_does_not_queue(self):
        with Hexsim("--projects", "5", "--latency", "200") as sim:
            start = time.monotonic()
            asks = [
                subprocess.Popen(
                    [sys.executable, "-c", "import sys, urllib.request as u; u.urlopen("
                     "u.Request(sys.argv[1], headers={'Authorization': 'Bearer hxtp_demo'}))",
                     sim.url + "/api/v1/groups"]) for _ in range(4)
            ]
            self.assertEqual([ask.wait(timeout=20) for ask in asks], [0] * 4)
            self.assertGreaterEqual(time.monotonic() - start, 0.2)

    def test_the_log_and_the_counts(self):
        with Hexsim("--projects", "5") as sim:
            project = sim.get("/projects?limit=1")["values"][0]["id"]
            sim.get(f"/projects/{project}")
            sim.ask("/api/v1/projects", token="x")
            stats = sim.ask("/_sim/stats", token=None).json()
            lines = sim.logged()
        self.assertEqual(stats["requests"], {"GET /api/v1/projects": 2,
                                             "GET /api/v1/projects/{id}": 1})
        self.assertEqual(stats["total"], 3)
        self.assertEqual([line["status"] for line in lines], [200, 200, 401])
        self.assertEqual([line["token"] for line in lines], ["personal", "personal", "none"])
        self.assertEqual(lines[0]["query"], "limit=1")

    def test_exports_of_a_folder_are_projects(self):
        text = "schemaVersion: 3\nmeta:\n  projectId: 11111111-2222-4333-8444-555555555555\n"
        text += "  title: From a file\ncells: []\n"
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/a.hex.yaml", "w", encoding="utf-8") as file:
                file.write(text)
            with Hexsim("--exports", folder) as sim:
                (project,) = sim.get("/projects")["values"]
                self.assertEqual(project["title"], "From a file")
                answer = sim.ask(
                    "/api/v1/projects/export",
                    body={"projectId": project["id"], "version": "draft"},
                ).json()
        self.assertEqual(answer, {"filename": "a.hex.yaml", "content": text})

    def test_a_token_may_do_what_its_scopes_say(self):
        paths = {
            "projects": "/projects",
            "cells": "/cells?projectId=x",
            "data-connections": "/data-connections",
            "collections": "/collections",
            "users": "/users",
            "groups": "/groups",
        }
        for scope in paths:
            with Hexsim("--projects", "5", "--scopes", scope, "--workspace-me") as sim:
                for name, path in paths.items():
                    answer = sim.ask("/api/v1" + path, token="hxtw_demo")
                    self.assertEqual(answer.status == 403, name != scope, (scope, name))
                me = sim.ask("/api/v1/users/me", token="hxtw_demo")
                self.assertEqual(me.status, 200 if scope == "users" else 403)
                self.assertEqual(sim.ask("/api/v1/users/me").status, 200)
        with Hexsim("--projects", "40", "--scopes", "projects") as sim:
            project = sim.get("/projects")["values"][0]["id"]
            path = f"/api/v1/projects/{project}/queriedTables"
            self.assertEqual(sim.ask(path).status, 403)
            self.assertIn(b"reason", sim.ask(path).body)
        with Hexsim("--scopes", "none") as sim:
            self.assertEqual(sim.ask("/api/v1/users/me").status, 403)

    def test_personal_tokens_expire_when_told(self):
        with Hexsim("--token-days", "5") as sim:
            left = sim.get("/users/me")["token"]["exp"] - time.time()
            self.assertTrue(4.9 * 86400 < left <= 5 * 86400, left)

    def test_wrong_options_are_exit_2(self):
        for options in (["--listen", "x"], ["--rat", "1"], ["--fail", "x"], ["--now", "today"],
                        ["--scopes", "everything"]):
            done = subprocess.run([program("hexsim"), *options], capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 2, options)
            self.assertTrue(done.stderr.startswith("hexsim: "), done.stderr)


class ControlTest(unittest.TestCase):
    def project(self, sim, project):
        return sim.get(f"/projects/{project}")

    def test_edits_are_seen_everywhere(self):
        with Hexsim("--projects", "60") as sim:
            full = [r for r in sim.truth() if r.get("detail") == "full"]
            one, two = full[0]["id"], full[1]["id"]
            before = self.project(sim, one)
            sim.control("edit", id=one, title="Another", sql="SELECT 1 AS x")
            after = self.project(sim, one)
            self.assertGreater(after["lastEditedAt"], before["lastEditedAt"])
            self.assertEqual(after["title"], "Another")
            truth = sim.truth()
            self.assertTrue(any(r["kind"] == "cell" and r["source"] == "SELECT 1 AS x"
                                for r in truth))
            sim.control("publish", id=one)
            self.assertGreater(self.project(sim, one)["lastPublishedAt"], after["lastEditedAt"])
            views = self.project(sim, one)["analytics"]["appViews"]["allTime"]
            sim.control("view", id=one, count=5)
            views_after = self.project(sim, one)["analytics"]["appViews"]["allTime"]
            self.assertEqual(views_after, views + 5)
            sim.control("trash", id=one)
            sim.control("archive", id=two)
            states = {r["id"]: r["state"] for r in sim.truth() if r["kind"] == "project"}
            self.assertEqual((states[one], states[two]), ("trashed", "archived"))
            listed = {p["id"] for p in sim.walk("/projects?limit=100")[0]}
            self.assertFalse({one, two} & listed)
            sim.control("delete", id=two)
            self.assertEqual(sim.ask(f"/api/v1/projects/{two}").status, 404)

    def test_what_a_project_is_put_under_changes_in_the_listing_alone(self):
        with Hexsim("--projects", "30") as sim:
            one = next(r for r in sim.truth() if r.get("detail") == "full")
            before = self.project(sim, one["id"])
            owner = next(r["owner"] for r in sim.truth()
                         if r["kind"] == "project" and r["owner"] not in (None, one["owner"]))
            sim.control("edit", id=one["id"], status="Endorsed", owner=owner,
                        categories=["Finance", "New: \"one\""], collections=["Board pack"])
            after = self.project(sim, one["id"])
            self.assertEqual(after["lastEditedAt"], before["lastEditedAt"])
            self.assertEqual(after["status"]["name"], "Endorsed")
            self.assertEqual(after["owner"]["email"], owner)
            truth = next(r for r in sim.truth() if r.get("id") == one["id"])
            self.assertEqual(truth["categories"], ["Finance", 'New: "one"'])
            self.assertEqual(truth["collections"], ["Board pack"])
            sim.control("edit", id=one["id"], status=None, owner=None, categories=[],
                        description=None)
            after = self.project(sim, one["id"])
            self.assertEqual((after["status"], after["categories"], after["description"]),
                             (None, [], None))
            for wrong in ({"status": "Nope"}, {"owner": "no@body"}, {"collections": ["Nope"]}):
                body = {"id": one["id"], **wrong}
                answer = sim.ask("/_sim/edit", body=body, token=None)
                self.assertEqual(answer.status, 400, wrong)

    def test_projects_come_and_go(self):
        with Hexsim("--projects", "50") as sim:
            first = sim.get("/projects")["values"][0]["createdAt"]
            added = sim.control("add", count=3)["ids"]
            newest = [p for p in sim.walk(f"/projects?{EVERYTHING}")[0][:3]]
            self.assertEqual({p["id"] for p in newest}, set(added))
            self.assertGreater(newest[-1]["createdAt"], first)
            changed = sim.control("trash", percent=60)["changed"]
            self.assertGreater(changed, 20)
            self.assertEqual(sim.ask("/_sim/trash", body={"id": "x"}, token=None).status, 404)
            self.assertEqual(sim.ask("/_sim/nothing", body={}, token=None).status, 404)

    def test_settings_change_while_it_runs(self):
        with Hexsim("--projects", "5") as sim:
            sim.control("config", fail="/api/v1/groups:500", rate=2)
            self.assertEqual(sim.ask("/api/v1/groups").status, 500)
            self.assertEqual(sim.ask("/api/v1/projects").status, 200)
            self.assertEqual(sim.ask("/api/v1/projects").status, 429)
            sim.control("config", fail="", rate=0)
            self.assertEqual(sim.ask("/api/v1/groups").status, 200)
            sim.control("log/clear")
            self.assertEqual(sim.ask("/_sim/stats", token=None).json()["total"], 0)


if __name__ == "__main__":
    unittest.main()
