"""Descriptions of tags follow Hex and the configuration, unless a person has written others."""

import sqlite3
import unittest

from publisher import Publisher, Server
from workspace import Workspace


class PublishDescriptionsTest(unittest.TestCase):
    def again(self, publisher, **settings):
        """One more publishing run; what it wrote."""
        publisher.server.forget_requests()
        done = publisher.run("publish", **settings)
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        return [r for r in publisher.server.requests() if r["method"] != "GET"]

    def describe(self, publisher, name, text):
        """What a listing would store when an admin changes a category in Hex."""
        with sqlite3.connect(f"{publisher.folder}/hex.catalog.db") as catalog:
            catalog.execute(
                "UPDATE project SET listing_hash = listing_hash + 1 WHERE id IN"
                " (SELECT project FROM project_category WHERE name = ?)",
                (name,),
            )
            catalog.execute(
                "UPDATE project_category SET description = ? WHERE name = ?", (text, name)
            )
        catalog.close()

    def categories(self, publisher):
        with sqlite3.connect(f"{publisher.folder}/hex.catalog.db") as catalog:
            rows = catalog.execute(
                "SELECT DISTINCT name FROM project_category c JOIN project p"
                " ON p.id = c.project WHERE p.state = 0 AND name GLOB '[A-Z]*'"
                " AND NOT name GLOB '*[^A-Za-z ]*' ORDER BY name"
            ).fetchall()
        catalog.close()
        return [name for name, in rows]

    def test_hex_changes_and_people_stay(self):
        for version in ("2.0.7", "1.13.1"):
            with self.subTest(version), Workspace("--projects", "60") as workspace:
                with Server("--version", version) as server:
                    publisher = Publisher(workspace, server, version)
                    self.assertEqual(publisher.run("ingest").returncode, 0)
                    self.check_changes(publisher, server)

    def check_changes(self, publisher, server):
        free, edited = self.categories(publisher)[:2]
        self.assertEqual(self.again(publisher), [])
        tag = server.entity("tags", f"HexCategories.{edited}")
        server.patch(
            "tags",
            tag["id"],
            {"op": "replace", "path": "/description", "value": "Words of a person"},
        )
        self.describe(publisher, free, "New words")
        self.describe(publisher, edited, "Other words")
        writes = self.again(publisher)
        self.assertEqual([w["method"] for w in writes if "/tags/" in w["path"]], ["PATCH"])
        shown = {
            name: server.entity("tags", f"HexCategories.{name}")["description"]
            for name in (free, edited)
        }
        self.assertEqual(shown, {free: "New words", edited: "Words of a person"})
        for _ in range(2):
            self.assertEqual(self.again(publisher), [])
        self.assertEqual(server.violations(), [])

    def test_one_classification_for_all(self):
        """Its description is that of the first kind in it, and stays."""
        merged = "  tags: {categories: Hex, status: Hex, collections: Hex}\n"
        with Workspace("--projects", "40") as workspace, Server() as server:
            publisher = Publisher(workspace, server)
            self.assertEqual(publisher.run("ingest", extra=merged).returncode, 0)
            for _ in range(2):
                self.assertEqual(self.again(publisher, extra=merged), [])
            server_side = server.entity("classifications", "Hex")
            self.assertTrue(server_side["description"])
            settings = merged.replace("categories: Hex,", "categories: false,")
            self.again(publisher, extra=settings)
            changed = server.entity("classifications", "Hex")["description"]
            self.assertNotEqual(changed, server_side["description"])
            self.assertEqual(self.again(publisher, extra=settings), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
