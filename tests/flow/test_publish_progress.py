"""What was published before costs little, and what is left to do is not forgotten."""

import sqlite3
import unittest

from publish_case import PublishCase
from publisher import Server
from workspace import Workspace

LISTS = ("/api/v1/dashboards", "/api/v1/charts", "/api/v1/dashboard/datamodels")


class ProgressTest(PublishCase):
    def lists(self, requests):
        return [one for one in requests if one["path"] in LISTS]

    def writes(self, requests):
        return [one["path"] for one in requests if one["method"] != "GET"]

    def progress(self, publisher):
        """Projects by whether something is left to do, and whether what was sent was seen."""
        database = sqlite3.connect(f"file:{publisher.folder}/hex.catalog.db?mode=ro", uri=True)
        with database:
            rows = database.execute(
                "SELECT mark IS NULL, is_seen, count(*) FROM published_project GROUP BY 1, 2")
            found = {row[:2]: row[2] for row in rows}
        database.close()
        return found

    def test_nothing_changed_asks_for_no_entity(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            count = len(truth.projects)
            self.assertEqual(self.progress(publisher), {(0, 0): count})
            second = self.again(publisher)
            self.assertEqual(self.writes(second), [])
            self.assertTrue(self.lists(second))
            self.assertFalse([one for one in self.lists(second) if "fields=" in one["query"]])
            self.assertEqual(self.progress(publisher), {(0, 1): count})
            before = server.state()
            third = self.again(publisher)
            self.assertEqual(self.writes(third), [])
            self.assertEqual(self.lists(third), [])
            self.assertEqual(server.state(), before)

    def test_few_changes_are_looked_at_one_by_one(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            self.again(publisher)
            importer = next(p for p in truth.projects.values() if p["imports"])
            edges = {line for line in server.state().splitlines() if '"edge"' in line}
            workspace.control("edit", id=importer["id"], title="Another title")
            requests = self.again(publisher)
            self.assertEqual(self.lists(requests), [])
            self.assertEqual(self.writes(requests), ["/api/v1/dashboards/bulk"])
            shown = server.entity("dashboards", f"hex_flow.{importer['id']}")
            self.assertEqual(shown["displayName"], "Another title")
            # An edge that is lost comes back, though its other end's project has not changed.
            workspace.control("edit", id=importer["id"], sql="SELECT 1 AS one")
            self.again(publisher)
            self.assertLessEqual(
                edges, {line for line in server.state().splitlines() if '"edge"' in line})
            self.assertEqual(self.writes(self.again(publisher)), [])

    def test_one_that_goes_is_looked_at_alone(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            self.again(publisher)
            gone = next(p for p in truth.projects.values() if p["type"] == "PROJECT")["id"]
            workspace.control("trash", id=gone)
            self.assertEqual(self.lists(self.again(publisher)), [])
            for kind in ("dashboards", "charts", "dashboard/datamodels"):
                there = server.entities(kind, service="hex_flow", include="non-deleted")
                self.assertFalse([one for one in there if one["name"].startswith(gone)])
            self.assertEqual(self.lists(self.again(publisher)), [])
            workspace.control("trash", id=gone, undo=True)
            self.again(publisher)
            links = server.entity("dashboards", f"hex_flow.{gone}", "charts,dataModels")
            charts = [name for name in truth.charts() if name.startswith(gone)]
            self.assertEqual(len(links.get("charts", [])), len(charts))

    def test_the_way_the_server_shows_texts_is_noted_at_once(self):
        with Workspace("--projects", "40") as workspace, Server("--html", "always") as server:
            publisher, truth = self.first(workspace, server)
            name = next(iter(truth.projects))
            fqn = f"hex_flow.{name}"
            workspace.control("edit", id=name, description="a < b <script>x</script> = 'c'")
            self.again(publisher)
            shown = server.entity("dashboards", fqn)
            self.assertNotIn("script", shown["description"])
            self.again(publisher)  # sees it
            server.control("edit", user="admin", type="dashboard", fqn=fqn,
                           patch=[{"op": "replace", "path": "/displayName", "value": "Mine"}])
            workspace.control("edit", id=name, description="new text", title="Hex's own")
            self.again(publisher)
            shown = server.entity("dashboards", fqn)
            self.assertEqual(shown["description"], "new text")
            self.assertEqual(shown["displayName"], "Mine")

    def test_a_person_between_the_first_and_the_second_run(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            name = next(iter(truth.projects))
            fqn = f"hex_flow.{name}"
            server.control("edit", user="admin", type="dashboard", fqn=fqn,
                           patch=[{"op": "replace", "path": "/displayName", "value": "Mine"}])
            self.assertEqual(self.writes(self.again(publisher)), [])
            self.assertEqual(self.progress(publisher), {(0, 1): len(truth.projects)})
            workspace.control("edit", id=name, title="Hex's own")
            self.again(publisher)
            self.assertEqual(server.entity("dashboards", fqn)["displayName"], "Mine")

    def test_what_the_brake_held_back_goes_when_it_may(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            self.assertGreater(len(truth.charts()), 10)
            filters = "--set=source.sourceConfig.config.chartFilterPattern.excludes=[.*]"
            self.again(publisher, filters, command="publish", code=5)
            self.again(publisher, filters, command="publish", code=5)
            self.again(publisher, filters, "--accept-deletes", command="publish")
            charts = server.entities("charts", service="hex_flow", include="non-deleted")
            self.assertEqual(charts, [])
            self.again(publisher, filters, command="publish")
            self.assertEqual(self.lists(self.again(publisher, filters, command="publish")), [])


if __name__ == "__main__":
    unittest.main()
