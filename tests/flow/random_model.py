"""What an OpenMetadata server must show after a run that went well, whatever came before.

It is derived from docs/design.md, section 9, and from what the server's contract says.
"""

import re

from random_people import OWN_TAGS, TERM, People
from random_state import State, fqn_of


class Model:
    """What Hex says comes from the truth, what people did from themselves."""

    def __init__(self, server):
        self.people = People(server)
        self.users = {u.get("email"): u["name"] for u in server.entities("users")}
        self.foreign = State(server).foreign()
        self.machine = None  # has the truth of its last sync, and all that it may have sent
        self.settings = set()
        self.filter = None
        self.blind = set()  # what no check looks at until the next good one
        self.doubt = set()  # (dashboard, tag) of which two readings are possible
        self.doubtful = set()  # edges of which two readings are possible

    # ---- what must be there ----

    def projects(self, truth):
        """Those that are published; what a pattern matches is in no case."""
        return {
            name: one for name, one in truth.projects.items()
            if not (self.filter and re.match(self.filter, one["title"] or "", re.IGNORECASE))
        }

    def wanted(self, truth):
        projects = self.projects(truth)
        found = {("dashboard", name) for name in projects}
        found |= {("chart", n) for n, c in truth.charts().items() if c["project"] in projects}
        return found | {("dashboardDataModel", name) for name in truth.data_models()
                        if name[:36] in projects}

    def lineage(self, truth):
        """Edges between what is published, those of added cells included."""
        projects = self.projects(truth)
        edges = {
            ends: pairs for ends, pairs in truth.edges().items()
            if all(end.startswith("table:") or self.project_of(end) in projects for end in ends)
        }
        for cell in truth.lines["cell"]:
            match = re.fullmatch(r"SELECT \(SELECT MAX\(ID\) FROM (.*)\) AS (\w+)",
                                 cell["source"] or "")
            if match and cell["project"] in projects:
                table = f"table:{truth.service_of(cell['connection'])}.{match.group(1)}"
                model = f"{cell['project']}_{cell['id']}"
                queried = (table, f"dashboard:{fqn_of('dashboard', cell['project'])}")
                if edges.pop(queried, None) is not None:
                    self.doubtful.add(queried)  # the cell may be why Hex says that it is read
                edges[table, f"dashboardDataModel:{fqn_of('dashboardDataModel', model)}"] = {
                    ("id", match.group(2).lower())}
        return edges

    def project_of(self, end):
        return re.search(r"\.([0-9a-f-]{36})", end).group(1)

    def texts(self, truth):
        """Fields for which Hex has a value: they win in a run with overrideMetadata."""
        found = {}
        for name, project in self.projects(truth).items():
            found["dashboard", name] = {"displayName": project["title"] or name}
            if project["description"]:
                found["dashboard", name]["description"] = project["description"]
        for line in truth.lines.get("dataset", []):
            name = f"{line['project']}_{line['cell']}"
            found["dashboardDataModel", name] = {"displayName": line["name"]}
        for name in truth.charts():
            found["chart", name] = {"displayName": None}
        return found

    # ---- what is wrong ----

    def problems(self, state):
        found = self.people.problems(state)
        truth = self.machine.truth
        if truth is None:
            return found
        found += self.wrong_sets(state, truth)
        for name in sorted(self.projects(truth)):
            if ("dashboard", name) in state.live():
                found += self.wrong_dashboard(state, truth, name)
        found += self.wrong_models(state, truth) + self.wrong_lineage(state, truth)
        foreign = state.foreign()
        for key in sorted(set(self.foreign) | set(foreign)):
            if self.foreign.get(key) != foreign.get(key) and not key[0].startswith("pipeline"):
                found.append(f"foreign {key} is {foreign.get(key)}")
        return found

    def wrong_sets(self, state, truth):
        want = self.wanted(truth) - self.people.deleted
        live = state.live() - set(self.people.by_hand)
        missing = want - live
        extra = (live - want - self.people.deleted) & self.machine.known
        if "models" in self.blind:
            missing = {one for one in missing if one[0] != "dashboardDataModel"}
            extra = {one for one in extra if one[0] != "dashboardDataModel"}
        found = [f"missing: {one}" for one in sorted(missing)]
        return found + [f"Hex has it no more: {one}" for one in sorted(extra)
                        if "extra" not in self.blind]

    def wrong_dashboard(self, state, truth, name):
        key = ("dashboard", name)
        project = truth.projects[name]
        kept = self.people.texts.get(key, {})
        shown = state.get(*key)
        found = []
        if "displayName" not in kept and shown["displayName"] != (project["title"] or name):
            found.append(f"{name}: title {shown['displayName']!r}, not {project['title']!r}")
        text = state.text(*key) or None
        # A catalog that never had one does not take the server's away.
        is_known = project["description"] or (name, "description") in self.machine.known
        if "description" not in kept and is_known and text != (project["description"] or None):
            found.append(f"{name}: description {text!r}, not {project['description']!r}")
        if "tags" not in self.blind:
            found += self.wrong_tags(state, truth.tags(project), name)
        if "owners" not in self.blind:
            found += self.wrong_owners(state, project, name)
        for what, kind in (("charts", "chart"), ("dataModels", "dashboardDataModel")):
            want = {one for k, one in self.wanted(truth) & state.live()
                    if k == kind and one.startswith(name)}
            got = {one for one in state.links(name, what) if (kind, one) in state.live()}
            if want - got and not (what == "dataModels" and "models" in self.blind):
                found.append(f"{name}: {what} are not linked: {sorted(want - got)}")
            if got - want and not self.blind & {"models", "extra"}:
                left = {one for one in got - want if (kind, one) in self.machine.known}
                found += [f"{name}: {what} are linked: {sorted(left)}"] if left else []
        return found

    def is_unsure(self, name, tag):
        switched = {(collection, fqn) for collection, fqn, _ in self.people.switched}
        classification = tag.split(".", 1)[0]
        return ((name, tag) in self.doubt or ("tags", tag) in switched
                or ("classifications", classification) in switched)

    def wrong_tags(self, state, ours, name):
        key = ("dashboard", name)
        added = self.people.added.get(key, set())
        removed = self.people.removed.get(key, set())
        want = (ours - removed) | added
        got = state.tags(*key)
        own = {*OWN_TAGS, TERM}
        missing = {t for t in want - got if not self.is_unsure(name, t)}
        extra = {t for t in got - want - own if not self.is_unsure(name, t)
                 and ((name, t) in self.machine.known or t.startswith("HexStatus."))}
        found = [f"{name}: tags are missing: {sorted(missing)}"] if missing else []
        return found + ([f"{name}: tags too many: {sorted(extra)}"] if extra else [])

    def wrong_owners(self, state, project, name):
        email = (project["owner"] or project["creator"] or "").lower()
        ours = {self.users[email]} if email in self.users else set()
        got = state.owners("dashboard", name)
        how, names = self.people.owners.get(("dashboard", name), ("added", set()))
        good = {"added": got == ours | names, "fixed": got == names, "free": ours <= got}[how]
        return [] if good else [f"{name}: owners {sorted(got)}, not {how} {ours} {names}"]

    def wrong_models(self, state, truth):
        found = []
        live = state.live()
        titles = {f"{d['project']}_{d['cell']}": d["name"] for d in truth.lines["dataset"]}
        texts = {f"{c['project']}_{c['id']}": c["source"] for c in truth.lines["cell"]
                 if c["type"] == "SQL"}
        for name, columns in truth.data_models().items():
            key = ("dashboardDataModel", name)
            if key not in live or name[:36] not in self.projects(truth) or self.settings:
                continue
            shown = state.get(*key)
            got = [column["name"] for column in shown["columns"]]
            is_added = titles[name] == "df_extra"
            if got != columns if is_added else got[: len(columns)] != columns:
                found.append(f"{name}: columns {got}, not {columns}")
            if shown.get("sql") != texts.get(name):
                found.append(f"{name}: SQL {shown.get('sql')!r}, not {texts.get(name)!r}")
            kept = self.people.texts.get(key, {})
            if "displayName" not in kept and shown["displayName"] != titles[name]:
                found.append(f"{name}: is named {shown['displayName']!r}, not {titles[name]!r}")
        return found

    def wrong_lineage(self, state, truth):
        if self.blind & {"models", "extra"}:
            return []
        want = self.lineage(truth)
        got = state.lineage()
        missing = {
            ends for ends in want if ends not in got and ends not in self.people.drawn
            and all(map(state.is_live_end, ends))
        }
        extra = {ends for ends in got if ends not in want and ends in self.machine.known
                 and ends not in self.doubtful}
        found = [f"no lineage {ends}" for ends in sorted(missing)[:3]]
        found += [f"lineage too much {ends}" for ends in sorted(extra)[:3]]
        for ends in want.keys() & got.keys():
            pairs = {
                (source.split(".")[-1].strip('"').lower(),
                 to["toColumn"].split(".")[-1].strip('"').lower())
                for to in got[ends].get("columnsLineage", [])
                for source in to["fromColumns"]
            }
            if not pairs <= want[ends]:
                found.append(f"columns of {ends}: {pairs}, not {want[ends]}")
        return found
