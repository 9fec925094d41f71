"""What a simulated OpenMetadata server holds, as a random test compares it."""

import html
import json
import re

SERVICE = "hex_flow"
TYPES = ("dashboard", "dashboardDataModel", "chart")


def fqn_of(kind, name):
    return f"{SERVICE}.model.{name}" if kind == "dashboardDataModel" else f"{SERVICE}.{name}"


class State:
    """All entities and edges; ours: those of the service, by type and name."""

    def __init__(self, server):
        self.entities = {}
        self.edges = {}
        self.ours = {}
        for line in server.state().strip().split("\n"):
            value = json.loads(line)
            if value["kind"] == "edge":
                ends = tuple(f"{value[x]['type']}:{value[x]['fqn']}" for x in ("from", "to"))
                self.edges[ends] = value.get("details") or {}
            elif value["kind"] == "entity":
                fqn = value["fullyQualifiedName"]
                self.entities[value["type"], fqn] = value
                if value["type"] in TYPES and fqn.startswith(SERVICE + "."):
                    self.ours[value["type"], value["name"]] = value

    def get(self, kind, name):
        return self.ours.get((kind, name))

    def live(self):
        return {key for key, value in self.ours.items() if not value.get("deleted")}

    def tags(self, kind, name):
        shown = self.get(kind, name) or {}
        return {tag["tagFQN"] for tag in shown.get("tags", [])}

    def text(self, kind, name):
        text = (self.get(kind, name) or {}).get("description")
        return html.unescape(text) if text else None

    def owners(self, kind, name):
        shown = self.get(kind, name) or {}
        return {one["name"] for one in shown.get("owners", [])}

    def links(self, name, what):
        shown = self.get("dashboard", name) or {}
        return {one["name"] for one in shown.get(what, [])}

    def is_live_end(self, end):
        kind, fqn = end.split(":", 1)
        value = self.entities.get((kind, fqn))
        return value is not None and not value.get("deleted")

    def lineage(self):
        """Edges of ours whose ends are there."""
        return {
            ends: details
            for ends, details in self.edges.items()
            if details.get("source") == "DashboardLineage" and all(map(self.is_live_end, ends))
        }

    def foreign(self):
        """What hexmeta has no business with."""
        return {
            key: value
            for key, value in self.entities.items()
            if key[0] not in ("tag", "classification", "dashboardService", *TYPES)
        }

    def lines(self):
        """Everything as text, but of hashes: that of a row depends on the way there."""
        text = [f"{key}: {json.dumps(value, sort_keys=True)}" for key, value in
                [*self.entities.items(), *self.edges.items()]]
        return sorted(re.sub(r'"sourceHash": "[0-9a-f]+"(, )?', "", line) for line in text)
