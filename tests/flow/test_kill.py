"""A first sync that is killed at a random moment loses nothing, and asks for nothing twice.

KILLS says how often; SEED makes the moments those of an earlier run.
"""

import collections
import glob
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from workspace import Workspace

KILLS = int(os.environ.get("KILLS", "8"))
SEED = int(os.environ.get("SEED", time.time_ns()))
LATENCY_MS = 4
PAGE = "/api/v1/projects"


def key(request):
    """What makes two requests the same."""
    return request["method"], request["path"], request["query"], request["project"]


class Stored:
    """What a catalog holds whose writer is dead, without touching it."""

    def __init__(self, path):
        self.contents, self.activities, self.cursor = set(), set(), None
        with tempfile.TemporaryDirectory(prefix="hexmeta-kill-") as folder:
            for name in glob.glob(f"{path}*"):
                shutil.copy(name, folder)
            copy = f"{folder}/{os.path.basename(path)}"
            if os.path.exists(copy) and os.path.getsize(copy) > 0:
                self.read(copy)

    def read(self, path):
        catalog = sqlite3.connect(path)
        tables = catalog.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables > 0:
            self.contents = {row[0] for row in catalog.execute(
                "SELECT hex_id FROM project WHERE content_read IS NOT NULL")}
            self.activities = {row[0] for row in catalog.execute(
                "SELECT hex_id FROM project WHERE activity_read IS NOT NULL")}
            walk = catalog.execute("SELECT cursor FROM walk WHERE ended_ms IS NULL").fetchone()
            self.cursor = walk[0] if walk is not None else None
        catalog.close()


class KillTest(unittest.TestCase):
    maxDiff = 4000

    def sync(self, workspace):
        before = len(workspace.requests())
        done = workspace.hexmeta("sync", "-c", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return workspace.requests()[before:]

    def export(self, workspace):
        done = workspace.hexmeta("export", "--catalog", workspace.catalog)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def remove_catalog(self, workspace):
        for name in glob.glob(f"{workspace.catalog}*"):
            os.remove(name)

    def assert_asked_once(self, stored, requests, pages):
        counts = collections.Counter(map(key, requests))
        self.assertLessEqual(max(counts.values()), 2)
        first_unread = 0
        if stored.cursor is not None:
            cursors = [urllib.parse.parse_qs(page[2]).get("after", [None])[0] for page in pages]
            first_unread = cursors.index(stored.cursor)
            self.assertGreater(first_unread, 0)
        for page in pages[:first_unread]:
            self.assertEqual(counts[page], 1, page)
        for (method, path, query, project), count in counts.items():
            is_activity = path.endswith("/runs")
            is_stored = project in (stored.activities if is_activity else stored.contents)
            if is_stored:
                self.assertEqual(count, 1, f"{method} {path}?{query} ({project})")
        return first_unread

    def test_killed_at_random_moments(self):
        rng = random.Random(SEED)
        stages = collections.Counter()
        with Workspace("--projects", "250", "--latency", str(LATENCY_MS)) as workspace:
            self.path = workspace.configure()
            began = time.monotonic()
            requests = self.sync(workspace)
            duration = time.monotonic() - began
            export = self.export(workspace)
            pages = [key(r) for r in requests if r["path"] == PAGE]
            self.assertEqual(len(pages), 3)
            for number in range(KILLS):
                # The listing is a small part of the run: every other time it takes longer.
                is_slow = number % 2 == 0
                moment = rng.uniform(0, 0.6 if is_slow else duration)
                with self.subTest(seed=SEED, moment=moment, is_slow=is_slow):
                    workspace.control("config", latency=100 if is_slow else LATENCY_MS)
                    stage = self.kill_once(workspace, moment, export, pages)
                    while stage == "after the end":  # too late to be killed
                        moment *= 0.8
                        stage = self.kill_once(workspace, moment, export, pages)
                    stages[stage] += 1
        print(f"{KILLS} kills within {duration:.1f} s:", dict(stages))

    def kill_once(self, workspace, moment, export, pages):
        """Where in the run it was killed."""
        self.remove_catalog(workspace)
        before = len(workspace.requests())
        process = workspace.start("sync", "-c", self.path, "-q")
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        stored = Stored(workspace.catalog)
        workspace.control("config", latency=LATENCY_MS)
        self.sync(workspace)
        self.assertEqual(self.export(workspace), export)
        requests = workspace.requests()[before:]
        stored_pages = self.assert_asked_once(stored, requests, pages)
        if process.returncode == 0:
            return "after the end"
        return "reading" if stored.contents else "listing" if stored_pages else "before"


if __name__ == "__main__":
    unittest.main()
