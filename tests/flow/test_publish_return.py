"""What comes back in Hex comes back on the server; what is switched off there is left alone."""

import re
import unittest

from publish_case import PublishCase, count_writes, on_each_version
from published import Truth
from publisher import Publisher, Server
from workspace import Workspace


class ReturnTest(PublishCase):
    def first(self, workspace, server):
        """Everything on the server, and nothing left to do for it."""
        publisher, truth = super().first(workspace, server)
        self.again(publisher)
        return publisher, truth

    def shown(self, server, project, fields="tags,owners,charts,dataModels"):
        return server.entity("dashboards", f"hex_flow.{project}", fields)

    def state(self, server):
        """All but the hashes: another one is sent when a row has to pass the same one."""
        return re.sub(r'"sourceHash":"[0-9a-f]+"', "", server.state())

    def away_and_back(self, publisher, project, **changed):
        """Trashed in Hex, changed there, and restored; a run after each."""
        workspace = publisher.workspace
        workspace.control("trash", id=project)
        self.again(publisher)
        self.assertTrue(self.shown(publisher.server, project)["deleted"])
        if changed:
            workspace.control("edit", id=project, **changed)
        workspace.control("trash", id=project, undo=True)
        self.again(publisher)

    @on_each_version(15)
    def test_a_project_comes_back_as_it_was(self, workspace, server):
        publisher, truth = self.first(workspace, server)
        before = self.state(server)
        project = next(p for p, v in truth.projects.items() if v["categories"])
        self.away_and_back(publisher, project)
        self.assertFalse(self.shown(server, project)["deleted"])
        self.again(publisher)
        self.assertEqual(self.state(server), before)
        self.assertEqual(count_writes(self.again(publisher)), 0)
        self.assertEqual(server.violations(), [])

    @on_each_version(15)
    def test_what_changed_while_a_project_was_away_arrives(self, workspace, server):
        publisher, truth = self.first(workspace, server)
        project = next(iter(truth.projects))
        self.away_and_back(publisher, project, title="New", description="New words")
        self.again(publisher)
        shown = self.shown(server, project)
        self.assertEqual(shown["displayName"], "New")
        self.assertEqual(shown["description"], "New words")
        self.assertEqual(count_writes(self.again(publisher)), 0)

    @on_each_version(15)
    def test_charts_that_went_with_their_dashboard_come_back(self, workspace, server):
        """Also when charts are not to be deleted: the server takes them along."""
        keep = "--set=source.sourceConfig.config.markDeletedCharts=false"
        publisher, truth = self.first(workspace, server)
        project = next(iter(truth.charts()))[:36]
        before = self.state(server)
        workspace.control("trash", id=project)
        done = publisher.run("ingest", keep, extra=publisher.extra)
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        workspace.control("trash", id=project, undo=True)
        self.again(publisher)
        self.again(publisher)
        self.assertEqual(self.state(server), before)
        self.assertEqual(count_writes(self.again(publisher)), 0)

    @on_each_version(15)
    def test_a_persons_edits_come_back_too(self, workspace, server):
        publisher, truth = self.first(workspace, server)
        project = next(
            p
            for p, v in truth.projects.items()
            if v["description"] and v["categories"] and (v["owner"] or v["creator"])
        )
        shown = self.shown(server, project)
        others = [u for u in server.entities("users") if u["name"].startswith("user")]
        other = next(u for u in others if u["id"] != shown["owners"][0]["id"])
        server.patch(
            "dashboards",
            shown["id"],
            {"op": "replace", "path": "/displayName", "value": "Ann's title"},
            {"op": "remove", "path": "/description"},
            {"op": "remove", "path": "/tags/0"},
            {
                "op": "replace",
                "path": "/owners",
                "value": [{"id": other["id"], "type": "user"}],
            },
        )
        kept = self.person_state(server, project)
        self.away_and_back(publisher, project, title="Hex's title")
        self.assertEqual(self.person_state(server, project), kept)
        self.again(publisher)
        self.assertEqual(self.person_state(server, project), kept)

    def person_state(self, server, project):
        shown = self.shown(server, project)
        return {
            "title": shown["displayName"],
            "description": shown.get("description"),
            "tags": sorted(tag["tagFQN"] for tag in shown.get("tags", [])),
            "owners": [owner["id"] for owner in shown["owners"]],
        }

    # ---- tags that are switched off ----

    def carriers(self, server, fqn):
        found = server.entities("dashboards", fields="tags", service="hex_flow")
        return {
            one["name"]
            for one in found
            if fqn in [tag["tagFQN"] for tag in one.get("tags", [])]
        }

    def switch(self, server, collection, fqn, is_off):
        shown = server.entity(collection, fqn)
        operation = {"op": "add", "path": "/disabled", "value": is_off}
        server.patch(collection, shown["id"], operation)

    def with_finance(self, workspace, server):
        """A server that has one of Hex's categories, and nothing else."""
        truth = Truth(workspace.truth())
        server.control("seed", users=truth.users(),
                       classifications=[{"name": "HexCategories", "tags": ["Finance"]}])
        publisher = Publisher(workspace, server)
        publisher.extra = ""
        return publisher, truth

    def test_labels_of_a_disabled_tag_stay(self):
        off = {"tags": "HexCategories.Finance", "classifications": "HexCategories"}
        for collection, fqn in off.items():
            with self.subTest(fqn), Workspace("--projects", "40") as workspace, Server() as server:
                publisher, truth = self.first(workspace, server)
                tag = "HexCategories.Finance"
                before = self.carriers(server, tag)
                self.assertGreater(len(before), 0)
                self.switch(server, collection, fqn, True)
                added = next(p for p in truth.projects if p not in before)
                for project in before | {added}:
                    workspace.control("edit", id=project, title=f"Again {project}")
                self.again(publisher)
                self.assertEqual(self.carriers(server, tag), before)
                self.switch(server, collection, fqn, False)
                self.again(publisher)
                self.assertEqual(self.carriers(server, tag), before)
                self.assertEqual(server.violations(), [])

    def test_a_tag_that_is_enabled_again_is_given(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.with_finance(workspace, server)
            tag = "HexCategories.Finance"
            wanted = {p for p, v in truth.projects.items() if "Finance" in v["categories"]}
            self.assertGreater(len(wanted), 0)
            self.switch(server, "tags", tag, True)
            self.again(publisher)
            self.assertEqual(self.carriers(server, tag), set())
            self.switch(server, "tags", tag, False)
            self.again(publisher)
            self.assertEqual(self.carriers(server, tag), wanted)

    def test_of_a_mutually_exclusive_classification_one_tag_is_given(self):
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher, truth = self.with_finance(workspace, server)
            shown = server.entity("classifications", "HexCategories")
            exclusive = {"op": "add", "path": "/mutuallyExclusive", "value": True}
            server.patch("classifications", shown["id"], exclusive)
            self.again(publisher)
            self.assertEqual(count_writes(self.again(publisher)), 0)
            several = 0
            for project, wanted in truth.projects.items():
                tags = {tag["tagFQN"] for tag in self.shown(server, project).get("tags", [])}
                want = truth.tags(wanted)
                given = {tag for tag in tags if tag.startswith("HexCategories.")}
                self.assertLessEqual(tags, want)
                self.assertEqual(len(given), min(1, len(wanted["categories"])))
                others = {tag for tag in want if not tag.startswith("HexCategories.")}
                self.assertEqual(tags - given, others)
                several += len(wanted["categories"]) > 1
            self.assertGreater(several, 0)
            self.assertEqual(server.violations(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
