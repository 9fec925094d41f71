"""Random lives of a workspace, and of a catalog that follows it through faults and kills.

A life is a list of steps drawn from a seed. After each "settle" step nothing is left of what
went wrong: the catalog says what a new one of the same workspace says. SEEDS says how many lives,
SEED with which seed to begin; without SEEDS there are a few short ones. A life that fails is
told with the fewest steps that still fail, unless SHRINK is 0.
"""

import collections
import http.client
import json
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import tempfile
import threading
import unittest

import records
from disturbed_hex import FAULTS, SCOPES, Disturbance, Front
from workspace import Workspace, program

SEED = int(os.environ.get("SEED", "1"))
SEEDS = int(os.environ.get("SEEDS", "0"))
SHORT_LIVES = 3
SHORT_STEPS = 5
with open(program("hexmeta"), "rb") as file:
    HAS_ASAN = b"__asan_init" in file.read()
MAX_RSS_KIB = 1000000 if HAS_ASAN else 60000  # ASan keeps what is freed
HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
TOKENS = {"ann": "hxtp_annsecret01", "ann2": "hxtp_annsecret02", "bob": "hxtp_bobsecret03",
          "all": "hxtw_allsecret04"}
# What may end a run as "not reachable".
UNREACHABLE = {"429", "429 after 0", "429 after 1", "500", "502", "503", "cut", "slow", "empty"}
DETAILS = ("export", "cells", "runs", "queriedTables", "lookup")
# What says nothing of the object: it is asked for again in the next run.
PASSING = UNREACHABLE - {"500", "empty"} | {"401"}
NOTHING = "lists no project at all"
PAUSES = ("429", "429 after 1", "slow")  # many of them take long
SETTLED = ("connection 1", "connection 2", "hexmeta.includeArchived=true",
           "hexmeta.version=published")
OWN_TIMES = {
    "project": ("content_read_ms", "activity_read_ms", "aged_ms", "failed_ms", "looked_up_ms"),
    "walk": ("started_ms", "moved_ms", "ended_ms"),
}


class Discrepancy(Exception):
    """What is not as it should be."""


def check(is_right, *what):
    if not is_right:
        raise Discrepancy(" ".join(str(part) for part in what)[:6000])


# ---- lives ----

def one_edit(rng):
    """A step of people in Hex."""
    which = rng.randrange(1000)
    kind = rng.choices(
        ("title", "sql", "description", "groups", "publish", "trash", "archive", "untrash",
         "unarchive", "delete", "deny", "undeny", "hide", "unhide", "view", "add"),
        (4, 3, 2, 4, 4, 3, 2, 2, 1, 3, 2, 2, 1, 2, 3, 3))[0]
    fields = {"which": which}
    if kind == "title":
        fields["title"] = rng.choice(("no", "2025-10-17", "Ünïcode \u2028 title", "a: b #c",
                                      f"Title {rng.randrange(99)}"))
    elif kind == "sql":
        table = rng.choice(("orders", "Users", "events_2", "mart.daily", "prod.sales.orders"))
        fields["sql"] = rng.choice((
            f"SELECT a, b FROM {table}", f"SELECT * FROM {table} t JOIN other o ON t.id = o.id",
            f"INSERT INTO copy_of SELECT x FROM {table}", "SELECT FROM WHERE", None,
            f"SELECT {', '.join(f'c{i}' for i in range(3000))} FROM {table}"))
    elif kind == "description":
        fields["description"] = rng.choice((None, "", "Some words.\nMore: of them"))
    elif kind == "groups":
        fields |= rng.choice(({"status": rng.choice((None, "Approved", "In development"))},
                              {"owner": rng.choice((None, "another"))},
                              {"categories": rng.sample(["Finance", "Ops", "Mine"], 2)},
                              {"categories": []}))
    elif kind == "hide":
        fields["user"] = rng.choice((0, 1, None))
    elif kind in ("view", "add"):
        fields["count"] = rng.randint(1, 3)
    return "edit", {"kind": kind, **fields}


def one_run(rng):
    """A sync under some disturbance."""
    fields = {}
    kind = rng.choices(("quiet", "faults", "kill", "term", "disk", "token", "scopes", "config",
                        "moving", "locked", "read"), (4, 10, 4, 1, 1, 3, 2, 4, 3, 1, 1))[0]
    if kind in ("faults", "token", "moving") and rng.random() < 0.8:
        fields["seed"] = rng.randrange(1 << 30)
        fields["share"] = rng.choice((0.02, 0.1, 0.3))
        kinds = [kind for kind in FAULTS if fields["share"] < 0.3 or kind not in PAUSES]
        fields["kinds"] = rng.sample(kinds, rng.choice((1, 2, 5, len(kinds))))
    if kind in ("kill", "term"):
        fields["stop_at"] = 1 + int(rng.choice((10, 60, 300)) * rng.random())
        if kind == "kill" and rng.random() < 0.3:
            fields["after"] = rng.randrange(80) / 1000  # reproduced by and large
        fields["how"] = "KILL" if kind == "kill" else "TERM"
    elif kind == "disk":
        fields["room"] = rng.randrange(1, 600) * 1024
    elif kind == "token":
        fields["token"] = rng.choice(("ann2", "bob", "all"))
    elif kind == "scopes":
        fields["lost"] = rng.sample(list(SCOPES), rng.choice((1, 2, len(SCOPES))))
    elif kind == "config":
        fields["config"] = rng.sample((
            "hexmeta.details=listing", "hexmeta.includeArchived=true",
            "hexmeta.maxDeletePercent=0", "hexmeta.statusFilterPattern.includes=[Approved]",
            "source.sourceConfig.config.dashboardFilterPattern.excludes=['[a-m]']",
            "hexmeta.ownerFilterPattern.excludes=['.*a.*']",
            "source.sourceConfig.config.includeOwners=false", "hexmeta.version=published",
            "connection 1", "connection 2"), rng.choice((1, 2)))
    elif kind == "moving":
        fields["edits"] = {str(rng.randint(1, 6)): one_edit(rng)[1] for _ in range(3)}
        fields["edits"][str(rng.randint(1, 6))] = {"kind": "export"}
    elif kind in ("locked", "read"):
        fields["held"] = kind
    return "run", fields


def one_step(rng):
    kind = rng.choices(("edit", "run", "time", "offline", "look", "foresee", "import", "settle"),
                       (12, 9, 2, 1, 1, 2, 0.5, 0.7))[0]
    if kind == "edit":
        return one_edit(rng)
    if kind == "run":
        return one_run(rng)
    if kind == "time":
        return "time", {"ms": rng.choice((-400 * DAY_MS, -3 * HOUR_MS, 2 * HOUR_MS, 9 * DAY_MS,
                                          31 * DAY_MS)) + rng.randrange(1000)}
    if kind == "settle":
        return kind, {"config": rng.sample(SETTLED, rng.choice((0, 1)))}
    return kind, {"which": rng.randrange(1000)} if kind in ("look", "import") else {}


def a_life(seed, is_short):
    """Options of the workspace, and what happens in it."""
    rng = random.Random(seed)
    options = {
        "projects": rng.choice((3, 20, 40, 70)),
        "seed": rng.randrange(1000),
        "edition": rng.choice(("enterprise", "team")),
        "exports": rng.random() < 0.9,
        "page": rng.choice((3, 7, 20, None)),
        "role": rng.choice(("admin", "editor")),
    }
    steps = [one_step(rng) for _ in range(rng.choice((4, 8, 15, 25)))]
    if is_short:
        options["projects"] = min(options["projects"], 20)
        steps = steps[:SHORT_STEPS]
    return options, steps + [("settle", {"config": rng.sample(SETTLED, rng.choice((0, 0, 1, 2)))})]


# ---- living ----

class World:
    """A workspace, what stands before it, a catalog; and what is known of what happened."""

    def __init__(self, options):
        self.options = options
        arguments = ["--projects", str(options["projects"]), "--seed", str(options["seed"]),
                     "--edition", options["edition"], "--role", options["role"]]
        for name, token in TOKENS.items():
            arguments += ["--token", token + ("=1" if name == "bob" else "")]
        if not options["exports"]:
            arguments.append("--no-exports")
        self.workspace = Workspace(*arguments)
        self.front = None
        self.deleted, self.hidden, self.stopped = set(), set(), set()
        self.has_sql = False  # hexsim does not read SQL
        self.has_others = False  # others than ann have looked
        self.is_degraded = False  # something was taken for refused, and is asked for when old
        self.trouble = None  # of what happened while hexmeta ran
        self.imported = set()  # these ids are in two sources

    def __enter__(self):
        self.workspace.__enter__()
        self.front = Front(self.workspace.url)
        self.front.page_size = self.options["page"]
        return self

    def __exit__(self, *_):
        self.front.close()
        self.workspace.__exit__()

    @property
    def folder(self):
        return self.workspace.folder.name

    @property
    def catalog(self):
        return self.workspace.catalog

    # ---- running hexmeta ----

    def hexmeta(self, *arguments, limit=None, killed_after=120):
        """A finished process, with what it said and how much memory it took."""
        def prepare():
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [os.path.abspath(program("hexmeta")), *arguments], cwd=self.folder, stdout=out,
                stderr=err, preexec_fn=prepare)
            self.front.process = process
            timer = threading.Timer(killed_after, process.kill)
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            is_late = killed_after > 100 and not timer.is_alive()
            timer.cancel()
            self.front.process = None
            process.returncode = os.waitstatus_to_exitcode(status)
            for name, file in (("stdout", out), ("stderr", err)):
                file.seek(0)
                setattr(process, name, file.read().decode())
        check(not is_late, "hung:", arguments, process.stderr[-2000:])
        check(usage.ru_maxrss < MAX_RSS_KIB, "memory:", usage.ru_maxrss, "KiB", arguments)
        for token in TOKENS.values():
            check(token not in process.stderr and token not in process.stdout, "a token is told:",
                  process.stderr[-2000:])
        for word in ("Sanitizer", "runtime error", "waits for nothing", "(bug)", "assert"):
            check(word not in process.stderr, process.stderr[-4000:])
        return process

    def sync(self, *options, token="ann", catalog=None, disturbance=None, **how):
        self.front.begin(disturbance or Disturbance())
        kind = "workspace" if token == "all" else "personal"
        path = self.workspace.configure(token=TOKENS[token], retry_seconds=1)
        return self.hexmeta(
            "sync", "-c", path, "--catalog", catalog or self.catalog,
            "--set", f"source.serviceConnection.config.hostPort={self.front.url}",
            "--set", f"source.serviceConnection.config.tokenType={kind}",
            "--set", "workflowConfig.successThreshold=100", *options, **how)

    def export(self, catalog=None):
        done = self.hexmeta("export", "--catalog", catalog or self.catalog)
        check(done.returncode == 0, "export:", done.stderr)
        return records.parse(done.stdout)

    def has_catalog(self):
        if not os.path.exists(self.catalog) or os.path.getsize(self.catalog) == 0:
            return False
        return self.sql("SELECT count(*) FROM sqlite_schema")[0][0] > 0

    def sql(self, statement, *arguments):
        catalog = sqlite3.connect(self.catalog)
        with catalog:
            rows = catalog.execute(statement, arguments).fetchall()
        catalog.close()
        return rows

    def check_file(self):
        """What any catalog must be."""
        check(self.sql("PRAGMA integrity_check") == [("ok",)], "integrity_check")
        broken = self.sql("PRAGMA foreign_key_check")
        check(broken == [], "foreign_key_check", broken[:5])
        for name in os.listdir(self.folder):
            if name.startswith("hex.catalog.db"):
                with open(f"{self.folder}/{name}", "rb") as file:
                    content = file.read()
                for token in TOKENS.values():
                    check(token.encode() not in content, "a token is in", name)

    # ---- steps ----

    def truth(self):
        return records.parse(self.workspace.truth())

    def meanwhile(self, kind, **fields):
        """Something that happens while hexmeta runs."""
        if kind != "export":
            self.step_edit(kind, **fields)
        elif self.has_catalog():
            done = self.workspace.hexmeta("export", "--catalog", self.catalog)
            if done.returncode != 0:
                self.trouble = done.stderr

    def step_edit(self, kind, which, user=None, **fields):
        """Something that people do in Hex."""
        if kind == "add":
            self.workspace.control("add", count=fields["count"])
            return
        ids = sorted(line["id"] for line in self.truth() if line["kind"] == "project")
        if not ids:
            return
        key = ids[which % len(ids)]
        is_undone = kind.startswith("un")
        action = kind.removeprefix("un")
        if action in ("title", "sql", "description", "groups"):
            action = "edit"
        if is_undone:
            fields["undo"] = True
        if fields.get("owner") == "another":
            owners = {line["creator"] for line in self.truth() if line["kind"] == "project"}
            fields["owner"] = sorted(owners - {None}, key=str.lower)[0] if owners - {None} else None
        if action == "hide" and user is not None:
            fields["user"] = user
        self.workspace.control(action, id=key, **fields)
        self.has_sql = self.has_sql or kind == "sql"
        if kind == "delete":
            self.deleted.add(key)
        elif kind == "hide":
            self.hidden.add(key)
        elif kind in ("trash", "archive"):
            self.stopped.add(key)
        elif kind in ("deny", "undeny"):
            self.is_degraded = True

    def step_run(self, held=None, config=(), token="ann", room=None, edits=None, how=None, after=120, **fields):
        edits = {int(page): (lambda edit=edit: self.meanwhile(**edit))
                 for page, edit in (edits or {}).items()}
        disturbance = Disturbance(how=how and getattr(signal, f"SIG{how}"), edits=edits, **fields)
        options = self.settings(config)
        limit = None
        if room is not None:
            limit = room + (os.path.getsize(self.catalog) if self.has_catalog() else 0)
        self.has_others = self.has_others or token in ("bob", "all")
        before = self.states()
        holder = release = None
        if held is not None and self.has_catalog():
            holder = sqlite3.connect(self.catalog, isolation_level=None, check_same_thread=False)
            holder.execute("BEGIN IMMEDIATE" if held == "locked" else "BEGIN")
            holder.execute("SELECT count(*) FROM project").fetchall()
            release = threading.Timer(0.3, holder.rollback)
            release.start()
        done = self.sync(*options, token=token, limit=limit, killed_after=after,
                         disturbance=disturbance)
        if holder is not None:
            release.join()
            holder.close()
        self.judge(done, disturbance, limit, before, token)

    def settings(self, config):
        """Settings as options; "connection 2" is one with other defaults."""
        options = []
        for setting in config:
            if setting.startswith("connection "):
                which = int(setting.split()[1]) * 7
                ids = [line["id"] for line in self.truth() if line["kind"] == "connection"]
                setting = (f'hexmeta.connections={{"{ids[which % len(ids)]}": {{service: s,'
                           ' database: other_db, schema: other_schema}}')
            if not any(word.partition("=")[0] == setting.partition("=")[0] for word in options):
                options += ["--set", setting]
        return options

    def states(self):
        """State and detail by project, of Hex's source."""
        if not self.has_catalog():
            return {}
        return {row[0]: row[1:] for row in self.sql(
            "SELECT p.hex_id, p.state, p.detail, (SELECT count(*) FROM cell WHERE project = p.id)"
            " FROM project p JOIN source s ON s.id = p.source WHERE s.host <> 'files'")}

    def judge(self, done, disturbance, limit, before, token):
        """What holds after any run, whatever went wrong."""
        check(self.trouble is None, "export while a sync runs:", self.trouble)
        requests = self.front.requests
        said = done.stderr[-3000:]
        faults = {(r.kind, r.fault) for r in requests if r.fault is not None}
        kinds = {fault for _, fault in faults}
        if disturbance.lost or token in ("bob", "all") or any(
                kind in DETAILS and fault not in PASSING for kind, fault in faults):
            self.is_degraded = True
        if disturbance.how == signal.SIGKILL and done.returncode == -signal.SIGKILL:
            if self.has_catalog():
                self.check_file()
            return
        check(done.returncode in (0, 1, 3, 4, 5, 130), "exit", done.returncode, said)
        self.check_file()
        if done.returncode == 130:
            check(disturbance.how == signal.SIGTERM, "exit 130", said)
        pages = [r for r in requests if r.is_listing and r.status == 200]
        if done.returncode in (0, 5):
            check(pages and pages[-1].is_last_page, "an incomplete walk is no failure:",
                  done.returncode, said)
        if done.returncode == 3:
            check(any(f == "401" or (k == "listing" and f in ("403", "page 403"))
                      for k, f in faults), "exit 3 without a reason", faults, said)
        if "401" in kinds and done.returncode not in (3, 130) and limit is None:
            check(False, "a 401 ends with", done.returncode, said)
        if done.returncode == 4:
            check(kinds & UNREACHABLE, "exit 4 without a reason", faults, said)
        if done.returncode == 1:
            check(kinds or limit is not None or NOTHING in said, "exit 1 without a reason", said)
        self.check_states(before)
        if done.returncode == 5:
            after = self.states()
            stopped = [key for key in before if before[key][0] == 0 and after[key][0] != 0]
            check(not stopped, "held back, and marked all the same:", stopped, said)

    def check_states(self, before):
        """A state is what Hex says, never what a fault makes of it; contents stay."""
        truth = {line["id"]: line for line in self.truth() if line["kind"] == "project"}
        for key, (state, _, cells) in self.states().items():
            if state == 3:
                check(key in self.deleted or key in self.hidden, "taken for gone:", key)
            if state in (1, 2):
                check(key in self.stopped or key not in truth or truth[key]["state"] != "active",
                      "taken for", state, key)
            if before.get(key, (0, 0, 0))[2] > 0 and cells == 0 and key in truth:
                check(not any(line["kind"] == "cell" and line["project"] == key
                              for line in self.truth()), "contents are lost:", key)

    def step_time(self, ms):
        """So much time goes by (or back) for the catalog."""
        if not self.has_catalog():
            return
        catalog = sqlite3.connect(self.catalog)
        with catalog:
            for table, columns in OWN_TIMES.items():
                for column in columns:
                    catalog.execute(f"UPDATE {table} SET {column} = {column} - ?", (ms,))
        catalog.close()

    def step_offline(self):
        if not self.has_catalog():
            return
        exports = []
        for _ in range(2):  # the first one does what a killed run has left
            done = self.hexmeta("sync", "--offline", "--catalog", self.catalog)
            check(done.returncode == 0, "sync --offline:", done.returncode, done.stderr)
            exports.append(self.export())
        self.compare(*exports, "what was analysed", "what is analysed anew")
        self.check_file()

    def step_look(self, which):
        """Questions to the catalog have answers."""
        if not self.has_catalog():
            return
        lines = self.export()
        projects = [line["id"] for line in lines if line.get("type") == "PROJECT"]
        tables = [line["name"] for line in lines if line["kind"] == "table"]
        questions = [("show", kind, "--json") for kind in (
            "projects", "cells", "datasets", "tables", "connections", "changes", "runs")]
        if projects:
            key = projects[which % len(projects)]
            questions += [("show", "projects", key, "--json"), ("lineage", key, "--json"),
                          ("lineage", key, "--dot"), ("lineage", key, "--up", "3")]
        if tables:
            questions.append(("impact", tables[which % len(tables)], "--json"))
        if not self.imported:  # a table of two sources is shown twice, exported once
            self.check_lists(lines)
        for question in questions:
            done = self.hexmeta(*question, "--catalog", self.catalog)
            is_unclear = "may be any of these" in done.stderr + done.stdout
            check(done.returncode == 0 or is_unclear, question, done.returncode, done.stderr)

    def check_lists(self, lines):
        """What is shown is what is exported."""
        counts = collections.Counter(line["kind"] + "s" for line in lines)
        ends = collections.Counter()
        for line in lines:
            for end in ("from", "to"):
                if line["kind"] == "edge" and "table" in line[end]:
                    ends[end] += 1
        for kind in ("cells", "datasets", "tables", "connections", "runs"):
            done = self.hexmeta("show", kind, "--json", "--catalog", self.catalog)
            shown = records.parse(done.stdout)
            check(len(shown) == counts[kind], kind, "shown:", len(shown), "exported:",
                  counts[kind])
            if kind == "tables":
                sums = [sum(line[name] for line in shown) for name in ("readBy", "writtenBy")]
                check(sums == [ends["from"], ends["to"]], "tables read and written:", sums, ends)

    def step_foresee(self):
        """What a dry run promises is what the next run asks for."""
        if self.is_degraded:
            return  # who is refused is asked for less than everything
        if self.has_catalog() and self.sql("SELECT 1 FROM walk WHERE ended_ms IS NULL"):
            return  # the next run goes on with that walk, and sees less
        if os.path.exists(self.catalog) and not self.has_catalog():
            return  # killed while it was made: an empty file, which a dry run refuses
        path = self.workspace.configure(token=TOKENS["ann"], retry_seconds=1)
        self.front.begin(Disturbance())
        done = self.hexmeta(
            "sync", "-c", path, "--dry-run", "--json", "--catalog", self.catalog,
            "--set", f"source.serviceConnection.config.hostPort={self.front.url}")
        check(done.returncode == 0, "dry run:", done.returncode, done.stderr)
        said = json.loads(done.stdout)
        done = self.sync()
        self.judge(done, Disturbance(), None, {}, "ann")
        if done.returncode != 0:
            return
        asked = collections.Counter()
        for kind in ("export", "runs", "queriedTables"):
            asked[kind] = len({r.project for r in self.front.requests if r.kind == kind})
        refused = {r.project for r in self.front.requests if r.status == 403}
        all_asked = [r for r in self.front.requests if r.kind != "lookup" and not (
            r.kind == "queriedTables" and "after=" in r.query)]
        if not refused:
            check(len(all_asked) == said["requests"], "promised", said, "asked",
                  collections.Counter(r.kind for r in all_asked))
        reasons = ("new", "changed", "activity", "age")
        for kind, name in (("export", "exports"), ("runs", "runs"),
                           ("queriedTables", "queriedTables")):
            promised = sum(said[reason][name] for reason in reasons)
            if kind == "queriedTables" and self.options["edition"] == "team":
                continue
            if kind == "export" and not self.options["exports"]:
                continue
            check(promised - len(refused) <= asked[kind] <= promised, "promised", said, "asked",
                  dict(asked))

    def step_import(self, which):
        """Some exports as files."""
        ids = sorted(line["id"] for line in self.truth()
                     if line["kind"] == "project" and line["detail"] == "full")
        os.makedirs(f"{self.folder}/files", exist_ok=True)
        if not ids or not self.options["exports"]:
            return
        key = ids[which % len(ids)]
        found = self.raw(key)
        if found is None:
            return
        with open(f"{self.folder}/files/{key}.hex.yaml", "w", encoding="utf-8") as file:
            file.write(found)
        done = self.hexmeta("import", f"{self.folder}/files", "--catalog", self.catalog)
        check(done.returncode == 0, "import:", done.returncode, done.stderr)
        self.imported.add(key)

    def raw(self, key):
        connection = http.client.HTTPConnection(self.front.behind, timeout=20)
        connection.request("POST", "/api/v1/projects/export",
                           json.dumps({"projectId": key, "version": "draft"}),
                           {"Authorization": f"Bearer {TOKENS['ann']}"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return json.loads(body)["content"] if answer.status == 200 else None

    # ---- settling ----

    def quiet_run(self, options=()):
        """A run with nothing in its way; what the brake holds is accepted once."""
        before = self.states()
        done = self.sync(*options)
        self.judge(done, Disturbance(), None, before, "ann")
        if "deletion brake" in done.stderr:
            done = self.sync("--accept-deletes", *options)
            self.judge(done, Disturbance(), None, before, "ann")
        if done.returncode == 1 and NOTHING in done.stderr:
            return
        check(done.returncode == 0, "a quiet run ends with", done.returncode,
              done.stderr[-3000:])

    def fresh(self, options=()):
        """What a new catalog says of the same workspace."""
        with tempfile.TemporaryDirectory(prefix="hexmeta-fresh-") as folder:
            path = f"{folder}/fresh.db"
            if self.imported:
                done = self.hexmeta("import", f"{self.folder}/files", "--catalog", path)
                check(done.returncode == 0, "import:", done.stderr)
            done = self.sync(*options, catalog=path)
            check(done.returncode in (0, 1), "a fresh run ends with", done.returncode,
                  done.stderr[-2000:])
            return self.export(path)

    def step_settle(self, config=()):
        """Nothing is in the way any more: nothing is left of what was."""
        if not self.options["exports"]:
            config = [one for one in config if one != "hexmeta.version=published"]
        options = self.settings(config)
        self.step_time(2 * HOUR_MS)
        self.quiet_run(options)
        self.quiet_run(options)  # the first one with a token takes nothing for deleted
        if self.is_degraded:
            self.mend(options)
        fresh = self.fresh(options)
        self.compare(self.export(), fresh, "the catalog", "a new catalog",
                     "hexmeta.includeArchived=true" in config,
                     "hexmeta.version=published" in config)
        if self.options["exports"] and not config and not (
                self.hidden or self.imported or self.has_sql):
            self.compare(fresh, self.expected(), "a new catalog", "what hexsim has")
        self.check_idle(options)
        self.check_states({})

    def expected(self):
        """What hexsim says that an importer must find, at the address of the front."""
        return records.parse(self.workspace.truth().replace(self.workspace.url, self.front.url))

    def mend(self, options):
        """What was refused once is asked for when it is old, or changed."""
        self.step_time(40 * DAY_MS)
        self.sql("DELETE FROM source_fact WHERE key LIKE 'queried_tables%'")
        for line in self.export():
            if line["kind"] == "project" and line["detail"] == "denied":
                if line["id"] not in self.deleted:
                    self.workspace.control("edit", id=line["id"], title="Anew")
        self.quiet_run(options)
        self.is_degraded = False

    def check_idle(self, options):
        """Nothing changed: nothing but the lists is asked for."""
        self.quiet_run(options)
        asked = collections.Counter(r.kind for r in self.front.requests)
        for kind in ("export", "cells", "runs", "queriedTables"):
            check(asked[kind] == 0, "asked again:", kind, asked[kind])
        for kind in ("users/me", "data-connections", "collections", "users", "groups"):
            check(asked[kind] == 1, "asked", asked[kind], "times:", kind)

    def compare(self, got, want, whose, whose_else, has_archived=False,
                only_published=False):
        """What both say of projects that are active in the second one."""
        live = {line["id"] for line in want if line["kind"] == "project"} - self.imported
        for line in got:
            if line["kind"] == "project" and line["state"] == "active":
                check(line["id"] in live | self.imported | self.hidden or self.has_others,
                      "still active:", line["id"])
        read = {line["id"] for line in want if line["kind"] == "project"
                and line["state"] in ("active", has_archived and "archived")
                and (line["publishedAt"] or not only_published)
                and line["detail"] != "denied"} & live
        denied = {line["id"] for line in want if line["kind"] == "project"
                  and line["state"] == "active" and line["detail"] == "denied"}
        # What is known of a component that is no longer read is still used.
        read -= {line["id"] for line in got + want if line["kind"] == "project"
                 and not set(line["imports"]) <= read}
        got_lines = self.comparable(got, live, read, denied)
        want_lines = self.comparable(want, live, read, denied)
        if got_lines == want_lines:
            return
        got, want = (list(map(json.loads, lines.elements())) for lines in (got_lines, want_lines))
        problems = records.differences(got, want)
        check(False, whose, f"is not {whose_else}:\n" +
              "\n".join(problem[:600] for problem in problems[:12]))

    def comparable(self, lines, live, read, denied):
        """Without history: who is gone, and what was read of who is not active any more."""
        found = collections.Counter()
        components = {line["id"] for line in lines if line.get("type") == "COMPONENT"}
        for line in lines:
            kind = line["kind"]
            if kind == "workspace":
                line = line | {"name": None}  # may be learned from a run's address
            elif kind == "project":
                if line["id"] not in live:
                    continue
                if line["id"] not in read:
                    detail = line["detail"] if line["id"] in denied else None
                    line = line | {"detail": detail, "lastRun": None, "imports": None}
            elif kind == "table":
                continue  # of edges and reads, which are compared
            elif kind == "edge":
                if not self.owners(line) <= read or "table" in line["to"]:
                    # Whose a table behind a component's data set is cannot be seen.
                    if not self.owners(line) <= read - components:
                        continue
            elif "project" in line and line["project"] not in read:
                continue
            found[json.dumps(line, sort_keys=True)] += 1
        return found

    def owners(self, edge):
        """Whose an edge is."""
        nodes = [*edge["from"].items(), *edge["to"].items()]
        return {node if kind == "project" else node["project"]
                for kind, node in nodes if kind != "table"}


def live(options, steps):
    """None, or what went wrong."""
    with World(options) as world:
        for number, (name, fields) in enumerate(steps):
            try:
                getattr(world, f"step_{name}")(**fields)
            except Discrepancy as problem:
                return f"step {number} ({name}): {problem}"
    return None


def shrink(options, steps):
    """The fewest steps found that still fail, and how."""
    problem = None
    at = len(steps)
    while at > 0:
        at -= 1
        fewer = steps[:at] + steps[at + 1:]
        found = live(options, fewer)
        if found is not None:
            steps, problem = fewer, found
            at = min(at, len(steps))
    return steps, problem


class RandomTest(unittest.TestCase):
    maxDiff = None

    def test_lives(self):
        for seed in range(SEED, SEED + (SEEDS or SHORT_LIVES)):
            with self.subTest(seed=seed):
                options, steps = a_life(seed, SEEDS == 0)
                problem = live(options, steps)
                if problem is not None and os.environ.get("SHRINK", "1") == "1":
                    steps, smaller = shrink(options, steps)
                    problem = smaller or problem
                if problem is not None:
                    text = "\n".join(f"    {step!r}," for step in steps)
                    self.fail(f"seed {seed}, {options}:\n{text}\n{problem}")


if __name__ == "__main__":
    unittest.main()
