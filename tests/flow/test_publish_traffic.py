"""What publishing costs: how many requests, of which kind, for how much change."""

import json
import math
import os
import sys
import unittest

from om_requests import count_endpoints, endpoint
from publish_case import PublishCase, count_writes
from published import Truth
from publisher import Server
from workspace import Workspace

# The slow suite asks for 5,000 (tests/flow/meson.build).
PROJECT_COUNT = int(os.environ.get("PROJECTS", "150"))
ROWS = 100  # of a bulk request
PAGE = 500  # of a list
BULK = {
    "dashboards": "PUT /dashboards/bulk",
    "charts": "PUT /charts/bulk",
    "data models": "PUT /dashboard/datamodels/bulk",
}


def rows(requests):
    """The rows of all bulk requests, as endpoint and row."""
    return [
        (endpoint(request), row)
        for request in requests
        if request["path"].endswith("/bulk")
        for row in json.loads(request["body"])
    ]


class TrafficTest(PublishCase):
    def counts(self, truth):
        return {
            "dashboards": len(truth.projects),
            "charts": len(truth.charts()),
            "data models": len(truth.data_models()),
        }

    def assert_reading_is_paged(self, requests, counts, tags, passes=1):
        """Reads are the pages of lists, and a few of fixed number, in each pass."""
        seen = count_endpoints(r for r in requests if r["method"] == "GET")
        for kind, path in (("dashboards", "/dashboards"), ("charts", "/charts"),
                           ("data models", "/dashboard/datamodels")):
            pages = counts[kind] // PAGE + 1
            self.assertLessEqual(seen.pop(f"GET {path}", 0), pages * passes, kind)
        warehouse = {"/services/databaseServices", "/databases", "/databaseSchemas", "/tables"}
        for path in warehouse:
            seen.pop(f"GET {path}", 0)
        self.assertLessEqual(seen.pop("GET /users"), 2 * passes)
        self.assertLessEqual(seen.pop("GET /tags", 0), tags * passes)
        self.assertLessEqual(seen.pop("GET /classifications/name/{fqn}", 0), tags * passes)
        # With several passes also edges and entities whose other end came in a later one.
        few = 0 if PROJECT_COUNT < 500 else PROJECT_COUNT // 20
        self.assertLessEqual(sum(seen.values()), 4 * passes + few, seen)

    def test_bulk_and_then_only_what_changed(self):
        with Workspace("--projects", str(PROJECT_COUNT)) as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            counts = self.counts(truth)
            first = server.requests()
            seen = count_endpoints(first)
            passes = PROJECT_COUNT // 500 + 1  # of which each ends with what is left of a batch
            for kind, path in BULK.items():
                most = math.ceil(counts[kind] / ROWS) + passes - 1
                self.assertLessEqual(seen[path], most, kind)
                self.assertNotIn(path.removesuffix("/bulk"), seen)
            self.assertEqual(len(rows(first)), sum(counts.values()))
            self.assert_reading_is_paged(first, counts, 4, passes)
            self.assertFalse([name for name in seen if name.startswith("PATCH")])

            second = self.again(publisher)
            self.assertEqual(count_writes(second), 0, count_endpoints(second))
            self.assert_reading_is_paged(second, counts, 4)
            self.one_change_each(workspace, publisher, truth)

    def one_change_each(self, workspace, publisher, truth):
        """Each kind of change costs one request of its kind, and no other."""
        some = [p for p in truth.projects.values() if p["detail"] == "full"]
        owner = next(p["owner"] for p in some if p["owner"] not in (None, some[1]["owner"]))
        status = next(s for s in ("Approved", "Endorsed") if s != some[0]["status"])
        patch = {"PATCH /dashboards/{id}": 1}
        sql = {"sql": 'select a as "x", b as "y" from t'}
        row = {"PUT /dashboards/bulk": 1}  # its title, or the time of the edit
        model = {"PUT /dashboard/datamodels/bulk": 1}
        edge = {"PUT /lineage/{type}/name/{fqn}/{type}/name/{fqn}": 1}
        changes = [
            ("title", 2, {"title": "Renamed"}, row),
            ("status", 0, {"status": status}, patch),
            ("owner", 1, {"owner": owner}, patch),
            ("categories", 3,
             {"categories": sorted({"Finance", "R&D"} ^ set(some[3]["categories"]))}, patch),
            ("collections", 4,
             {"collections": sorted({"Board pack"} ^ set(some[4]["collections"]))}, patch),
            ("description", 6, {"description": "a=b @team 'q' <b>x</b>"}, row | patch),
            ("a cell", 5, sql, row | model | edge),
            ("columns", 5, {"sql": sql["sql"].replace('"y"', '"z"')}, row | model),
        ]
        for what, place, edit, want in changes:
            with self.subTest(what):
                workspace.control("edit", id=some[place]["id"], **edit)
                requests = self.again(publisher)
                writes = count_endpoints(r for r in requests if r["method"] != "GET")
                writes.pop("PUT /tags", 0)  # one that no project had
                self.assertEqual(dict(writes), want)
                written = rows(requests)
                self.assertEqual(len(written), sum("bulk" in name for name in want))
                for _, row in written:
                    self.assertTrue(row["name"].startswith(some[place]["id"]), row)

    def test_reading_does_not_grow_with_what_is_unchanged(self):
        with Workspace("--projects", "200") as workspace, Server() as server:
            publisher, few = self.first(workspace, server)
            small = count_endpoints(self.again(publisher))
            workspace.control("add", count=200)
            many = Truth(workspace.truth())
            self.again(publisher)
            second = self.again(publisher)
            self.assertEqual(count_writes(second), 0)
            large = count_endpoints(second)
        self.assertEqual(set(small), set(large))
        lists = {"dashboards": "GET /dashboards", "charts": "GET /charts",
                 "data models": "GET /dashboard/datamodels"}
        for kind, path in lists.items():
            pages = [math.ceil(self.counts(truth)[kind] / PAGE) for truth in (few, many)]
            # Lists of a page that is just full end with an empty one.
            self.assertLessEqual(large.pop(path) - small.pop(path), pages[1] - pages[0] + 1)
        for path in ("GET /databaseSchemas", "GET /tables"):  # there are more warehouse tables
            small.pop(path)
            large.pop(path)
        self.assertEqual(small, large)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
