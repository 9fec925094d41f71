"""Makes every allocation of a publish fail in turn, one a run, each against a server of its own.

Whatever fails, the program must not crash, and it deletes nothing. It ends with 0 and all of it
on the server, or with single failures that it named, or with an error code and a message. The
next run makes the server what it should be, and the one after that has nothing to write. The
same for a catalog that was lost, on a server where a person has edited what an earlier one
published: the edits stay.
TORTURE_RUNS (400) bounds the runs of each: an even choice of the allocations.
"""

import concurrent.futures
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{HERE}/../flow")

from published import Truth  # noqa: E402
from publisher import Publisher, Server  # noqa: E402
from simulator import program  # noqa: E402
from workspace import Workspace  # noqa: E402

RUNS = int(os.environ.get("TORTURE_RUNS", "400"))
SHIM = os.environ["FAIL_MALLOC_SHIM"]
VERSIONS = ("2.0.7", "1.12.4")
HONEST = (0, 1, 4)


class Case:
    """A synced catalog that nothing was published of, to begin with again and again."""

    about = "publish"

    def __init__(self, version, workspace, root):
        self.version = version
        self.root = root
        self.truth = Truth(workspace.truth())
        with self.server() as server:
            publisher = Publisher(workspace, server, "template")
            self.settings = self.truth.settings() + "  publishRuns: true\n"
            done = publisher.run("sync", extra=self.settings)
            if done.returncode != 0:
                sys.exit(f"torture: sync fails:\n{done.stderr}")
            self.template = publisher.folder
            with open(f"{self.template}/hex.yaml", encoding="utf-8") as file:
                text = file.read().replace(f"{self.template}/hex.catalog.db", "hex.catalog.db")
            self.text = text.replace(server.url, "@URL@")

    def server(self):
        return Server("--version", self.version)

    def fill(self, server):
        server.control("seed", users=self.truth.users(),
                       databaseServices=self.truth.database_services())

    def folder(self, name, server):
        folder = f"{self.root}/{name}"
        shutil.copytree(self.template, folder)
        with open(f"{folder}/hex.yaml", "w", encoding="utf-8") as file:
            file.write(self.text.replace("@URL@", server.url))
        return folder

    def publish(self, folder, **environment):
        return subprocess.run(
            [os.path.abspath(program("hexmeta")), "publish", "-c", "hex.yaml",
             "--progress", "none"],
            cwd=folder, capture_output=True, text=True, check=False, timeout=120,
            env={"PATH": os.environ["PATH"], **environment})


class LostCatalog(Case):
    """The same on a server that has it all, with a person's edits."""

    about = "publish anew"

    def fill(self, server):
        super().fill(server)
        folder = self.folder(f"first-{server.url.split(':')[-1]}", server)
        for _ in range(2):
            done = self.publish(folder)
            if done.returncode != 0:
                sys.exit(f"torture: publish fails:\n{done.stderr}")
        shutil.rmtree(folder)
        shown = server.entities("dashboards", fields="tags", service="hex_flow")
        for number, one in enumerate(sorted(shown, key=lambda one: one["name"])):
            edits = [{"op": "add", "path": "/description", "value": f"Ann's {number}"}]
            if one.get("tags"):
                edits.append({"op": "remove", "path": "/tags/0"})
            if number % 2:
                edits.append({"op": "add", "path": "/displayName", "value": f"Ann's {number}"})
            server.patch("dashboards", one["id"], *edits)
        server.forget_requests()


def state(server):
    """All but hashes of rows and addresses."""
    return re.sub(r'"sourceHash":"[0-9a-f]+"|127\.0\.0\.1:\d+', "", server.state())


def writes(server, method=None):
    return [r for r in server.requests()
            if r["method"] == method or (method is None and r["method"] != "GET")]


def count_allocations(case):
    with case.server() as server:
        case.fill(server)
        folder = case.folder("count", server)
        done = case.publish(folder, LD_PRELOAD=SHIM, FAIL_MALLOC="0",
                            FAIL_MALLOC_COUNT=f"{case.root}/counted")
        if done.returncode != 0:
            sys.exit(f"torture: publish fails without any failing allocation:\n{done.stderr}")
        case.publish(folder)
        want = state(server)
    with open(f"{case.root}/counted", encoding="ascii") as file:
        return int(file.read()), want


def judge(done, shown, want):
    """What is wrong with the run in which an allocation failed; None when nothing is."""
    if done.returncode < 0:
        return f"died of signal {-done.returncode}"
    if done.returncode not in HONEST:
        return f"ended with {done.returncode}"
    if done.returncode != 0 and done.stderr.strip() == "":
        return "failed without a word"
    if done.returncode == 0 and shown != want and "named above" not in done.stderr:
        return "ended with 0, but the server does not have all of it"
    return None


def judge_next(case, folder, server, want):
    """What is wrong with the runs after it."""
    if writes(server, "DELETE"):
        return "it deleted something"
    done = case.publish(folder)
    if done.returncode != 0:
        return f"the next run ended with {done.returncode}: {done.stderr[-300:]}"
    if state(server) != want:
        return "the next run did not make the server what it should be"
    case.publish(folder)  # what a crash left to be looked at
    server.forget_requests()
    done = case.publish(folder)
    if done.returncode != 0 or writes(server):
        return f"there is no end of writing: {writes(server)[:2]}"
    return None


def try_one(case, number, want):
    with case.server() as server:
        case.fill(server)
        folder = case.folder(f"run-{number}", server)
        done = case.publish(folder, LD_PRELOAD=SHIM, FAIL_MALLOC=str(number))
        problem = judge(done, state(server), want) or judge_next(case, folder, server, want)
    shutil.rmtree(folder)
    return (f"{case.about}, {case.version}, allocation {number}: {problem}\n{done.stderr[-600:]}"
            if problem else None)


def torture(case):
    total, want = count_allocations(case)
    step = max(1, total / RUNS)
    numbers = sorted({int(1 + step * i) for i in range(int(total / step))})
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [p for p in pool.map(lambda n: try_one(case, n, want), numbers) if p]
    print(f"{case.about} to {case.version}: {len(numbers)} of {total} allocations failed in turn, "
          f"{len(found)} problems")
    return found


def main():
    problems = []
    for kind, version in itertools.product((Case, LostCatalog), VERSIONS):
        with tempfile.TemporaryDirectory(prefix="hexmeta-torture-") as root, Workspace(
            "--projects", "5"
        ) as workspace:
            problems += torture(kind(version, workspace, root))
    for problem in problems[:20]:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
