"""What people do to a service in OpenMetadata, drawn at random; and what must be left of it."""

import html
import urllib.error

from curation import CLASSIFICATIONS, COLLECTIONS, GOLD, add, manual_label
from random_state import SERVICE, TYPES, State, fqn_of

TERM = "Words.Churn"
DOMAIN = "Sales"
OTHERS = ["helper", "stranger"]
SEED = {
    "users": [{"name": name, "email": f"{name}@people.example"} for name in OTHERS],
    "domains": [{"name": DOMAIN, "description": "Where money comes from",
                 "domainType": "Aggregate"}],
    "classifications": CLASSIFICATIONS,
    "entities": [
        {"type": "glossary", "body": {"name": "Words", "description": "Ours"}},
        {"type": "glossaryTerm",
         "body": {"name": "Churn", "glossary": "Words", "description": "Who left"}},
    ],
}
OWN_TAGS = ["Own.Mine", "Tier.Tier1"]


class People:
    """Edits of people; each method is one, on what random chooses among what is there."""

    def __init__(self, server):
        self.server = server
        server.control("seed", **SEED)
        self.users = {one["name"]: one["id"] for one in server.entities("users")}
        self.number = 0
        self.texts = {}  # (type, name): {field: what a person wrote}
        self.added = {}  # (type, name): tags
        self.removed = {}  # (type, name): tags that were ours
        self.owners = {}  # (type, name): ("added" | "fixed", names)
        self.columns = {}  # (data model, column): [description, tags]
        self.deleted = set()
        self.away = set()  # dashboards that were deleted at some time
        self.drawn = {}  # (from, to): text
        self.switched = set()  # tags and classifications that are off or exclusive
        self.by_hand = {}

    def make_by_hand(self):
        """Entities of a person in the service that is published to."""
        made = {"name": "by-hand", "service": SERVICE, "displayName": "Made by hand"}
        self.server.call("PUT", "/api/v1/charts", made)
        self.server.call("PUT", "/api/v1/dashboards", {**made, "charts": [f"{SERVICE}.by-hand"]})
        self.server.call("PUT", "/api/v1/dashboard/datamodels", {
            **made, "dataModelType": "MetabaseDataModel", "columns": []})
        state = State(self.server)
        self.by_hand = {(kind, "by-hand"): state.get(kind, "by-hand") for kind in TYPES}

    # ---- choosing ----

    def words(self, what):
        self.number += 1
        return f"A person's {what} {self.number}"

    def some(self, random, kinds=TYPES, having=lambda value: True):
        """Type and name of an entity that is there; None without any."""
        state = State(self.server)
        found = sorted(key for key, value in state.ours.items()
                       if key[0] in kinds and not value.get("deleted") and having(value)
                       and key not in self.by_hand)
        return random.choice(found) if found else (None, None)

    def patch(self, kind, name, *operations):
        """Whether the server lets the person."""
        shown = self.shown(kind, name)
        try:
            self.server.patch(COLLECTIONS[kind], shown["id"], *operations)
            return True
        except urllib.error.HTTPError as error:  # it has tags that are rivals now, or are off
            error.close()
            return False

    def shown(self, kind, name):
        return self.server.entity(COLLECTIONS[kind], fqn_of(kind, name), "tags,owners")

    # ---- texts ----

    def write(self, random, field, text):
        kind, name = self.some(random)
        if kind and self.patch(kind, name, add(f"/{field}", text)):
            self.texts.setdefault((kind, name), {})[field] = text

    def title(self, random):
        self.write(random, "displayName", self.words("title"))

    def text(self, random):
        self.write(random, "description", self.words("text"))

    def empty_text(self, random):
        kind, name = self.some(random, having=lambda value: value.get("description"))
        if kind and self.patch(kind, name, {"op": "remove", "path": "/description"}):
            self.texts.setdefault((kind, name), {})["description"] = None

    def column(self, random):
        kind, name = self.some(random, ["dashboardDataModel"],
                               lambda value: value.get("columns")
                               and value["displayName"] != "df_extra")
        if kind:
            text = self.words("column")
            tag = random.choice(["Own.Mine", None])
            labels = [manual_label(tag)] if tag else []
            if not self.patch(kind, name, add("/columns/0/description", text),
                              add("/columns/0/tags", labels)):
                return
            column = self.shown(kind, name)["columns"][0]["name"]
            self.columns[name, column] = [text, [tag] if tag else []]

    # ---- what hangs on entities ----

    def certify(self, random):
        kind, name = self.some(random)
        gold = {"tagLabel": manual_label(GOLD), "appliedDate": 1, "expiryDate": 4102444800000}
        if kind and self.patch(kind, name, add("/certification", gold)):
            self.texts.setdefault((kind, name), {})["certification"] = GOLD

    def domain(self, random):
        kind, name = self.some(random)
        domain = {"id": self.server.entity("domains", DOMAIN)["id"], "type": "domain"}
        if kind and self.patch(kind, name, add("/domains", [domain])):
            self.texts.setdefault((kind, name), {})["domains"] = DOMAIN

    def extension(self, random):
        kind, name = self.some(random)
        text = self.words("property")
        if kind and self.patch(kind, name, add("/extension", {"note": text})):
            self.texts.setdefault((kind, name), {})["extension"] = {"note": text}

    def tag(self, random):
        kind, name = self.some(random)
        if kind:
            self.give(kind, name, manual_label(random.choice(OWN_TAGS)))

    def term(self, random):
        kind, name = self.some(random)
        if kind:
            self.give(kind, name, {**manual_label(TERM), "source": "Glossary"})

    def give(self, kind, name, label):
        tags = self.shown(kind, name).get("tags", [])
        if label["tagFQN"] in [tag["tagFQN"] for tag in tags]:
            return
        if not self.patch(kind, name, add("/tags/0", label)):
            return
        self.added.setdefault((kind, name), set()).add(label["tagFQN"])
        self.removed.get((kind, name), set()).discard(label["tagFQN"])

    def tag_of_hex(self, random):
        """One of ours, put on a dashboard by hand."""
        state = State(self.server)
        tags = sorted(name for kind, name in state.entities if kind == "tag"
                      and name.startswith(("HexCategories.", "HexCollections.")))
        kind, name = self.some(random, ["dashboard"])
        if kind and tags:
            self.give(kind, name, manual_label(random.choice(tags)))

    def untag(self, random):
        """One of ours taken away from a dashboard."""
        kind, name = self.some(random, ["dashboard"], lambda value: any(
            tag["tagFQN"].startswith("Hex") for tag in value.get("tags", [])))
        if kind:
            tags = self.shown(kind, name)["tags"]
            places = [i for i, tag in enumerate(tags) if tag["tagFQN"].startswith("Hex")]
            place = random.choice(places)
            fqn = tags[place]["tagFQN"]
            if not self.patch(kind, name, {"op": "remove", "path": f"/tags/{place}"}):
                return
            if fqn in self.added.get((kind, name), set()):
                self.added[kind, name].discard(fqn)
            self.removed.setdefault((kind, name), set()).add(fqn)

    # ---- owners ----

    def own(self, random, mode):
        kind, name = self.some(random, ["dashboard"])
        if not kind:
            return
        there = [one["id"] for one in self.shown(kind, name).get("owners", [])]
        names = {user_id: user for user, user_id in self.users.items()}
        chosen = self.users[random.choice(OTHERS)]
        was, before = self.owners.get((kind, name), ("added", set()))
        owners = {"added": there + [chosen] if chosen not in there else there,
                  "fixed": [chosen], "none": []}[mode]
        if not self.patch(kind, name, add("/owners", [{"id": one, "type": "user"}
                                                      for one in owners])):
            return
        if mode == "added" and was == "added":
            self.owners[kind, name] = ("added", before | {names[chosen]})
        else:
            self.owners[kind, name] = ("fixed", {names[one] for one in owners})
        if set(owners) >= set(there) and mode != "added" and was == "added":
            self.owners[kind, name] = ("added", before | {names[one] for one in owners})

    def add_owner(self, random):
        self.own(random, "added")

    def set_owner(self, random):
        self.own(random, "fixed")

    def empty_owners(self, random):
        self.own(random, "none")

    # ---- deletion ----

    def watch(self, change):
        """What a deletion or restoration of a person takes along."""
        before = State(self.server).live()
        change()
        after = State(self.server).live()
        self.deleted |= before - after
        self.deleted -= after - before

    def delete(self, random):
        kind, name = self.some(random)
        if kind:
            entity = self.shown(kind, name)["id"]
            self.watch(lambda: self.server.call(
                "DELETE", f"/api/v1/{COLLECTIONS[kind]}/{entity}"))

    def restore(self, random):
        if self.deleted:
            kind, name = random.choice(sorted(self.deleted))
            if kind == "chart" and ("dashboard", name[:36]) in self.deleted:
                kind, name = "dashboard", name[:36]
            entity = self.shown(kind, name)["id"]
            self.watch(lambda: self.server.call(
                "PUT", f"/api/v1/{COLLECTIONS[kind]}/restore", {"id": entity}))

    # ---- lineage ----

    def draw(self, random, over):
        state = State(self.server)
        if over:
            found = sorted(state.lineage())
        else:
            tables = [fqn for kind, fqn in state.entities if kind == "table"]
            boards = [key[1] for key in state.live() if key[0] == "dashboard"]
            found = sorted({(f"table:{t}", f"dashboard:{SERVICE}.{d}")
                            for t in tables[:5] for d in boards} - set(state.edges))
        if found:
            ends = random.choice(found)
            text = self.words("line")
            edge = {}
            for name, end in zip(("fromEntity", "toEntity"), ends):
                kind, fqn = end.split(":", 1)
                one = self.server.entity(COLLECTIONS[kind], fqn)
                edge[name] = {"id": one["id"], "type": kind}
            details = {"source": "Manual", "description": text}
            self.server.call("PUT", "/api/v1/lineage",
                             {"edge": {**edge, "lineageDetails": details}})
            self.drawn[ends] = text

    def draw_beside(self, random):
        self.draw(random, False)

    def draw_over(self, random):
        self.draw(random, True)

    # ---- tags as such ----

    def switch(self, random, collection, field, value):
        """A tag or classification of ours is switched; put back later."""
        prefix = "HexCategories" if collection == "classifications" else "HexCategories."
        kind = "classification" if collection == "classifications" else "tag"
        state = State(self.server)
        found = sorted(fqn for one, fqn in state.entities if one == kind
                       and fqn.startswith(prefix))
        wanted = [fqn for fqn in found if value != ((collection, fqn, field) in self.switched)]
        if wanted:
            fqn = random.choice(wanted)
            shown = self.server.entity(collection, fqn)
            self.server.patch(collection, shown["id"], add(f"/{field}", value))
            change = self.switched.add if value else self.switched.discard
            change((collection, fqn, field))

    def disable(self, random):
        self.switch(random, "tags", "disabled", True)

    def enable(self, random):
        self.switch(random, "tags", "disabled", False)

    def exclude(self, random):
        """Not while two of its tags are on an entity: any change of that would be refused."""
        for value in State(self.server).ours.values():
            tags = [tag["tagFQN"] for tag in value.get("tags", [])]
            if sum(tag.startswith("HexCategories.") for tag in tags) > 1:
                return
        self.switch(random, "classifications", "mutuallyExclusive", True)

    def include(self, random):
        self.switch(random, "classifications", "mutuallyExclusive", False)

    # ---- what must be left ----

    def problems(self, state):
        """What a run has taken from people."""
        found = []
        for key, fields in self.texts.items():
            found += self.lost_texts(state, key, fields)
        for key, tags in self.added.items():
            lost = tags - state.tags(*key)
            found += [f"{key}: a person's tags are lost: {sorted(lost)}"] if lost else []
        for (name, column), (text, tags) in self.columns.items():
            found += self.lost_column(state, name, column, text, tags)
        for ends, text in self.drawn.items():
            if state.edges.get(ends, {}).get("description") != text:
                found.append(f"a person's line is lost: {ends}")
        self.away |= {name for kind, name in set(state.ours) - state.live()
                      if kind == "dashboard"}
        # The server itself brings charts back with their dashboard.
        self.deleted -= {key for key in self.deleted & state.live()
                         if key[0] == "chart" and key[1][:36] in self.away}
        found += [f"back: {key}" for key in sorted(self.deleted & state.live())]
        for key, value in self.by_hand.items():
            if state.get(*key) != value:
                found.append(f"{key} was made by hand and is now {state.get(*key)}")
        return found

    def lost_texts(self, state, key, fields):
        shown = state.get(*key) or {}
        got = {
            "displayName": shown.get("displayName"),
            "description": state.text(*key),
            "certification": shown.get("certification", {}).get("tagLabel", {}).get("tagFQN"),
            "domains": "".join(one["name"] for one in shown.get("domains", [])),
            "extension": shown.get("extension"),
        }
        return [f"{key}: a person's {name} {text!r} is {got[name]!r}"
                for name, text in fields.items() if got[name] != text]

    def lost_column(self, state, name, column, text, tags):
        shown = state.get("dashboardDataModel", name) or {}
        for one in shown.get("columns", []):
            if one["name"] == column:
                got = [tag["tagFQN"] for tag in one.get("tags", [])]
                if html.unescape(one.get("description", "")) != text or not set(tags) <= set(got):
                    return [f"{name} {column}: {one} lacks {text!r} or {tags}"]
        return []

    def overridden(self, truth_texts):
        """A run with overrideMetadata was asked for: Hex's values, where Hex has one."""
        for key, fields in list(self.texts.items()):
            for name in truth_texts.get(key, {}):
                fields.pop(name, None)
        self.removed.clear()
        self.owners = {key: ("free", names) for key, (_, names) in self.owners.items()}
