"""`hexmeta test` names the cause and the remedy of whatever is wrong with a connection.

With --update the transcripts in docs/test-connection.md are written anew from real runs.
"""

import concurrent.futures
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
from pathlib import Path

import broken_hex
from broken_hex import Certificates, Front, json_answer, page
from openmetadata import OpenMetadata
from simulator import program
from workspace import Workspace

PAGE = Path(__file__).resolve().parents[2] / "docs" / "test-connection.md"
PERSONAL, WORKSPACE = "hxtp_demo", "hxtw_demo"
STEPS = ["address", "token", "projects", "metadata", "notebook", "outputs", "connections",
         "users", "collections", "groups", "queried-tables"]
MAX_REQUESTS = 16

CONFIGURATION = """\
source:
  type: hex
  serviceName: hex_prod
  serviceConnection:
    config: {{type: Hex, hostPort: "{url}", tokenType: {kind}, token: "{token}"}}
  sourceConfig:
    config:
      type: DashboardMetadata
      dashboardFilterPattern: {filters}
sink: {{type: catalog, config: {{}}}}
hexmeta: {settings}
"""


class Lab:
    """Simulators, servers and certificates, all gone at the end of a with block."""

    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.folder = self.stack.enter_context(
            tempfile.TemporaryDirectory(prefix="hexmeta-probe-"))
        self.sims = {}
        self.numbers = 0

    def __enter__(self):
        self.certificates = Certificates(self.folder)
        return self

    def __exit__(self, *problem):
        self.stack.__exit__(*problem)

    def sim(self, *options):
        """The URL of a simulated workspace."""
        if options not in self.sims:
            more = () if "--projects" in options else ("--projects", "90")
            self.sims[options] = self.stack.enter_context(Workspace(*more, *options))
        return self.sims[options].url

    def front(self, rule, certificate=None, behind=None):
        server = Front(rule, behind or self.sim(), certificate)
        self.stack.callback(server.close)
        return server

    def refusing(self, *parts, status=403, behind=None):
        """A workspace that answers 403 where the path has one of these parts."""
        def rule(_, path):
            if any(re.search(part, path) for part in parts):
                return json_answer(status, '{"reason": "Forbidden", "traceId": "t-1"}')
            return None
        return self.front(rule, behind=behind).url

    def configure(self, url, token=PERSONAL, kind="personal", filters=None, **settings):
        self.numbers += 1
        folder = f"{self.folder}/{self.numbers}"
        os.mkdir(folder)
        with open(f"{folder}/hex.yaml", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(url=url, token=token, kind=kind,
                                            filters=json.dumps(filters or {}),
                                            settings=json.dumps(settings)))
        return folder


def start(folder, *options, env=None):
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return subprocess.Popen(
        [os.path.abspath(program("hexmeta")), "test", "-c", "hex.yaml", *options],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**clean, **(env or {})})


def run(folder, *options, env=None):
    process = start(folder, *options, env=env)
    shown, said = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, shown, said)


def steps_of(done):
    """The steps of --json by name, and the summary."""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines and lines[-1]["kind"] == "summary", done
    return {line["step"]: line for line in lines[:-1]}, lines[-1]


class Case:
    """A broken set-up: made by setup(lab), which gives configure()'s arguments."""

    def __init__(self, about, setup, code, step, cause, says, fix, env=None, result=None):
        self.about = about
        self.setup = setup
        self.code = code
        self.step = step
        self.cause = cause
        self.says = says  # part of what the step found, or of its warning
        self.fix = fix  # part of the remedy
        self.env = env or (lambda lab: {})
        self.result = result  # of the step; None: failed


def always(answer):
    return lambda method, path: answer


def tls(make, **settings):
    """A Hex behind a certificate that make(lab) gives."""
    def setup(lab):
        own = {k: v(lab) for k, v in settings.items()}
        return {"url": lab.front(lambda *_: None, make(lab)).url, **own}
    return setup


def behind_page(*arguments, **more):
    return lambda lab: {"url": lab.front(always(page(*arguments, **more))).url}


def sim(*options, token=PERSONAL, kind="personal", **settings):
    return lambda lab: {"url": lab.sim(*options), "token": token, "kind": kind, **settings}


def scoped(missing, **settings):
    scopes = ["projects", "queried-tables", "cells", "data-connections", "collections", "users",
              "groups"]
    scopes.remove(missing)
    return sim("--workspace-me", "--scopes", ",".join(scopes), token=WORKSPACE,
               kind="workspace", **settings)


def refusing(*parts, **settings):
    return lambda lab: {"url": lab.refusing(*parts), **settings}


def authority(lab):
    return lab.certificates.authority


def redirect(target):
    return lambda lab: {"url": lab.front(always((302, {"Location": target}, ""))).url}


def proxy_of(rule):
    def env(lab):
        url = lab.front(rule).url
        return {"http_proxy": url, "https_proxy": url}
    return env


ASKS_PASSWORD = always((407, {"Proxy-Authenticate": "Basic realm=x"}, ""))

CASES = [
    # First, because it takes ten seconds.
    Case("a server that never answers", lambda lab: {"url": lab.front(always("silence")).url},
         4, "address", "slow", "too slow to answer", "Try again later"),
    # The label is longer than DNS allows, so that no resolver is asked and none can be slow.
    Case("a wrong host name", lambda lab: {"url": f"https://{'a' * 64}.hex.invalid"},
         4, "address", "name_unknown", "cannot be resolved", "spelling of hostPort"),
    Case("a port where nobody listens",
         lambda lab: {"url": f"http://127.0.0.1:{broken_hex.closed_port()}"},
         4, "address", "refused", "Nobody answers at 127.0.0.1", "host and port of hostPort"),
    Case("a web server instead of Hex", behind_page("Welcome to nginx!"),
         4, "address", "web_page", "web page titled 'Welcome to nginx!'", "without www"),
    Case("a login page", behind_page("Sign in to Example"),
         4, "address", "login_page", "login page titled 'Sign in to Example'",
         "hostPort to the address of Hex itself"),
    Case("a redirect to a login", redirect("https://id.example.com/login?state=s3cret"),
         4, "address", "redirect_login", "login at https://id.example.com",
         "Let this machine's requests to /api pass"),
    Case("a redirect to another host", redirect("https://www.example.com/api/v1/users/me"),
         4, "address", "redirect", "redirects to https://www.example.com; the token is not sent",
         "write that in hostPort"),
    Case("a proxy that asks for a password", sim(), 4, "address", "proxy_password",
         "wants a user and password (407)", "USER:PASSWORD@PROXY:PORT",
         env=proxy_of(ASKS_PASSWORD)),
    Case("the same before https", lambda lab: {"url": "https://hex.example"}, 4, "address",
         "proxy_password", "wants a user and password (407)", "The environment names the proxy",
         env=proxy_of(ASKS_PASSWORD)),
    Case("a proxy that refuses the host", lambda lab: {"url": "https://hex.example"}, 4,
         "address", "proxy_refused", "proxy does not let us through to hex.example",
         "allow hex.example", env=proxy_of(always(page("Access denied", status=403)))),
    Case("a filter's page", behind_page("Access Denied", "Blocked by policy", status=403),
         4, "address", "block_page", "page titled 'Access Denied' instead of Hex (403)",
         "proxy or firewall to allow"),
    Case("an expired certificate",
         tls(lambda lab: lab.certificates.signed("expired", days=-1), caFile=authority),
         4, "address", "certificate_expired", "has expired", "clock of this machine"),
    Case("a self-signed certificate", tls(lambda lab: lab.certificates.self_signed("alone")),
         4, "address", "certificate_self_signed", "self-signed", "hexmeta.caFile"),
    Case("an unknown authority", tls(lambda lab: lab.certificates.signed("private")),
         4, "address", "certificate_unknown_ca", "authority that this machine does not know",
         "hexmeta.caFile"),
    Case("another host's certificate",
         tls(lambda lab: lab.certificates.signed("other", "DNS:other.example"),
             caFile=authority),
         4, "address", "certificate_wrong_name", "certificate is another host's",
         "hostPort with the name that the certificate has"),
    Case("https to a port for http",
         lambda lab: {"url": lab.sim().replace("http:", "https:")},
         4, "address", "not_tls", "does not speak TLS on this port", "the one for https"),
    Case("http to a port for https",
         lambda lab: {"url": lab.front(lambda *_: None, lab.certificates.signed("good"))
                      .url.replace("https:", "http:")},
         4, "address", "wants_tls", "does not take plain http", "https:// instead of http://"),
    Case("another API, 404 everywhere", lambda lab: {"url": lab.refusing(".", status=404)},
         4, "address", "wrong_path", "no Hex API at", "address of Hex alone"),
    Case("an API that is not Hex's",
         lambda lab: {"url": lab.front(always(json_answer(200, '{"pods": 3}'))).url},
         4, "address", "not_hex", "JSON, but not Hex's", "no other service"),
    Case("answers that are not JSON",
         lambda lab: {"url": lab.front(always((200, {"Content-Type": "text/plain"}, "OK"))).url},
         4, "address", "not_json", "not JSON", "hostPort is the address of Hex"),
    Case("an answer that is cut", sim("--fail", "/api/v1/projects:cut"),
         4, "projects", "cut", "broke off", "a proxy or firewall cuts connections"),
    *[Case(f"Hex answers {status}", sim("--fail", f"/api/v1:{status}"), 4, "address", "down",
           f"it answered {status}", "Nothing is wrong on this side")
      for status in (500, 502, 503)],
    Case("too many requests", sim("--rate", "1"), 4, "projects", "rate_limited",
         "429, too many", "lower hexmeta.requestsPerMinute"),
    Case("an expired token",
         lambda lab: {"url": lab.front(always(
             json_answer(401, '{"reason": "Token expired", "traceId": "t-1"}'))).url},
         3, "token", "token_refused", "saying 'Token expired'", "Make a new one in Hex"),
    Case("an unknown workspace token", sim(token="hxtw_gone", kind="workspace"),
         3, "token", "token_refused", "does not accept the workspace token (401)",
         "An admin makes a new one"),
    Case("something that is no token", sim(token="8d1f-s3cret"),
         3, "token", "no_hex_token", "does not look like one", "Copy the whole token"),
    Case("a personal token declared workspace", sim(kind="workspace"),
         3, "token", "token_type", "personal one (hxtp_) and tokenType says workspace",
         "tokenType: personal"),
    Case("a workspace token declared personal", sim(token=WORKSPACE),
         3, "token", "token_type", "workspace token (hxtw_) and tokenType says personal",
         "tokenType: workspace"),
    Case("no scope for projects", scoped("projects"),
         3, "projects", "forbidden", "let this token read the list of projects",
         "'Projects: Read'", result="not allowed"),
    Case("neither export nor cells", refusing("/export", "/cells[?]"),
         3, "notebook", "forbidden", "let this token read a notebook's cells", "'Cells: Read'",
         result="not allowed"),
    Case("no export", refusing("/export"),
         0, "notebook", "forbidden", "let this token read a notebook's export",
         "'Cells: Read'", result="passed"),
    Case("no scope for cells", scoped("cells"),
         0, "notebook", "forbidden", "Cells cannot be read one by one", "'Cells: Read'",
         result="passed"),
    Case("no runs", refusing("/runs"),
         3, "outputs", "forbidden", "let this token read a project's runs", "'Projects: Read'",
         result="not allowed"),
    Case("no pictures",
         lambda lab: {"url": lab.refusing("/image", behind=lab.sim("--projects", "230")),
                      "includeOutputs": True},
         3, "outputs", "forbidden", "let this token read a chart's picture", "'Projects: Read'",
         result="not allowed"),
    Case("no single project", refusing("/projects/[0-9a-f-]{36}"),
         3, "metadata", "forbidden", "let this token read a project's metadata",
         "'Projects: Read'", result="not allowed"),
    Case("no scope for data connections", scoped("data-connections"),
         3, "connections", "forbidden", "let this token read data connections",
         "'Data connections: Read'", result="not allowed"),
    Case("data connections without details", sim("--role", "editor"),
         0, "connections", "basic_connections", "cannot be matched to one database",
         "hexmeta.connections", result="passed"),
    Case("no scope for users", scoped("users"),
         0, "users", "forbidden", "let this token read users", "'Users: Read'",
         result="not allowed"),
    Case("no scope for collections", scoped("collections"),
         0, "collections", "forbidden", "let this token read collections",
         "'Collections: Read'", result="not allowed"),
    Case("no scope for groups", scoped("groups"),
         0, "groups", "forbidden", "let this token read groups", "'Groups: Read'",
         result="not allowed"),
    Case("no Enterprise plan", sim("--edition", "team"),
         0, "queried-tables", "tier", "at least ENTERPRISE tier", "Hex's Enterprise plan",
         result="not allowed"),
    Case("no scope for queried tables", scoped("queried-tables"),
         0, "queried-tables", "forbidden", "let this token read queried tables",
         "Read project queried tables", result="not allowed"),
    Case("the API is disabled", sim("--scopes", "none"),
         3, "projects", "all_forbidden", "lets it read nothing",
         "API may be disabled for the workspace", result="not allowed"),
    Case("no project at all", sim("--projects", "0"),
         1, "projects", "no_projects", "lists no project at all", "hexmeta.allowEmpty: true"),
    Case("a token that expires soon", sim("--token-days", "5"),
         0, "token", "token_expires_soon", "expires in 4 days", "Make a new one",
         result="passed"),
]


def flat(text):
    """On one line; a pause that Hex names is shorter for whoever asks later."""
    return re.sub(r"\b\d+ seconds", "N seconds", " ".join(text.split()))


class BrokenTest(unittest.TestCase):
    maxDiff = None

    def test_every_message_names_cause_and_remedy(self):
        with Lab() as lab, concurrent.futures.ThreadPoolExecutor(8) as pool:
            work = []
            for case in CASES:
                settings = case.setup(lab)
                folder, env = lab.configure(**settings), case.env(lab)
                work.append((case, settings, pool.submit(run, folder, "--json", env=env),
                             pool.submit(run, folder, env=env)))
            for case, settings, as_json, as_text in work:
                with self.subTest(case.about):
                    self.check(case, settings, as_json.result(), as_text.result())

    def check(self, case, settings, as_json, as_text):
        steps, summary = steps_of(as_json)
        step = steps[case.step]
        self.assertEqual(list(steps), STEPS)
        self.assertEqual((as_json.returncode, as_text.returncode), (case.code, case.code),
                         as_text.stdout + as_text.stderr)
        self.assertEqual(summary["exitCode"], case.code)
        self.assertEqual((step["cause"], step["result"]), (case.cause, case.result or "failed"))
        self.assertIn(case.says, step["found"] + (step["warning"] or ""))
        self.assertIn(case.fix, step["remedy"])
        self.assertIn(case.says, flat(as_text.stdout))
        self.assertIn(f"Fix: {flat(step['remedy'])}", flat(as_text.stdout))
        self.assertLessEqual(summary["requests"], MAX_REQUESTS)
        for step in steps.values():
            self.assertLessEqual(step["requests"], 4, step)
            if step["result"] in ("failed", "not allowed"):
                self.assertTrue(step["import"] and step["remedy"], step)
        for secret in (settings.get("token", PERSONAL), "s3cret"):
            self.assertNotIn(secret, as_json.stdout + as_json.stderr)
            self.assertNotIn(secret, as_text.stdout + as_text.stderr)


def is_private(sharing):
    wide = [sharing["workspace"], sharing["publicWeb"], *sharing["collections"]]
    return all(share["access"] == "NONE" for share in wide)


class HealthyTest(unittest.TestCase):
    def test_a_good_set_up_passes_with_few_requests(self):
        with Lab() as lab:
            url = lab.sim()
            sim_ = lab.sims[()]
            before = len(sim_.requests())
            done = run(lab.configure(url, includeOutputs=True), "--json")
            steps, summary = steps_of(done)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual({s["result"] for s in steps.values()}, {"passed"})
            self.assertEqual({s["remedy"] for s in steps.values()}, {None})
            asked = sim_.requests()[before:]
            self.assertEqual(len(asked), summary["requests"])
            self.assertEqual({r["status"] // 100 for r in asked}, {2})
            self.assertLessEqual(len(asked), 12)

    def test_what_is_not_needed_is_not_asked(self):
        with Lab() as lab:
            folder = lab.configure(lab.sim(), details="listing")
            steps, _ = steps_of(run(folder, "--json"))
            for name in ("notebook", "outputs", "queried-tables"):
                self.assertEqual((steps[name]["result"], steps[name]["requests"]),
                                 ("not needed", 0))
            workspace = lab.sims[()]
            self.assertFalse([r for r in workspace.requests()
                              if re.search("export|/cells|/runs|queried", r["path"])])

    def test_the_summary_counts_what_an_import_would_take(self):
        with Lab() as lab:
            url = lab.sim()
            everything = "&".join(f"include{w}=true" for w in
                                  ("Archived", "Components", "Trashed", "Sharing"))
            listed = json.loads(self.get(f"{url}/api/v1/projects?limit=100&{everything}"))
            active = [p for p in listed["values"] if not p["archivedAt"] and not p["trashedAt"]]
            hidden = [p for p in active if p["title"].startswith(("S", "s"))]
            private = [p for p in active if p not in hidden and is_private(p["sharing"])]
            self.assertTrue(hidden and private)
            folder = lab.configure(url, filters={"excludes": ["^S"]}, requestsPerMinute=20,
                                   requestsPerHour=0)
            _, summary = steps_of(run(folder, "--json"))
            page_ = summary["firstPage"]
            self.assertEqual(
                (page_["projects"], page_["notActive"], page_["filtered"], page_["private"]),
                (90, 90 - len(active), len(hidden), len(private)))
            self.assertEqual(summary["pace"]["projectsPerHour"], 400)
            text = flat(run(folder).stdout)
            self.assertIn(f"the filters leave out {len(hidden)}", text)
            self.assertIn(f"{len(private)} of them are private", text)
            self.assertIn("400 projects an hour", text)

    def get(self, url):
        request = urllib.request.Request(
            url, headers={"Authorization": f"Bearer {PERSONAL}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()

    def test_a_closed_project_is_not_taken_for_a_closed_token(self):
        with Lab() as lab:
            steps, _ = steps_of(run(lab.configure(lab.sim()), "--json"))
            title = re.search("'(.*)' was read", steps["metadata"]["found"]).group(1)
            workspace = lab.sims[()]
            records = map(json.loads, workspace.truth().splitlines())
            first = next(r for r in records if r["kind"] == "project" and r["title"] == title)
            workspace.control("deny", id=first["id"])
            done = run(lab.configure(lab.sim()), "--json")
            steps, _ = steps_of(done)
            self.assertEqual(done.returncode, 0)
            self.assertEqual((steps["metadata"]["result"], steps["metadata"]["requests"]),
                             ("passed", 2))

    def test_quiet_shows_only_what_is_wrong(self):
        with Lab() as lab:
            done = run(lab.configure(lab.sim("--edition", "team")), "-q")
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith("not allowed  Queried tables"), done.stdout)
            self.assertNotIn("passed", done.stdout)

    def test_an_interruption_is_exit_130(self):
        asked, go_on = threading.Event(), threading.Event()

        def rule(_, path):
            if "/projects" in path:
                asked.set()
                go_on.wait(20)

        with Lab() as lab:
            folder = lab.configure(lab.front(rule).url)
            process = start(folder)
            self.assertTrue(asked.wait(20))
            process.send_signal(signal.SIGINT)
            go_on.set()
            shown, said = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130, said)
            self.assertIn("passed       Token", shown)
            self.assertNotIn("Projects", shown)
            self.assertIn("stopped before the end", said)

    def test_a_path_in_host_port_is_named_before_anything_is_asked(self):
        with Lab() as lab:
            done = run(lab.configure(f"{lab.sim()}/acme"))
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("hostPort must be the address of Hex alone: write", done.stderr)


def normal(text):
    """Without what differs from run to run; of the same length, so that lines break alike."""
    text = re.sub(r"127\.0\.0\.1:\d{5}", "127.0.0.1:40000", text)
    return re.sub(r"valid until \d{4}-\d\d-\d\d", "valid until 2027-01-01", text)


def with_openmetadata(lab, token):
    """The options for a test that includes a simulated OpenMetadata."""
    server = lab.stack.enter_context(OpenMetadata())
    name = "workflowConfig.openMetadataServerConfig"
    return ["--set", "sink.type=metadata-rest", "--set", f"{name}.hostPort={server.url}/api",
            "--set", f"{name}.securityConfig.jwtToken={token}"]


def transcripts():
    """The runs that the page shows."""
    with Lab() as lab:
        scopes = "projects,cells,collections,queried-tables"
        runs = {
            "good": (lab.configure(lab.sim(), filters={"excludes": ["^S"]}),),
            "scopes": (lab.configure(lab.sim("--scopes", scopes, "--edition", "team"),
                                     token=WORKSPACE, kind="workspace"),),
            "token": (lab.configure(lab.sim(), token="hxtp_old"),),
            "login": (lab.configure(lab.front(always(page("Sign in to Example"))).url),),
            "json": (lab.configure(lab.sim(), token="hxtp_old"), "--json"),
        }
        found = {}
        for name, (folder, *options) in runs.items():
            done = run(folder, *options)
            command = " ".join(["$ hexmeta test -c hex.yaml", *options])
            output = normal(done.stdout)
            if options:
                output = re.sub(r'"elapsedMs":\d+', '"elapsedMs":1', output)
                output = "\n".join(output.splitlines()[:2]) + "\n...\n"
            found[name] = f"{command}\n{output}$ echo $?\n{done.returncode}\n"
        done = run(lab.configure(lab.sim()), *with_openmetadata(lab, "omsim_gone"))
        output = normal(done.stdout[done.stdout.index("Testing OpenMetadata"):])
        found["openmetadata"] = ("$ hexmeta test -c hex.yaml\n...\n"
                                 f"{output}$ echo $?\n{done.returncode}\n")
        return found


BLOCK = re.compile(r"(<!-- run: (\w+) -->\n```\n)(.*?)(```\n)", re.DOTALL)


class PageTest(unittest.TestCase):
    maxDiff = None

    def test_the_transcripts_are_what_the_program_says(self):
        text = PAGE.read_text(encoding="utf-8")
        blocks = {name: block for _, name, block, _ in BLOCK.findall(text)}
        self.assertEqual(blocks, transcripts(), f"run: python3 {sys.argv[0]} --update")


def update():
    runs = transcripts()
    text = PAGE.read_text(encoding="utf-8")
    text = BLOCK.sub(lambda m: m.group(1) + runs[m.group(2)] + m.group(4), text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
