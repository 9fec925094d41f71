"""Filters decide which projects are read in detail; the list always holds all of them."""

import re
import unittest

import records
from workspace import Workspace

PROJECT_COUNT = 120
CONFIG = "source.sourceConfig.config"


def matches(pattern, name):
    return name is not None and re.match(pattern, name, re.IGNORECASE) is not None


class FiltersTest(unittest.TestCase):
    maxDiff = 4000

    def ingest(self, workspace, **patterns):
        """Runs ingest with filters; what it said, and the ids that exports were asked for."""
        before = len(workspace.requests())
        sets = []
        for key, value in patterns.items():
            path = f"hexmeta.{key}" if not key.startswith("om_") else f"{CONFIG}.{key[3:]}"
            sets += ["--set", f"{path}={value}"]
        done = workspace.hexmeta("ingest", "-c", workspace.configure(), *sets)
        self.assertEqual(done.returncode, 0, done.stderr)
        requests = workspace.requests()[before:]
        return done.stderr, sum(r["path"].endswith("/projects/export") for r in requests)

    def projects(self, workspace):
        done = workspace.hexmeta("export", "--catalog", workspace.catalog)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {r["id"]: r for r in records.parse(done.stdout) if r["kind"] == "project"}

    def read_ids(self, workspace):
        return {id for id, p in self.projects(workspace).items() if p["detail"] == "full"}

    def test_each_key_chooses_what_is_read(self):
        wanted = {
            "ownerFilterPattern": ("{includes: ['[a-l]']}",
                                   lambda p: matches("[a-l]", p["owner"] or p["creator"])),
            "categoryFilterPattern": ("{excludes: ['.*a']}",
                                      lambda p: not any(matches(".*a", c)
                                                        for c in p["categories"])),
            "statusFilterPattern": ("{includes: ['[a-d]', 'needs']}",
                                    lambda p: matches("[a-d]|needs", p["status"])),
            "om_dashboardFilterPattern": ("{excludes: ['[a-m]']}",
                                          lambda p: not matches("[a-m]", p["title"])),
            "om_projectFilterPattern": ("{includes: ['[a-m]']}",
                                        lambda p: not p["collections"] or any(
                                            matches("[a-m]", c) for c in p["collections"])),
        }
        with Workspace("--projects", str(PROJECT_COUNT)) as workspace:
            truth = {r["id"]: r for r in records.parse(workspace.truth())
                     if r["kind"] == "project"}
            can_be_read = {id for id, p in truth.items() if p["detail"] == "full"}
            known = set()
            for key, (pattern, is_wanted) in wanted.items():
                with self.subTest(key):
                    _, export_count = self.ingest(workspace, **{key: pattern})
                    passing = {id for id in can_be_read if is_wanted(truth[id])}
                    self.assertTrue(0 < len(passing) < len(can_be_read), key)
                    # What passes now is read; what was read before stays, and is not asked for.
                    # One project is denied whenever it is asked for.
                    self.assertIn(export_count - len(passing - known), (0, 1))
                    known |= passing
                    self.assertEqual(self.read_ids(workspace), known)
                    self.assertEqual(self.projects(workspace).keys(), truth.keys())
            self.ingest(workspace)
            self.assertEqual(self.read_ids(workspace), can_be_read)

    def test_all_of_them_together(self):
        with Workspace("--projects", str(PROJECT_COUNT)) as workspace:
            said, _ = self.ingest(workspace, ownerFilterPattern="{includes: ['.*@']}",
                                  statusFilterPattern="{includes: ['.'], excludes: ['x']}",
                                  categoryFilterPattern="{includes: [nothing like this]}")
            self.assertEqual(self.read_ids(workspace), set())
            self.assertEqual(said.count("have no effect beside includes"), 1)
            self.assertEqual(len(self.projects(workspace)), PROJECT_COUNT)


if __name__ == "__main__":
    unittest.main()
