"""What a person makes of entities in OpenMetadata, in every way there is; and what is left of it."""

OWN = "Own.Mine"
TIER = "Tier.Tier1"
GOLD = "Certification.Gold"
COLLECTIONS = {
    "dashboard": "dashboards",
    "dashboardDataModel": "dashboard/datamodels",
    "chart": "charts",
    "table": "tables",
}
CLASSIFICATIONS = [
    {"name": "Own", "tags": ["Mine"]},
    {"name": "Tier", "tags": ["Tier1"]},
    {"name": "Certification", "tags": ["Gold"]},
]


def manual_label(fqn):
    return {"tagFQN": fqn, "source": "Classification", "labelType": "Manual",
            "state": "Confirmed"}


def add(path, value):
    return {"op": "add", "path": path, "value": value}


class Curation:
    """One dashboard, one data model and one chart that a person looks after."""

    def __init__(self, server, dashboard, model, chart):
        self.server = server
        self.fqns = {"dashboard": dashboard, "dashboardDataModel": model, "chart": chart}
        self.owner = server.entities("users")[0]["id"]
        self.removed = None  # a tag of the dashboard that the person took away

    def shown(self, kind, fields="tags,owners"):
        return self.server.entity(COLLECTIONS[kind], self.fqns[kind], fields)

    def edit(self, removed=None):
        """Everything is edited; removed is a tag of the dashboard that goes."""
        self.server.control("seed", classifications=CLASSIFICATIONS)
        for kind in self.fqns:
            shown = self.shown(kind)
            tags = [tag["tagFQN"] for tag in shown.get("tags", [])]
            kept = [tag for tag in shown.get("tags", []) if tag["tagFQN"] != removed]
            assert kind != "dashboard" or removed is None or removed in tags, tags
            own = [manual_label(OWN), manual_label(TIER)]
            operations = [
                add("/description", f"A person's words on a {kind}"),
                add("/displayName", f"A person's {kind}"),
                add("/tags", kept + own),
                add("/owners", [{"id": self.owner, "type": "user"}]),
                add("/certification", {"tagLabel": manual_label(GOLD), "appliedDate": 1,
                                       "expiryDate": 4102444800000}),
            ]
            if kind == "dashboardDataModel":
                operations += [
                    add("/columns/0/description", "A person's column"),
                    add("/columns/0/displayName", "Column of a person"),
                    add("/columns/0/tags", [manual_label(OWN)]),
                ]
            self.server.patch(COLLECTIONS[kind], shown["id"], *operations)
        self.removed = removed

    def draw(self, source, target, text):
        """A line of lineage by hand; ends are "type:fqn"."""
        ends = {}
        for name, end in (("fromEntity", source), ("toEntity", target)):
            kind, fqn = end.split(":", 1)
            ends[name] = {"id": self.server.entity(COLLECTIONS[kind], fqn)["id"], "type": kind}
        details = {"source": "Manual", "description": text}
        self.server.call("PUT", "/api/v1/lineage", {"edge": {**ends, "lineageDetails": details}})

    def state(self):
        """What must stay as the person left it; tags: only those that the person touched."""
        found = {}
        for kind in self.fqns:
            shown = self.shown(kind, "tags,owners,certification")
            tags = {tag["tagFQN"] for tag in shown.get("tags", [])}
            found[kind] = {
                "title": shown.get("displayName"),
                "description": shown.get("description"),
                "tags": sorted(tags & {OWN, TIER, self.removed}),
                "owners": [owner["id"] for owner in shown.get("owners", [])],
                "certification": shown.get("certification", {}).get("tagLabel", {}).get("tagFQN"),
            }
            if kind == "dashboardDataModel":
                column = shown["columns"][0]
                found[kind]["column"] = [
                    column.get("description"), column.get("displayName"),
                    [tag["tagFQN"] for tag in column.get("tags", [])]]
        return found
