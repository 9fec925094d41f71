"""A server that somebody has filled already is adopted: nothing twice, nothing curated lost."""

import sys
import unittest

from curation import Curation
from om_requests import count_endpoints
from publish_case import PublishCase, count_writes, on_each_version, shapes
from published import Truth
from publisher import Publisher


class AdoptionTest(PublishCase):
    def curated(self, server):
        models = server.entities("dashboard/datamodels", service="hex_flow")
        model = next(m for m in models if m["columns"])
        project = model["name"][:36]
        chart = next(c for c in server.entities("charts", service="hex_flow"))
        curation = Curation(server, f"hex_flow.{project}", model["fullyQualifiedName"],
                            chart["fullyQualifiedName"])
        tags = [t["tagFQN"] for t in curation.shown("dashboard").get("tags", [])]
        curation.edit(removed=tags[0] if tags else None)
        return curation, project

    @on_each_version(30)
    def test_a_second_machine_and_a_lost_catalog(self, workspace, server):
        publisher, _ = self.first(workspace, server)
        curation, project = self.curated(server)
        kept = curation.state()
        counts = server.stats()["entities"]
        second = Publisher(workspace, server, "two")
        second.extra = publisher.extra
        writes = [r for r in self.again(second) if r["method"] != "GET"]
        # Column lineage that the server leaves out silently is sent once more.
        self.assertTrue(all("/lineage" in r["path"] for r in writes), shapes(writes))
        self.assertLess(len(writes), 10)
        self.assertEqual(server.stats()["entities"], counts)
        self.assertEqual(curation.state(), kept)
        for machine in (second, publisher, second):  # in turn, as two people would
            workspace.control("edit", id=project, title=f"From Hex {machine.folder}",
                              description="From Hex")
            self.again(machine)
            self.assertEqual(curation.state(), kept)
        self.assertEqual(server.stats()["entities"], counts)
        self.assertEqual(count_writes(self.again(second)), 0)

    def connector_tags(self, project):
        """OpenMetadata's own connector makes a category of the status, too."""
        return project["categories"] + ([project["status"]] if project["status"] else [])

    @on_each_version(30)
    def test_a_service_that_the_connector_filled(self, workspace, server):
        truth = Truth(workspace.truth())
        left = [
            {
                "name": project["id"],
                "displayName": project["title"] or project["id"],
                "tags": [name for name in self.connector_tags(project) if '"' not in name],
            }
            for project in truth.projects.values()
        ]
        server.control("seed", users=truth.users())
        server.control("seed", connector={"service": "hex_flow", "dashboards": left})
        server.control("seed", classifications=[{"name": "Own", "tags": ["Mine"]}])
        edited = list(truth.projects)[3]
        shown = server.entity("dashboards", f"hex_flow.{edited}")
        label = {"tagFQN": "Own.Mine", "source": "Classification", "labelType": "Manual",
                 "state": "Confirmed"}
        server.patch("dashboards", shown["id"],
                     {"op": "add", "path": "/description", "value": "A person wrote this"},
                     {"op": "add", "path": "/displayName", "value": "A person's title"},
                     {"op": "add", "path": "/tags/0", "value": label})
        publisher = Publisher(workspace, server)
        publisher.extra = ""
        self.check(publisher.run("ingest"))
        made = count_endpoints(server.requests())
        self.assertNotIn("PUT /services/dashboardServices", made)
        dashboards = self.dashboards(server)
        self.assertEqual(set(dashboards), set(truth.projects))
        for name, project in truth.projects.items():
            tags = {tag["tagFQN"] for tag in dashboards[name].get("tags", [])}
            self.assertEqual(tags - {"Own.Mine"}, truth.tags(project), project["title"])
            if name != edited:
                self.assertEqual(dashboards[name]["displayName"], project["title"] or name)
        self.assertEqual(dashboards[edited]["displayName"], "A person's title")
        self.assertEqual(dashboards[edited]["description"], "A person wrote this")
        self.assertIn("Own.Mine", {tag["tagFQN"] for tag in dashboards[edited]["tags"]})
        self.assertEqual(shown["id"], dashboards[edited]["id"])
        self.assertEqual(count_writes(self.again(publisher)), 0)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
