"""What people do in OpenMetadata stays, whatever Hex does; and what Hex does arrives beside it."""

import glob
import html
import os
import re
import sys
import unittest

from curation import Curation
from om_requests import count_endpoints
from publish_case import PublishCase, count_writes
from published import Truth
from publisher import Server
from workspace import Workspace

# The slow suite takes 1.12.3, too (tests/flow/meson.build).
VERSIONS = os.environ.get("VERSIONS", "2.0.7 1.13.1").split()
TEXT = "a=b @team 'q' <b>x</b>"
OVERRIDE_LINEAGE = "--set=source.sourceConfig.config.overrideLineage=true"
OVERRIDE = "--set=source.sourceConfig.config.overrideMetadata=true"


class PeopleTest(PublishCase):
    def curated(self, workspace, server):
        """A first run, then a person's edits; publisher, curation, ids of all full projects."""
        full = [p["id"] for p in Truth(workspace.truth()).projects.values()
                if p["detail"] == "full"]
        for one in full[:2]:
            workspace.control("edit", id=one, sql='select a as "x", b as "y" from t',
                              categories=["Finance", "R&D"], status="Approved")
        publisher, truth = self.first(workspace, server)
        models = server.entities("dashboard/datamodels", service="hex_flow")
        model = next(m for m in models if m["name"].startswith(full[0])
                     and [c["name"].lower() for c in m["columns"]] == ["x", "y"])
        chart = server.entities("charts", service="hex_flow")[0]
        curation = Curation(server, f"hex_flow.{full[0]}", model["fullyQualifiedName"],
                            chart["fullyQualifiedName"])
        return publisher, truth, curation, full

    def change_hex(self, workspace, one, number, owner):
        workspace.control(
            "edit", id=one, title=f"Hex title {number}", description=f"Round {number}: {TEXT}",
            categories=["Finance", "R&D"] if number % 2 else ["Finance", f"Round {number}"],
            status=["Endorsed", "Deprecated"][number % 2], owner=owner,
            sql=f'select a as "x", c as "z{number}" from t')

    def assert_has_arrived(self, workspace, server, one):
        """The project is on the server as Hex has it, in every respect."""
        truth = Truth(workspace.truth())
        project = truth.projects[one]
        shown = self.dashboards(server)[one]
        users = {user["id"]: user.get("email") for user in server.entities("users")}
        self.assertEqual(shown["displayName"], project["title"])
        self.assertEqual(html.unescape(shown["description"]), project["description"])
        self.assertEqual({tag["tagFQN"] for tag in shown["tags"]}, truth.tags(project))
        self.assertEqual([users[o["id"]] for o in shown["owners"]], [project["owner"].lower()])
        self.assert_columns(server, truth, one)
        return truth

    def assert_columns(self, server, truth, one):
        """The truth, but of the cell that was added by an edit: that has what its SQL names."""
        shown = {
            m["name"]: [c["name"] for c in m["columns"]]
            for m in server.entities("dashboard/datamodels", service="hex_flow")
            if m["name"].startswith(one)
        }
        added = {f"{c['project']}_{c['id']}": re.findall('"([^"]*)"', c["source"])
                 for c in truth.lines["cell"] if (c["source"] or "").startswith('select a as "x"')}
        want = {n: c for n, c in truth.data_models().items() if n.startswith(one)}
        self.assertEqual(set(shown), set(want))
        for name, columns in want.items():
            got = shown[name] if name in added else shown[name][: len(columns)]
            self.assertEqual(got, added.get(name, columns))  # a star may have brought more

    def rounds(self, workspace, server):
        publisher, truth, curation, full = self.curated(workspace, server)
        owners = sorted({p["owner"] for p in truth.projects.values() if p["owner"]})
        curation.edit(removed="HexCategories.Finance")
        ends = next(iter(self.lineage(server)))
        curation.draw(*ends, "drawn over ours")
        table = server.entities("tables")[-1]["fullyQualifiedName"]
        curation.draw(f"table:{table}", f"dashboard:hex_flow.{full[0]}", "drawn beside ours")
        kept = curation.state()
        self.assertNotIn("HexCategories.Finance", kept["dashboard"]["tags"])
        for number in range(5):
            other = full[1 + number]
            if number == 2:  # the disk of the importer is lost
                for path in glob.glob(f"{publisher.folder}/hex.catalog.db*"):
                    os.unlink(path)
                self.again(publisher)
            self.change_hex(workspace, full[0], number, owners[number % len(owners)])
            self.change_hex(workspace, other, number, owners[number % len(owners)])
            self.again(publisher)
            self.assertEqual(curation.state(), kept, number)
            truth = self.assert_has_arrived(workspace, server, other)
            tags = {tag["tagFQN"] for tag in self.dashboards(server)[full[0]]["tags"]}
            self.assertEqual(tags - {"Own.Mine", "Tier.Tier1"},
                             truth.tags(truth.projects[full[0]]) - {curation.removed})
            self.assert_columns(server, truth, full[0])
            self.assertIn("drawn over ours", server.state())
            self.assertIn("drawn beside ours", server.state())
        self.assertEqual(count_writes(self.again(publisher)), 0)
        self.assertEqual(server.violations(), [])
        return publisher, curation, full[0]

    def test_a_person_is_never_overwritten(self):
        for version in VERSIONS:
            with self.subTest(version), Workspace("--projects", "14") as workspace, Server(
                "--version", version
            ) as server:
                publisher, curation, project = self.rounds(workspace, server)
                # Unless the user wants it so.
                self.again(publisher, OVERRIDE, command="publish")
                shown = self.dashboards(server)[project]
                self.assertEqual(shown["displayName"], "Hex title 4")
                self.assertEqual(html.unescape(shown["description"]), f"Round 4: {TEXT}")
                tags = {tag["tagFQN"] for tag in shown["tags"]}
                self.assertIn("HexCategories.Finance", tags)
                self.assertLessEqual({"Own.Mine", "Tier.Tier1"}, tags)
                self.assertEqual(shown["certification"]["tagLabel"]["tagFQN"],
                                 "Certification.Gold")
                owner = Truth(workspace.truth()).projects[project]["owner"].lower()
                users = {user["id"]: user.get("email") for user in server.entities("users")}
                self.assertIn(owner, [users[o["id"]] for o in shown["owners"]])
                model = curation.shown("dashboardDataModel")
                self.assertNotIn("A person's", model["displayName"])
                self.assertNotIn("A person's", curation.shown("chart")["displayName"])
                text = html.unescape(model["columns"][0]["description"])
                self.assertEqual(text, "A person's column")

    def test_what_a_person_drew_is_left_alone(self):
        with Workspace("--projects", "14") as workspace, Server() as server:
            publisher, _ = self.first(workspace, server)
            ends = next(iter(self.lineage(server)))
            Curation(server, None, None, None).draw(*ends, "drawn by hand")
            self.again(publisher, "--verify", command="publish")
            self.assertNotIn(ends, self.lineage(server))
            self.assertIn("drawn by hand", server.state())
            self.again(publisher, OVERRIDE_LINEAGE, command="publish")
            self.assertIn(ends, self.lineage(server))
            self.assertNotIn("drawn by hand", server.state())
            self.assertEqual(count_writes(self.again(publisher, OVERRIDE_LINEAGE)), 0)

    def test_what_hex_dropped_goes_and_what_people_added_stays(self):
        for version in VERSIONS:
            with self.subTest(version), Workspace("--projects", "14") as workspace, Server(
                "--version", version
            ) as server:
                publisher, truth, curation, full = self.curated(workspace, server)
                owners = sorted({p["owner"] for p in truth.projects.values() if p["owner"]})
                shown = curation.shown("dashboard")
                helper = next(user["id"] for user in server.entities("users")
                              if user["id"] not in [o["id"] for o in shown["owners"]])
                server.control("seed", classifications=[{"name": "Own", "tags": ["Mine"]}])
                label = {"tagFQN": "Own.Mine", "source": "Classification",
                         "labelType": "Manual", "state": "Confirmed"}
                server.patch("dashboards", shown["id"],
                             {"op": "add", "path": "/tags/0", "value": label},
                             {"op": "add", "path": "/owners/0",
                              "value": {"id": helper, "type": "user"}})
                other = next(o for o in owners if o.lower() not in (
                    u["email"] for u in server.entities("users")
                    if u["id"] in [helper] + [o["id"] for o in shown["owners"]]))
                workspace.control("edit", id=full[0], categories=["R&D"], status=None,
                                  owner=other)
                requests = self.again(publisher)
                writes = count_endpoints(r for r in requests if r["method"] != "GET")
                self.assertEqual(dict(writes), {"PATCH /dashboards/{id}": 1})
                self.assert_tags_and_owners(server, curation, {"Own.Mine", "HexCategories.R&D"},
                                            {helper: None, None: other.lower()})
                workspace.control("edit", id=full[0], categories=[])
                self.again(publisher)
                self.assert_tags_and_owners(server, curation, {"Own.Mine"},
                                            {helper: None, None: other.lower()})
                self.assertEqual(count_writes(self.again(publisher)), 0)

    def test_a_status_that_comes_and_goes(self):
        """The project is then as it was when nothing was left to do for it."""
        with Workspace("--projects", "10") as workspace, Server() as server:
            one = next(iter(Truth(workspace.truth()).projects))
            workspace.control("edit", id=one, status="Approved")
            publisher, truth = self.first(workspace, server)
            self.again(publisher)
            for status in ("Endorsed", "Approved"):
                workspace.control("edit", id=one, status=status)
                self.again(publisher)
                tags = {tag["tagFQN"] for tag in self.dashboards(server)[one]["tags"]}
                self.assertIn(f"HexStatus.{status}", tags)
                self.assertEqual(len([t for t in tags if t.startswith("HexStatus.")]), 1)

    def assert_tags_and_owners(self, server, curation, tags, owners):
        shown = curation.shown("dashboard")
        got = {tag["tagFQN"] for tag in shown["tags"]}
        kinds = ("HexCategories", "HexStatus", "Own")
        self.assertEqual({tag for tag in got if tag.startswith(kinds)}, tags)
        emails = {user["id"]: user.get("email") for user in server.entities("users")}
        want = {emails[person] if person else email for person, email in owners.items()}
        self.assertEqual({emails[o["id"]] for o in shown["owners"]}, want)

    def test_what_people_deleted_stays_deleted_until_it_is_restored(self):
        with Workspace("--projects", "20") as workspace, Server() as server:
            publisher, truth = self.first(workspace, server)
            gone, deleted = [p for p in truth.projects][:2]
            workspace.control("trash", id=gone)
            by_hand = server.entity("dashboards", f"hex_flow.{deleted}")
            server.call("DELETE", f"/api/v1/dashboards/{by_hand['id']}")
            workspace.control("edit", id=deleted, title="Still in Hex")
            for _ in range(2):
                self.again(publisher)
                for name in (gone, deleted):
                    self.assertTrue(server.entity("dashboards", f"hex_flow.{name}")["deleted"])
            charts = server.entities("charts", service="hex_flow", include="non-deleted")
            self.assertFalse([one for one in charts if one["name"].startswith(gone)])
            self.assertEqual(count_writes(self.again(publisher)), 0)
            workspace.control("trash", id=gone, undo=True)
            self.again(publisher)
            self.assertFalse(server.entity("dashboards", f"hex_flow.{gone}")["deleted"])
            self.again(publisher, "--restore", command="publish")
            self.assertFalse(server.entity("dashboards", f"hex_flow.{deleted}")["deleted"])
            self.again(publisher)
            self.assertEqual(self.dashboards(server)[deleted]["displayName"], "Still in Hex")
            self.assertEqual(count_writes(self.again(publisher)), 0)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
