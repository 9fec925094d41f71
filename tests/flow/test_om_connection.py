"""`hexmeta test` names the cause and the remedy of whatever is wrong with OpenMetadata."""

import concurrent.futures
import contextlib
import json
import os
import subprocess
import tempfile
import unittest

from broken_hex import Certificates, Front, closed_port, json_answer, page
from openmetadata import ADMIN, BOT, OpenMetadata
from simulator import program
from workspace import Workspace

STEPS = ["address", "version", "token", "dashboards", "lineage", "databases"]
CONFIGURATION = """\
source:
  type: hex
  serviceName: hex_prod
  serviceConnection:
    config: {{type: Hex, hostPort: "{hex_url}", tokenType: personal, token: hxtp_demo}}
  sourceConfig: {{config: {{type: DashboardMetadata}}}}
sink: {{type: metadata-rest, config: {{}}}}
workflowConfig:
  openMetadataServerConfig: {server}
"""
SECRET = "eyJ-s3cret"


def always(answer):
    return lambda method, path: answer


def version(number):
    """A server that says it is of this version, and nothing else."""
    def rule(_, path):
        if path.endswith("/v1/system/version"):
            return json_answer(200, json.dumps({"version": number, "revision": "1"}))
        return json_answer(404, '{"code": 404, "message": "HTTP 404 Not Found"}')
    return rule


class Lab:
    """A workspace, a server, and what stands before it; all gone at the end of a with block."""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="hexmeta-"))
        self.certificates = Certificates(self.folder)
        self.hex = self.stack.enter_context(Workspace("--projects", "12"))
        self.om = self.stack.enter_context(OpenMetadata())
        self.numbers = 0
        return self

    def __exit__(self, *problem):
        self.stack.__exit__(*problem)

    def front(self, rule, certificate=None):
        front = Front(rule, self.om.url, certificate)
        self.stack.callback(front.close)
        return front.url

    def start(self, server, *options):
        """A pool's work: a run of the test, done."""
        self.numbers += 1
        path = f"{self.folder}/{self.numbers}.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(hex_url=self.hex.url, server=json.dumps(server)))
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        return subprocess.run(
            [os.path.abspath(program("hexmeta")), "test", "-c", path, *options],
            capture_output=True, text=True, timeout=120, env=env, check=False)


def config(url, token=BOT, **more):
    return {"hostPort": f"{url}/api", "securityConfig": {"jwtToken": token}, **more}


# about, the server's configuration, exit status, step, cause, what is found, what to do
CASES = [
    ("a server that never answers", lambda lab: config(lab.front(always("silence"))),
     4, "address", "slow", "", "load and log"),
    ("a name that nobody has", lambda lab: config(f"http://{'a' * 64}.invalid"),
     4, "address", "name_unknown", "cannot be resolved", "spelling of hostPort"),
    ("a port where nobody listens", lambda lab: config(f"http://127.0.0.1:{closed_port()}"),
     4, "address", "refused", "cannot be reached", "own port is 8585"),
    ("a login page", lambda lab: config(lab.front(always(page("Sign in")))),
     4, "address", "web_page", "A web page came from", "wants a person to log in"),
    ("a redirect to a login",
     lambda lab: config(lab.front(always((302, {"Location": f"https://id.example/x?s={SECRET}"},
                                          "")))),
     4, "address", "redirect", "redirects to https://id.example; the token is not sent there",
     "write it in hostPort"),
    *[(f"an answer {status}", lambda lab, s=status: config(lab.front(always(page("Bad", "", s)))),
       4, "address", "down", f"answered {status}", "server's log") for status in (500, 502, 503)],
    ("another path", lambda lab: {**config(lab.om.url), "hostPort": f"{lab.om.url}/om/api"},
     4, "address", "wrong_path", "There is no API of OpenMetadata", "ends in /api"),
    ("another API", lambda lab: config(lab.front(always(json_answer(200, '{"pods": 3}')))),
     4, "address", "not_openmetadata", "is not OpenMetadata's API", "ends in /api"),
    ("an empty answer", lambda lab: config(lab.front(always((200, {}, "")))),
     4, "address", "not_openmetadata", "is not OpenMetadata's API", "ends in /api"),
    ("text that is no JSON",
     lambda lab: config(lab.front(always((200, {"Content-Type": "text/plain"}, "OK")))),
     4, "address", "not_openmetadata", "is not OpenMetadata's API", "ends in /api"),
    ("a gateway that refuses", lambda lab: config(lab.front(always((403, {}, "no")))),
     3, "address", "forbidden", "answered 403", "requests to /api pass"),
    ("https to a port for http",
     lambda lab: config(lab.om.url.replace("http:", "https:")),
     4, "address", "not_tls", "cannot be reached", "Write http:// in hostPort"),
    ("an unknown authority",
     lambda lab: config(lab.front(lambda *_: None, lab.certificates.signed("private"))),
     4, "address", "certificate_untrusted", "not trusted", "sslConfig.caCertificate"),
    ("another host's certificate",
     lambda lab: config(lab.front(lambda *_: None,
                                  lab.certificates.signed("other", "DNS:other.example")),
                        verifySSL="validate",
                        sslConfig={"caCertificate": lab.certificates.authority}),
     4, "address", "certificate_wrong_name", "", "name that the certificate has"),
    ("OpenMetadata 1.11", lambda lab: config(lab.front(version("1.11.9"))),
     1, "version", "version", "1.11.9 is not supported", "Upgrade OpenMetadata"),
    ("OpenMetadata 3", lambda lab: config(lab.front(version("3.0.0"))),
     1, "version", "version", "3.0.0 is not supported", "or hexmeta"),
    ("a token that is not accepted", lambda lab: config(lab.om.url, SECRET),
     3, "token", "token_refused", "answered 401", "generate a new one"),
    ("no token", lambda lab: config(lab.om.url, ""),
     3, "token", "no_token", "has no token for OpenMetadata", "securityConfig.jwtToken"),
    ("a person's token", lambda lab: config(lab.om.url, ADMIN),
     3, "token", "token_of_person", "who is no bot", "ingestion-bot"),
    ("a service of another type",
     lambda lab: config(lab.front(
         lambda _, path: json_answer(200, '{"id": "4e1c0e2e-8d3c-4f0f-8f38-5a5a7e3c1d11", '
                                          '"serviceType": "Tableau"}')
         if "dashboardServices" in path else None)),
     2, "dashboards", "service", "of type Tableau, not Hex", "another source.serviceName"),
]


def flat(text):
    return " ".join(text.split())


class BrokenTest(unittest.TestCase):
    def test_every_message_names_cause_and_remedy(self):
        with Lab() as lab, concurrent.futures.ThreadPoolExecutor(8) as pool:
            work = []
            for case in CASES:
                server = case[1](lab)
                work.append((case, pool.submit(lab.start, server, "--json"),
                             pool.submit(lab.start, server)))
            for case, as_json, as_text in work:
                with self.subTest(case[0]):
                    self.check(case, as_json.result(), as_text.result())

    def check(self, case, as_json, as_text):
        _, _, code, name, cause, says, fix = case
        lines = [json.loads(line) for line in as_json.stdout.splitlines()]
        steps = {line["step"]: line for line in lines if line.get("server") == "OpenMetadata"}
        self.assertEqual((as_json.returncode, as_text.returncode), (code, code),
                         as_text.stdout + as_text.stderr)
        self.assertEqual((lines[-1]["kind"], lines[-1]["exitCode"]), ("summary", code))
        self.assertEqual(list(steps), STEPS)
        step = steps[name]
        self.assertEqual((step["result"], step["cause"]), ("failed", cause))
        self.assertIn(says, step["found"])
        self.assertIn(fix, step["remedy"])
        for later in STEPS[STEPS.index(name) + 1:]:
            self.assertEqual(steps[later]["result"], "not tried")
        self.assertIn(f"Fix: {flat(step['remedy'])}", flat(as_text.stdout))
        self.assertIn("Publishing would not work", as_text.stdout)
        self.assertLessEqual(max(len(line) for line in as_text.stdout.splitlines()
                                 if "aaaa" not in line), 80)
        for text in (as_json.stdout, as_json.stderr, as_text.stdout, as_text.stderr):
            self.assertNotIn(SECRET, text)


class HealthyTest(unittest.TestCase):
    def test_a_good_set_up_passes(self):
        with Lab() as lab:
            done = lab.start(config(lab.om.url))
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertIn("Publishing will work: 3 steps passed, 0 did not", done.stdout)
            self.assertEqual(lab.om.get("/_sim/stats")["writes"], 0)

    def test_nothing_is_said_of_what_is_well_when_quiet(self):
        with Lab() as lab:
            done = lab.start(config(lab.om.url), "-q")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
