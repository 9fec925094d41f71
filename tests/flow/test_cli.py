"""The command line as a user meets it: `test_cli.py PATH-TO-HEXMETA [unittest arguments]`."""

import concurrent.futures
import csv
import io
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

HEXMETA = None
ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMANDS = ["ingest", "sync", "test", "import", "show", "export", "lineage", "impact", "config",
            "sql-lineage", "version", "help"]
KINDS = ["projects", "components", "cells", "datasets", "tables", "tags", "connections",
         "collections", "runs", "changes", "users", "groups"]
EXPORT_KINDS = ["workspace", "connection", "project", "cell", "dataset", "table", "edge", "run"]

ORDERS = """\
schemaVersion: 3
meta:
  projectId: 0b0e8c5a-1111-4222-8333-000000000001
  title: Orders by week
  description: What we sold
  hexType: PROJECT
  status: null
  categories: []
sharedAssets:
  dataConnections:
    - dataConnectionId: 0b0e8c5a-1111-4222-8333-00000000c001 # Warehouse (snowflake)
cells:
  - cellType: SQL
    cellId: 0b0e8c5a-1111-4222-8333-0000000000a1
    cellLabel: orders
    config:
      source: |-
        SELECT week, amount FROM SHOP.PUBLIC.ORDERS
      dataFrameCell: false
      dataConnectionId: 0b0e8c5a-1111-4222-8333-00000000c001
      resultVariableName: orders
  - cellType: PIVOT
    cellId: 0b0e8c5a-1111-4222-8333-0000000000a2
    cellLabel: =by week
    config:
      dataframe: orders
      dataframeName: orders
      resultVariable: by_week
  - cellType: MARKDOWN
    cellId: 0b0e8c5a-1111-4222-8333-0000000000a3
    cellLabel: null
    config:
      source: "Refunds are not counted."
"""

PEOPLE = """\
schemaVersion: 3
meta:
  projectId: 0b0e8c5a-1111-4222-8333-000000000002
  title: "People \\e[31m, teams and everything else that has a very long title indeed"
  description: ""
  hexType: PROJECT
  status: null
  categories: []
cells: []
"""


def run(*arguments, env=None, cwd=None, stdin=None):
    """hexmeta's answer to a command line: status, stdout, stderr."""
    settings = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            settings[name] = os.environ[name]
    settings.update(env or {})
    return subprocess.run([HEXMETA, *arguments], env=settings, cwd=cwd, input=stdin, text=True,
                          capture_output=True, timeout=60, check=False)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hexmeta-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def expect(self, answer, status, stdout="", stderr=""):
        """The status, and what must occur in the two streams."""
        self.assertEqual(answer.returncode, status, answer.stderr)
        self.assertIn(stdout, answer.stdout)
        self.assertIn(stderr, answer.stderr)
        return answer


class Help(Case):
    def test_alone_says_how_to_start(self):
        answer = self.expect(run(), 0, "Start:")
        self.assertEqual(answer.stderr, "")
        for command in COMMANDS:
            self.assertIn(f"\n  {command}", answer.stdout)
        self.assertLess(answer.stdout.count("\n"), 24, "fits a terminal of 24 lines")

    def test_every_command_explains_itself_three_ways(self):
        for command in COMMANDS:
            first = self.expect(run("help", command), 0, f"Usage: hexmeta {command}")
            self.assertEqual(run(command, "--help").stdout, first.stdout)
            self.assertEqual(run("-h", command).stdout, first.stdout)

    def test_help_follows_the_terminal(self):
        wide = run("help", "import", env={"COLUMNS": "96"}).stdout
        narrow = run("help", "import", env={"COLUMNS": "60"}).stdout
        self.assertGreater(narrow.count("\n"), wide.count("\n"))

    def test_version(self):
        number = self.expect(run("--version"), 0, "hexmeta ").stdout
        self.assertRegex(number, r"^hexmeta \d+\.\d+\.\d+\n$")
        self.assertEqual(run("version").stdout, number)
        for library in ("libcurl", "OpenSSL", "SQLite", "jansson", "libyaml", "PCRE2", "zstd"):
            self.assertIn(library, run("version", "-v").stdout)

    def test_documentation_is_up_to_date(self):
        page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
        self.assertEqual(page, run("help", "--markdown").stdout,
                         "run: build/hexmeta help --markdown > docs/commands.md")


class Mistakes(Case):
    def test_each_is_named_with_the_nearest_right_spelling(self):
        cases = [
            (["shwo"], "unknown command 'shwo'. Did you mean 'show'?"),
            (["help", "imprt"], "Did you mean 'import'?"),
            (["help", "nosuch"], "'hexmeta help' lists the commands"),
            (["nosuch"], "'hexmeta help' lists the commands"),
            (["ingest", "hex.yaml"], "named with -c: hexmeta ingest -c hex.yaml"),
            (["show", "--jsn"], "unknown option '--jsn'. Did you mean '--json'?"),
            (["--catlog", "x", "show"], "Did you mean '--catalog'?"),
            (["show", "project_s"], "Did you mean 'projects'?"),
            (["show", "things"], "show knows no 'things', only projects, components"),
            (["show"], "'show' needs more: show KIND [ID]"),
            (["show"], "'hexmeta help show' explains it."),
            (["import"], "'import' needs more: import PATH..."),
            (["export", "all"], "'export' does not know what to do with 'all'"),
            (["export", "--kind", "projects"], "'projects' is not one of workspace"),
            (["export", "--json"], "'export' has no option '--json'"),
            (["show", "projects", "--limit", "many"], "is not a whole number"),
            (["show", "projects", "--json", "--csv"], "exclude each other"),
            (["--progress=fast", "version"], "'fast' is not one of auto, plain, none"),
            (["--quiet"], "no command is named"),
            (["ingest"], "needs a configuration"),
            (["sync"], "hexmeta sync -c FILE"),
            (["test"], "hexmeta test -c FILE"),
            (["config", "chekc"], "Did you mean 'check'?"),
            (["config", "check"], "no configuration is named"),
            (["--catalog"], "needs a value"),
            (["show", "projects", "--set", "hexmeta.details=listing"], "name it with -c"),
            (["--catalog", "postgresql://x/y", "show", "projects"], "not part of this version"),
        ]
        for arguments, sentence in cases:
            with self.subTest(arguments=arguments):
                answer = self.expect(run(*arguments, cwd=self.folder), 2, "", sentence)
                self.assertEqual(answer.stdout, "")

    def test_a_host_that_is_not_there_is_told_soon(self):
        (self.folder / "hex.yaml").write_text(textwrap.dedent("""
            source:
              type: hex
              serviceName: hex
              serviceConnection:
                config: {type: Hex, hostPort: "http://127.0.0.1:1", tokenType: personal,
                         token: hxtp_x}
              sourceConfig: {config: {type: DashboardMetadata}}
            sink: {type: catalog}
            """))
        commands = (["sync"], ["ingest"], ["sync", "--dry-run"])
        with concurrent.futures.ThreadPoolExecutor() as pool:
            started = time.monotonic()
            answers = list(pool.map(
                lambda words: run(*words, "-c", "hex.yaml", "--catalog", words[-1] + ".db",
                                  cwd=self.folder), commands))
            self.assertLess(time.monotonic() - started, 40)
        for answer in answers:
            self.expect(answer, 4, "", "127.0.0.1:1 cannot be reached")
            self.assertIn("Check hostPort and the network", answer.stderr)

    def test_control_characters_do_not_reach_the_terminal(self):
        answer = self.expect(run("sh\033[2Jow"), 2, "", "sh\\x1b[2Jow")
        self.assertNotIn("\033", answer.stderr)

    def test_json_log_for_machines(self):
        answer = self.expect(run("--log-format", "json", "shwo"), 2)
        event = json.loads(answer.stderr)
        self.assertEqual(event["level"], "ERROR")
        self.assertIn("shwo", event["message"])


class Output(Case):
    def test_full_disk_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([HEXMETA, "help"], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output: No space left", done.stderr)

    def test_closed_standard_output_is_a_failure(self):
        done = subprocess.run(["sh", "-c", '"$0" help >&-', HEXMETA], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output", done.stderr)

    def test_a_reader_that_leaves_is_not(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        with os.fdopen(write_end, "w") as pipe:
            done = subprocess.run([HEXMETA, "help"], stdout=pipe, stderr=subprocess.PIPE,
                                  text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class ManPages(Case):
    def pages(self):
        for command in [None] + COMMANDS:
            arguments = ["help", "--man"] + ([command] if command else [])
            name = "hexmeta" + (f"-{command}" if command else "") + ".1"
            page = self.folder / name
            page.write_text(self.expect(run(*arguments), 0, ".TH").stdout, encoding="utf-8")
            yield name, page

    def test_groff_has_nothing_to_complain_about(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed")
        for name, page in self.pages():
            done = subprocess.run(["groff", "-ww", "-man", "-Tutf8", "-z", str(page)],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)

    def test_man_shows_them(self):
        if shutil.which("man") is None or shutil.which("groff") is None:
            self.skipTest("man is not installed")
        for name, page in self.pages():
            done = subprocess.run(["man", "--warnings", "-l", str(page)], timeout=60, check=False,
                                  env={"PATH": os.environ["PATH"], "MANPAGER": "cat",
                                       "LC_ALL": "C.UTF-8"}, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            self.assertIn("EXIT STATUS", done.stdout)

    def test_the_build_has_all_of_them(self):
        folder = pathlib.Path(HEXMETA).parent / "man"
        if not folder.is_dir():
            self.skipTest("not run from a build folder")
        for name, page in self.pages():
            self.assertEqual((folder / name).read_text(encoding="utf-8"),
                             page.read_text(encoding="utf-8"))


class Completion(Case):
    def script(self, shell):
        if shutil.which(shell) is None:
            self.skipTest(f"{shell} is not installed")
        path = self.folder / f"completion.{shell}"
        path.write_text(run("help", "--completion", shell).stdout, encoding="utf-8")
        return path

    def test_syntax(self):
        for shell in ("bash", "zsh", "fish"):
            with self.subTest(shell=shell):
                done = subprocess.run([shell, "-n", str(self.script(shell))],
                                      capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_build_has_all_of_them(self):
        folder = pathlib.Path(HEXMETA).parent / "completion"
        if not folder.is_dir():
            self.skipTest("not run from a build folder")
        for shell, name in (("bash", "hexmeta"), ("fish", "hexmeta.fish"), ("zsh", "_hexmeta")):
            self.assertEqual((folder / name).read_text(encoding="utf-8"),
                             run("help", "--completion", shell).stdout)

    def complete_in_bash(self, *words):
        script = self.script("bash")
        line = " ".join(f"'{word}'" for word in words)
        program = (f"source '{script}'; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
                   "_hexmeta; printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "-c", program], capture_output=True, text=True,
                              timeout=60, check=True, cwd=self.folder)
        return done.stdout.split()

    def test_bash_offers_what_fits(self):
        self.assertEqual(self.complete_in_bash("hexmeta", "im"), ["import", "impact"])
        self.assertEqual(self.complete_in_bash("hexmeta", "-c", "x", "sh"), ["show"])
        self.assertEqual(self.complete_in_bash("hexmeta", "show", ""), KINDS)
        self.assertEqual(self.complete_in_bash("hexmeta", "show", "--js"), ["--json"])
        self.assertEqual(self.complete_in_bash("hexmeta", "export", "--js"), [])
        self.assertEqual(self.complete_in_bash("hexmeta", "--log-format", "j"), ["json"])
        self.assertEqual(self.complete_in_bash("hexmeta", "help", "conf"), ["config"])

    def complete_in_fish(self, line):
        script = self.script("fish")
        done = subprocess.run(["fish", "--no-config", "-c",
                               f"source {script}; complete -C '{line}'"], timeout=60, check=True,
                              capture_output=True, text=True, cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder)})
        return [row.split("\t")[0] for row in done.stdout.splitlines()]

    def test_fish_offers_what_fits(self):
        self.assertEqual(set(self.complete_in_fish("hexmeta show ")), set(KINDS))
        self.assertEqual(self.complete_in_fish("hexmeta show --js"), ["--json"])
        self.assertEqual(self.complete_in_fish("hexmeta --log-format j"), ["json"])


class Catalog(Case):
    """import, show and export on two small notebooks."""

    def setUp(self):
        super().setUp()
        exports = self.folder / "exports" / "deep" / "deeper"
        exports.mkdir(parents=True)
        (exports / "orders.hex.yaml").write_text(ORDERS, encoding="utf-8")
        (self.folder / "exports" / "people.hex.yaml").write_text(PEOPLE, encoding="utf-8")
        (self.folder / "exports" / "notes.yaml").write_text("not: an export\n")
        (self.folder / "exports" / "loop").symlink_to(self.folder)

    def hexmeta(self, *arguments, **settings):
        return run(*arguments, cwd=self.folder, **settings)

    def imported(self):
        return self.expect(self.hexmeta("import", "exports"), 0)

    def rows(self, *arguments):
        answer = self.expect(self.hexmeta("show", *arguments, "--json"), 0)
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def lines(self, *arguments):
        answer = self.expect(self.hexmeta("export", *arguments), 0)
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def test_without_a_catalog_we_say_how_to_get_one(self):
        for command in (["show", "projects"], ["export"]):
            answer = self.expect(self.hexmeta(*command), 1, "", "there is no catalog at")
            self.assertIn("hexmeta import FILE", answer.stderr)
            self.assertIn("hexmeta ingest -c FILE", answer.stderr)
        self.assertFalse((self.folder / "hex.catalog.db").exists())

    def test_import_makes_a_private_catalog_and_says_where(self):
        answer = self.imported()
        path = self.folder.resolve() / "hex.catalog.db"
        self.assertIn(f"Created the catalog {path}", answer.stderr)
        self.assertIn("Projects: 2 new, 0 updated. Cells: 3.", answer.stderr)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(answer.stdout, "")

    def test_import_twice_is_an_update(self):
        self.imported()
        before = self.lines()
        self.assertIn("Projects: 0 new, 2 updated.", self.imported().stderr)
        self.assertEqual(self.lines(), before)

    def test_one_bad_file_does_not_stop_the_others(self):
        (self.folder / "exports" / "broken.hex.yaml").write_text("cells: [\n")
        (self.folder / "exports" / "text.hex.yaml").write_text("just text\n")
        answer = self.expect(self.hexmeta("import", "exports", "missing.hex.yaml",
                                          "--status-file", "status.json"), 1)
        for name in ("exports/broken.hex.yaml", "exports/text.hex.yaml", "missing.hex.yaml"):
            self.assertIn(name, answer.stderr)
        self.assertIn("Projects: 2 new", answer.stderr)
        status = json.loads((self.folder / "status.json").read_text())
        self.assertEqual(status["exitCode"], 1)
        files = status["steps"][0]
        self.assertEqual((files["records"], files["errors"]), (2, 3))
        self.assertEqual({failure["name"] for failure in files["failures"]},
                         {"exports/broken.hex.yaml", "exports/text.hex.yaml",
                          "missing.hex.yaml"})

    def test_too_large_a_file_is_refused(self):
        with open(self.folder / "large.hex.yaml", "wb") as large:
            large.truncate(65 * 1024 * 1024)
        self.expect(self.hexmeta("import", "large.hex.yaml"), 1, "", "larger than 64 MiB")

    def test_nothing_to_import_is_a_failure(self):
        (self.folder / "empty").mkdir()
        self.expect(self.hexmeta("import", "empty"), 1, "", "no exported projects found")
        self.expect(self.hexmeta("import", "nowhere"), 1, "", "nowhere: not imported: No such")
        self.assertFalse((self.folder / "hex.catalog.db").exists())

    def test_quiet_import_says_nothing(self):
        answer = self.expect(self.hexmeta("-q", "import", "exports"), 0)
        self.assertEqual((answer.stdout, answer.stderr), ("", ""))

    def test_json_log_of_an_import_is_json_in_every_line(self):
        answer = self.expect(self.hexmeta("--log-format=json", "import", "exports"), 0)
        self.assertGreater(len([json.loads(line) for line in answer.stderr.splitlines()]), 0)

    def test_files_for_machines_are_written_whole(self):
        (self.folder / "m.prom").write_text("old")
        self.expect(self.hexmeta("import", "exports", "--metrics-file", "m.prom",
                                 "--status-file", "s.json"), 0)
        self.assertIn("# TYPE hexmeta_http_requests_total counter",
                      (self.folder / "m.prom").read_text())
        status = json.loads((self.folder / "s.json").read_text())
        self.assertEqual((status["command"], status["exitCode"]), ("import", 0))
        self.assertRegex(status["startedAt"], r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
        self.assertEqual([step["name"] for step in status["steps"]], ["Files", "Lineage"])
        self.assertEqual(sorted(p.name for p in self.folder.glob("*.new")), [])

    def test_a_status_file_that_cannot_be_written_is_a_failure(self):
        self.expect(self.hexmeta("import", "exports", "--status-file", "no/such/s.json"), 1, "",
                    "cannot create no/such/s.json")

    def test_interrupted_import_keeps_what_it_has(self):
        many = self.folder / "many"
        many.mkdir()
        for number in range(4000):
            text = ORDERS.replace("8333-000000000001", f"8333-{number:012x}")
            (many / f"{number:04}.hex.yaml").write_text(text, encoding="utf-8")
        with subprocess.Popen([HEXMETA, "import", "many"], cwd=self.folder, text=True,
                              stderr=subprocess.PIPE) as process:
            process.stderr.readline()  # "Created the catalog"
            process.send_signal(signal.SIGINT)
            message = process.stderr.read()
            process.wait(timeout=60)
        self.assertEqual(process.returncode, 130, message)
        self.assertIn("interrupted: what was imported so far is in the catalog", message)
        self.assertLess(len(self.lines("--kind", "project")), 4000)

    def test_show_knows_its_kinds(self):
        self.imported()
        for kind in KINDS:
            self.expect(self.hexmeta("show", kind), 0)
        self.assertEqual(self.hexmeta("show", "project").stdout,
                         self.hexmeta("show", "projects").stdout)

    def test_show_as_json(self):
        self.imported()
        titles = {row["title"] for row in self.rows("projects")}
        self.assertEqual(titles, {"Orders by week", "People \033[31m, teams and everything else "
                                                    "that has a very long title indeed"})
        self.assertEqual(len(self.rows("projects", "--limit", "1")), 1)

    def test_show_as_csv(self):
        self.imported()
        answer = self.expect(self.hexmeta("show", "cells", "--csv"), 0)
        table = list(csv.DictReader(io.StringIO(answer.stdout, newline="")))
        self.assertEqual(len(table), 3)
        labels = {value for row in table for value in row.values()}
        self.assertIn("'=by week", labels)
        self.assertTrue(answer.stdout.endswith("\n"))

    def test_show_one(self):
        self.imported()
        answer = self.expect(self.hexmeta("show", "projects", "Orders by week"), 0)
        self.assertRegex(answer.stdout, r"(?m)^title +Orders by week$")
        self.assertEqual(len(self.rows("projects", "0b0e8c5a-1111-4222-8333-000000000002")), 1)
        self.expect(self.hexmeta("show", "projects", "No such title"), 1, "", "No such title")

    def test_show_escapes_and_fits_the_terminal(self):
        self.imported()
        answer = self.expect(self.hexmeta("show", "projects", env={"COLUMNS": "100"}), 0)
        self.assertNotIn("\033", answer.stdout)
        self.assertIn("…", answer.stdout)
        for line in answer.stdout.splitlines():
            self.assertLessEqual(len(line), 100)

    def test_search(self):
        self.imported()
        found = self.rows("cells", "--search", "refunds")
        self.assertEqual(len(found), 1)
        self.expect(self.hexmeta("show", "cells", "--search", "giraffe"), 0, "",
                    "No cells match.")

    def test_export_has_every_kind_of_line(self):
        self.imported()
        lines = self.lines()
        for line in lines:
            self.assertEqual(next(iter(line)), "kind")
            self.assertIn(line["kind"], EXPORT_KINDS)
        kinds = {line["kind"] for line in lines}
        self.assertLessEqual({"workspace", "connection", "project", "cell", "dataset", "edge"},
                             kinds)
        for kind in EXPORT_KINDS:
            self.assertEqual(self.lines("--kind", kind),
                             [line for line in lines if line["kind"] == kind])

    def test_export_to_a_full_disk_fails(self):
        self.imported()
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([HEXMETA, "export"], stdout=full, stderr=subprocess.PIPE,
                                  cwd=self.folder, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)

    def test_colour_only_on_a_terminal_that_wants_it(self):
        self.imported()
        for env, wants in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            text = self.on_a_terminal("show", "projects", env=env)
            self.assertEqual("\033[1m" in text, wants, env)

    def on_a_terminal(self, *arguments, env=None):
        """What a terminal would show of this command line."""
        settings = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        settings.update(env or {})
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminal to be had: {error}")
        with subprocess.Popen([HEXMETA, *arguments], stdin=theirs, stdout=theirs, stderr=theirs,
                              cwd=self.folder, env=settings) as process:
            os.close(theirs)
            text = b""
            while True:
                try:
                    piece = os.read(ours, 65536)
                except OSError:
                    break
                if not piece:
                    break
                text += piece
            process.wait(timeout=60)
        os.close(ours)
        return text.decode("utf-8", "replace")

    def test_progress_line_is_gone_at_the_end(self):
        text = self.on_a_terminal("import", "exports")
        self.assertIn("\rReading files", text)
        shown = [re.sub(r".*\r", "", line).replace("\033[K", "")
                 for line in text.replace("\r\n", "\n").split("\n")]
        self.assertFalse([line for line in shown if "Reading files" in line], shown)
        self.assertTrue([line for line in shown if line.startswith("Step ")], shown)


class Configuration(Case):
    def write(self, text):
        path = self.folder / "hex.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    GOOD = ("source:\n  type: hex\n  serviceName: hex\n  serviceConnection:\n    config:\n"
            "      type: Hex\n      hostPort: https://app.hex.tech\n      token: ${HEX_TOKEN}\n"
            "  sourceConfig: {config: {type: DashboardMetadata}}\n"
            "sink: {type: catalog}\n")
    ENV = {"HEX_TOKEN": "hxtp_0123456789abcdef0123456789abcdef"}

    def test_good_file(self):
        path = self.write(self.GOOD)
        for arguments in (["check", path], ["check", "-c", path]):
            answer = self.expect(run("config", *arguments, env=self.ENV), 0, "is valid")
            self.assertIn("https://app.hex.tech", answer.stdout)

    def test_publishing_needs_a_server(self):
        path = self.write(self.GOOD)
        for command in ("plan", "publish"):
            self.expect(run(command, "-c", path, env=self.ENV, cwd=self.folder), 2, "",
                        "names no OpenMetadata server: it needs sink: {type: metadata-rest}")

    def test_the_server_that_is_published_to_is_named(self):
        path = self.write(self.GOOD)
        sets = ["--set", "sink.type=metadata-rest", "--set",
                "workflowConfig.openMetadataServerConfig.hostPort=https://om.example.com/api"]
        self.expect(run("config", "check", path, *sets, env=self.ENV), 0,
                    "OpenMetadata: https://om.example.com/api")
        self.assertNotIn("OpenMetadata", run("config", "check", path, env=self.ENV).stdout)

    def test_from_standard_input(self):
        self.expect(run("config", "check", "-c", "-", env=self.ENV, stdin=self.GOOD), 0,
                    "is valid")

    def test_secrets_never_come_out(self):
        path = self.write(self.GOOD)
        for word in ("check", "show"):
            answer = run("config", word, path, "-v", env=self.ENV)
            self.assertNotIn(self.ENV["HEX_TOKEN"], answer.stdout + answer.stderr)

    def test_mistakes_have_places_and_exit_2(self):
        path = self.write(self.GOOD + "hexmeta: {detials: full}\n")
        for command in (["config", "check", path], ["ingest", "-c", path]):
            answer = self.expect(run(*command, env=self.ENV, cwd=self.folder), 2, "", "detials")
            self.assertIn("hex.yaml:11", answer.stderr)
            self.assertIn("details", answer.stderr)

    def test_missing_file(self):
        for command in (["config", "check", "no.yaml"], ["ingest", "-c", "no.yaml"]):
            self.expect(run(*command, cwd=self.folder), 2, "", "no.yaml")

    def test_schema_is_json(self):
        schema = json.loads(self.expect(run("config", "schema"), 0).stdout)
        self.assertIn("hexmeta", schema["properties"])

    def test_catalog_of_the_configuration_is_used(self):
        path = self.write(self.GOOD + "hexmeta: {catalog: sub/mine.db}\n")
        (self.folder / "sub").mkdir()
        (self.folder / "a.hex.yaml").write_text(ORDERS, encoding="utf-8")
        answer = self.expect(run("import", "-c", path, str(self.folder / "a.hex.yaml"),
                                 env=self.ENV, cwd="/"), 0)
        self.assertIn(str(self.folder.resolve() / "sub" / "mine.db"), answer.stderr)


if __name__ == "__main__":
    HEXMETA = os.path.abspath(sys.argv.pop(1))
    if not os.access(HEXMETA, os.X_OK):
        sys.exit(f"there is no program {HEXMETA}")
    unittest.main(verbosity=1)
