#!/usr/bin/env python3
"""hexsim and hexmeta against Hex's own OpenAPI file.

A proxy (prism, from npm) stands between them and checks every request and every answer; with
--errors it answers 500 for a violation, so that one cannot pass unseen. Skipped, with the
reason, where npm's registry or the OpenAPI file (../shared) is not to be had.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OPENAPI = os.path.join(os.path.dirname(ROOT), "shared", "reference", "hex-openapi.yml")
TOKEN = "hxtp_demo"
SKIPPED = 77

sys.path.insert(0, os.path.join(ROOT, "tests", "flow"))
from simulator import program  # noqa: E402
from workspace import Workspace  # noqa: E402


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def merged_openapi():
    try:
        import yaml
    except ImportError:
        skip("python3-yaml is missing")
    if not os.path.exists(OPENAPI):
        skip("Hex's OpenAPI file is not beside this source tree")
    with open(OPENAPI, encoding="utf-8") as file:
        api = yaml.safe_load(file)
    with open(os.path.join(HERE, "overlay.yaml"), encoding="utf-8") as file:
        overlay = yaml.safe_load(file)
    api["paths"].update(overlay["paths"])
    for path in api["paths"].values():
        for operation in path.values():
            for status, answer in overlay["every_operation"]["responses"].items():
                operation["responses"].setdefault(status, answer)
    # The base path becomes part of the paths, as importers see them.
    api["paths"] = {"/api" + path: item for path, item in api["paths"].items()}
    api["servers"] = [{"url": "http://127.0.0.1"}]
    return api


def install_prism():
    folder = os.environ.get("CONTRACT_FOLDER", "build/contract")
    prism = os.path.join(folder, "node_modules", ".bin", "prism")
    if os.path.exists(prism):
        return prism
    npm = shutil.which("npm")
    if npm is None:
        skip("npm is missing")
    os.makedirs(folder, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(HERE, name), folder)
    done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder,
                          capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        skip(f"prism cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    return prism


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prism:
    """The proxy, in front of a simulated workspace."""

    def __init__(self, prism, openapi, upstream, folder):
        path = os.path.join(folder, "openapi.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(openapi, file)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [prism, "proxy", path, upstream, "--errors", "--host", "127.0.0.1",
             "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("prism did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Checks:
    """Counts, and keeps what went wrong."""

    def __init__(self, base):
        self.base = base
        self.count = 0
        self.problems = []

    def ask(self, path, want=200, body=None, token=TOKEN):
        """One request through the proxy; its JSON, or None."""
        self.count += 1
        request = urllib.request.Request(
            f"{self.base}/api{path}", data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text, headers = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, text, headers = error.code, error.read(), error.headers
        violations = headers.get("sl-violations")
        if status != want or violations:
            self.problems.append(f"{path}: {status}, wanted {want}: {violations or text[:300]}")
        try:
            return json.loads(text)
        except ValueError:
            return None

    def walk(self, path, key="values"):
        """All items of a paginated list."""
        items, cursor = [], None
        for _ in range(1000):
            page = self.ask(path + (f"&after={cursor}" if cursor else ""))
            if not page or key not in page:
                return items
            items += page[key]
            cursor = page["pagination"]["after"]
            if cursor is None:
                return items
        self.problems.append(f"{path}: does not end")
        return items


def check_lists(checks):
    for sort in ("CREATED_AT", "LAST_EDITED_AT", "LAST_PUBLISHED_AT"):
        for direction in ("ASC", "DESC"):
            checks.walk(f"/v1/projects?limit=100&sortBy={sort}&sortDirection={direction}")
    everything = checks.walk(
        "/v1/projects?limit=50&includeComponents=true&includeArchived=true"
        "&includeTrashed=true&includeSharing=true&sortBy=CREATED_AT&sortDirection=ASC")
    for path in ("/v1/data-connections?limit=3", "/v1/collections?limit=2",
                 "/v1/users?limit=7", "/v1/groups?limit=1"):
        for item in checks.walk(path)[:4]:
            if not path.startswith("/v1/users"):
                checks.ask(path.split("?")[0] + "/" + item["id"])
    checks.ask("/v1/users/me")
    return everything


def check_project(checks, project):
    path = f"/v1/projects/{project['id']}"
    checks.ask(path + "?includeSharing=true")
    checks.ask("/v1/projects/export", body={"projectId": project["id"], "version": "draft"})
    for cell in checks.walk(f"/v1/cells?projectId={project['id']}&limit=100")[:3]:
        checks.ask(f"/v1/cells/{cell['id']}")
    if project["lastPublishedAt"] is None:
        checks.ask(path + "/queriedTables", want=422)
    else:
        checks.walk(path + "/queriedTables?limit=2")
        runs = checks.ask(path + "/runs?limit=3") or {"runs": []}
        for run in runs["runs"]:
            checks.ask(f"{path}/runs/{run['runId']}")


def check_errors(checks):
    missing = "00000000-0000-7000-8000-000000000000"
    checks.ask("/v1/projects?limit=1", want=401, token="wrong")
    checks.ask(f"/v1/projects/{missing}", want=404)
    checks.ask(f"/v1/cells?projectId={missing}", want=404)
    checks.ask("/v1/projects?limit=10&after=nonsense", want=400)


def check_importer(checks, url, folder):
    """hexmeta itself, through the proxy: none of its requests may break a rule."""
    configuration = os.path.join(folder, "hex.yaml")
    with open(configuration, "w", encoding="utf-8") as file:
        json.dump({
            "source": {"type": "hex", "serviceName": "contract", "serviceConnection": {
                "config": {"type": "Hex", "hostPort": url, "token": TOKEN}},
                "sourceConfig": {"config": {"type": "DashboardMetadata"}}},
            "sink": {"type": "catalog", "config": {}},
            "hexmeta": {"requestsPerMinute": 0, "requestsPerHour": 0,
                        "retryBudgetSeconds": 5},
        }, file)
    done = subprocess.run([program("hexmeta"), "ingest", "-c", configuration, "--progress",
                           "none"], cwd=folder, capture_output=True, text=True, check=False)
    checks.count += 1
    if done.returncode != 0:
        checks.problems.append(f"hexmeta through the proxy: exit {done.returncode}\n"
                               f"{done.stderr[-2000:]}")


def main():
    openapi = merged_openapi()
    prism = install_prism()
    with Workspace("--projects", "60", "--strict-spec") as workspace, \
            tempfile.TemporaryDirectory(prefix="hexmeta-contract-") as folder:
        with Prism(prism, openapi, workspace.url, folder) as proxy:
            checks = Checks(proxy.url)
            projects = check_lists(checks)
            for project in projects[:25]:
                check_project(checks, project)
            check_errors(checks)
            check_importer(checks, proxy.url, folder)
    for problem in checks.problems[:20]:
        print(problem)
    print(f"{checks.count} requests through the proxy, {len(checks.problems)} violations")
    return 1 if checks.problems or checks.count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
