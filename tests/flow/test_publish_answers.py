"""Answers of OpenMetadata that are not what they should be: endless, too large, no entity."""

import json
import unittest
import urllib.parse

import broken_hex
from published import Truth
from publisher import Publisher, Server
from workspace import Workspace

PUT_LINEAGE = "/api/v1/lineage/"
TOO_LARGE = 65 * 1024 * 1024


class AnswerTest(unittest.TestCase):
    def publish(self, rule):
        """Two runs against a server for which rule(method, collection, query) may answer."""

        def answer(method, path):
            parts = urllib.parse.urlsplit(path)
            query = dict(urllib.parse.parse_qsl(parts.query))
            return rule(method, parts.path.removeprefix("/api/v1/"), query)

        with Workspace("--projects", "20") as workspace, Server() as server:
            truth = Truth(workspace.truth())
            server.control("seed", users=truth.users())
            front = broken_hex.Front(answer, behind=server.url)
            try:
                publisher = Publisher(workspace, front)
                done = publisher.run("ingest")
                again = publisher.run("ingest")
            finally:
                front.close()
            shown = server.entities("dashboards", fields="tags", service="hex_flow")
            tags = {one["name"]: {tag["tagFQN"] for tag in one.get("tags", [])} for one in shown}
            return done, again, tags, {p: truth.tags(v) for p, v in truth.projects.items()}

    def test_cursors_in_a_circle_end_the_run(self):
        asked = []

        def rule(_, collection, query):
            if collection != "users":
                return None
            asked.append(query.get("after"))
            if len(asked) > 100:
                return broken_hex.json_answer(500, '{"code":500,"message":"asked for ever"}')
            paging = {"after": "bca"[len(asked) % 3], "total": 3}
            return broken_hex.json_answer(200, json.dumps({"data": [], "paging": paging}))

        done, _, _, _ = self.publish(rule)
        self.assertEqual(done.returncode, 1, done.stderr[-2000:])
        self.assertIn("has no end", done.stderr)
        self.assertLess(len(asked), 30)

    def test_a_cursor_that_no_address_can_hold_ends_the_run(self):
        asked = []

        def rule(_, collection, query):
            if collection != "users":
                return None
            asked.append(query.get("after"))
            if len(asked) > 50:
                return broken_hex.json_answer(500, '{"code":500,"message":"asked for ever"}')
            paging = {"after": f"{len(asked):070000}", "total": 3}
            return broken_hex.json_answer(200, json.dumps({"data": [], "paging": paging}))

        done, _, _, _ = self.publish(rule)
        self.assertEqual(done.returncode, 1, done.stderr[-2000:])
        self.assertIn("a cursor of 70000 bytes", done.stderr)
        self.assertLess(len(asked), 5)  # in two runs

    def test_a_page_that_is_too_large_is_asked_for_in_parts(self):
        asked = []

        def rule(method, collection, query):
            if method != "GET" or collection != "dashboard/datamodels":
                return None
            asked.append(int(query["limit"]))
            if asked[-1] <= 40:
                return None
            return broken_hex.json_answer(200, '{"data":[]' + " " * TOO_LARGE + "}")

        done, again, shown, wanted = self.publish(rule)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertEqual(again.returncode, 0, again.stderr[-2000:])
        self.assertEqual(shown, wanted)
        self.assertGreater(max(asked), 40)

    def test_what_is_no_entity_was_not_written(self):
        spoiled = {"classifications": 1, "tags": 2}

        def rule(method, collection, _):
            if method != "PUT" or spoiled.get(collection, 0) == 0:
                return None
            spoiled[collection] -= 1
            return broken_hex.json_answer(200, '{"data":7,"id":null}')

        done, again, shown, wanted = self.publish(rule)
        self.assertIn("no entity", done.stderr)
        self.assertEqual(again.returncode, 0, again.stderr[-2000:])
        self.assertEqual(shown, wanted)

    def test_a_server_without_bulk_gets_rows_one_by_one(self):
        for status in (404, 405):
            with self.subTest(status):

                def rule(method, collection, _, status=status):
                    if method != "PUT" or not collection.endswith("/bulk"):
                        return None
                    asked.append(collection)
                    return broken_hex.json_answer(status, f'{{"code":{status}}}')

                asked = []
                done, again, shown, wanted = self.publish(rule)
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                self.assertEqual(again.returncode, 0, again.stderr[-2000:])
                self.assertEqual(shown, wanted)
                self.assertLess(len(asked), 8)

    def test_lineage_is_left_for_later_when_none_can_be_written(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            truth = Truth(workspace.truth())
            server.control("seed", users=truth.users())
            server.control("config", search="down")
            publisher = Publisher(workspace, server)
            done = publisher.run("ingest", retry_seconds=2)
            self.assertEqual(done.returncode, 1, done.stderr[-2000:])
            asked = {r["path"] for r in server.requests() if r["path"].startswith(PUT_LINEAGE)}
            self.assertIn("waits for the next run", done.stderr)
            self.assertLess(len(asked), 120)
            self.assertGreater(len(truth.edges()), 150)
            server.control("config", search="up")
            server.forget_requests()
            done = publisher.run("publish")
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            self.assertGreater(len(server.requests()), 100)
            server.forget_requests()
            done = publisher.run("publish")
            writes = [r for r in server.requests() if r["method"] != "GET"]
            self.assertEqual(writes, [])

    def test_a_service_that_was_deleted_is_told_before_a_run(self):
        with Workspace("--projects", "3") as workspace, Server() as server:
            service = server.call("PUT", "/api/v1/services/dashboardServices",
                                  {"name": "hex_flow", "serviceType": "Hex"})
            server.call("DELETE", f"/api/v1/services/dashboardServices/{service['id']}")
            publisher = Publisher(workspace, server)
            tested = publisher.run("test")
            self.assertEqual(tested.returncode, 1, tested.stdout)
            self.assertIn("dashboard service hex_flow was deleted", " ".join(tested.stdout.split()))
            done = publisher.run("ingest")
            self.assertEqual(done.returncode, 1, done.stderr[-2000:])
            self.assertIn("choose another source.serviceName", done.stderr)
            self.assertEqual(server.entities("dashboards", service="hex_flow"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
