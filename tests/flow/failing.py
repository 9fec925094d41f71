"""A publish with everything in it, that can be begun again and again with one answer failing.

The same server is emptied and filled as it was, with the ids that it had (they depend on names
alone), and the catalog put back beside it: a run costs what that one publish costs.
"""

import glob
import http.client
import json
import os
import shutil
import urllib.parse

from om_requests import endpoint
from publish_case import count_writes
from published import Truth
from publisher import Publisher

LISTS = {"charts": "fullyQualifiedName", "dataModels": "fullyQualifiedName"}


EXACT = "--set=workflowConfig.successThreshold=100"  # the first failure counts
PREFIX_BYTES = 120  # of a fault


def literal(path):
    """A path as faults are matched with; None when their syntax can not say it."""
    path = urllib.parse.unquote(path).encode()[:PREFIX_BYTES].decode(errors="ignore")
    return None if "," in path or ":" in path else path


class Fault:
    """One answer of one request in the middle of those of an endpoint."""

    def __init__(self, name, requests):
        usable = [r for r in requests if endpoint(r) == name and literal(r["path"])]
        self.endpoint = name
        self.request = usable[len(usable) // 2] if usable else None
        if usable:
            self.prefix = f"{self.request['method']} {literal(self.request['path'])}"
            before = requests[: requests.index(self.request) + 1]
            self.place = sum(
                r["method"] == self.request["method"]
                and urllib.parse.unquote(r["path"]).startswith(self.prefix.split(" ", 1)[1])
                for r in before
            )

    def rule(self, answer):
        return f"{self.prefix}:{answer}:@{self.place}"


class Scenario:
    """Before (empty, or as a first run left it), and what a publish makes of it."""

    def __init__(self, case, workspace, server, truth):
        self.case = case
        self.server = server
        self.truth = truth
        self.publisher = Publisher(workspace, server, "failing")
        self.publisher.extra = truth.settings()
        self.replayed = []  # what others and an earlier run have sent
        self.catalog = None
        self.requests = []
        self.before = self.after = None

    def keep_catalog(self, name):
        """The catalog as it is now is what begin() puts back."""
        self.catalog = f"{self.publisher.folder}/{name}"
        os.makedirs(self.catalog)
        for path in glob.glob(f"{self.publisher.folder}/hex.catalog.db*"):
            shutil.copy(path, self.catalog)

    def begin(self):
        """Server and catalog as before."""
        self.server.control("config", fail="")
        self.server.control("reset")
        self.server.control("seed", users=self.truth.users(),
                            databaseServices=self.truth.database_services())
        address = urllib.parse.urlsplit(self.server.url).netloc
        connection = http.client.HTTPConnection(address, timeout=60)
        for request in self.replayed:
            kind = "json-patch+json" if request["method"] == "PATCH" else "json"
            path = request["path"] + ("?" + request["query"] if request["query"] else "")
            token = "omsim_bot" if request["user"] == "ingestion-bot" else "omsim_admin"
            connection.request(
                request["method"], path, (request["body"] or "").encode() or None,
                {"Content-Type": f"application/{kind}", "Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == request["status"], (request, answer.status)
        connection.close()
        for path in glob.glob(f"{self.publisher.folder}/hex.catalog.db*"):
            os.unlink(path)
        for path in glob.glob(f"{self.catalog}/*"):
            shutil.copy(path, self.publisher.folder)
        self.server.forget_requests()

    def undisturbed(self):
        """Notes what the publish asks and leaves."""
        self.begin()
        self.before = Shown(self.server)
        self.server.forget_requests()
        self.publish()
        self.requests = self.server.requests()
        self.publish()
        self.after = Shown(self.server)

    def publish(self, code=0):
        done = self.publisher.run("publish", EXACT, extra=self.publisher.extra,
                                  retry_seconds=10)
        if code is not None:
            self.case.check(done, code)
        return done

    def fail_once(self, fault, answer, codes):
        """What is wrong after a publish in which fault was answered so, and after the next."""
        self.begin()
        self.server.control("config", fail=fault.rule(answer))
        done = self.publish(None)
        self.server.control("config", fail="")
        found = []
        if answer.isdigit() and not any(
            r["status"] == int(answer) and endpoint(r) == fault.endpoint
            for r in self.server.requests()
        ):
            found.append(f"no request met {fault.rule(answer)}")
        if done.returncode not in codes:
            found.append(f"exit {done.returncode}, expected {codes}: {done.stderr[-1500:]}")
        if done.returncode != 0:
            names = self.names_of(fault.request)
            if not any(name in done.stderr for name in names):
                found.append(f"none of {sorted(names)[:5]} is named: {done.stderr[-600:]}")
        found += Shown(self.server).losses(self.before, self.after, done.returncode != 0
                                           and fault.request["method"] != "DELETE")
        done = self.publish(None)
        if done.returncode != 0:
            found.append(f"the next run: exit {done.returncode}: {done.stderr[-600:]}")
        found += Shown(self.server).differences(self.after)
        self.server.forget_requests()
        self.publish()
        if count_writes(self.server.requests()) != 0:
            found.append("the run after the next still writes")
        return found

    def names_of(self, request):
        """What a message may call the objects of a request; or its path."""
        path = urllib.parse.unquote(request["path"]).removeprefix("/api")
        body = json.loads(request["body"]) if request["body"] else None
        rows = body if isinstance(body, list) else [body]
        names = {row["name"] for row in rows if isinstance(row, dict) and "name" in row}
        parts = path.split("/")
        names |= {part for part in parts if part.startswith("hex_flow.")}
        names |= {part.removeprefix("hex_flow.") for part in names}
        for shown in (self.before, self.after):
            names |= {shown.ids[part] for part in parts if part in shown.ids}
        if body and "edge" in body:
            ends = (body["edge"]["fromEntity"]["id"], body["edge"]["toEntity"]["id"])
            names |= {self.after.ids.get(end, end) for end in ends}
        return names | {path}


class Shown:
    """All that a server holds, to be compared."""

    def __init__(self, server):
        self.entities = {}
        self.edges = set()
        self.lines = []
        for line in server.state().strip().split("\n"):
            value = json.loads(line)
            if value.get("type") in ("user", "bot"):
                continue
            value.pop("sourceHash", None)  # of what was sent when: a tag may have come later
            self.lines.append(json.dumps(value, sort_keys=True))
            if value["kind"] == "entity":
                self.entities[value["type"], value["fullyQualifiedName"]] = value
            elif value["kind"] == "edge":
                self.edges.add((value["from"]["fqn"], value["to"]["fqn"]))
        self.lines.sort()
        self.ids = {}
        for collection in ("dashboards", "charts", "dashboard/datamodels"):
            for one in server.entities(collection, include="all"):
                self.ids[one["id"]] = one["name"]

    def live(self):
        return {key for key, value in self.entities.items() if not value.get("deleted")}

    def links(self, key):
        value = self.entities[key]
        return {one["fullyQualifiedName"] for name in LISTS for one in value.get(name) or []}

    def losses(self, before, after, keeps_all):
        """What was there, should be there, and is not."""
        wanted = before.live() & (before.live() if keeps_all else after.live())
        found = [f"lost: {key}" for key in sorted(wanted - self.live())]
        for key in before.live() & after.live() & self.live():
            lost = (before.links(key) & after.links(key)) - self.links(key)
            found += [f"unlinked from {key}: {one}" for one in sorted(lost)]
        edges = (before.edges & after.edges) - self.edges
        return found + [f"lineage lost: {ends}" for ends in sorted(edges)]

    def differences(self, want):
        if self.lines == want.lines:
            return []
        mine, theirs = set(self.lines), set(want.lines)
        found = [f"not as undisturbed: {line[:2000]}" for line in sorted(mine - theirs)[:2]]
        return found + [f"missing: {line[:2000]}" for line in sorted(theirs - mine)[:2]]


def by_hand(server, adopted, other):
    """A person made the dashboard of a project before we did, and edited it."""
    server.forget_requests()
    made = server.call("PUT", "/api/v1/dashboards", {
        "name": adopted, "service": "hex_flow", "displayName": "By hand"})
    server.patch("dashboards", made["id"],
                 {"op": "add", "path": "/description", "value": "words"})
    shown = server.entity("dashboards", f"hex_flow.{other}")
    server.patch("dashboards", shown["id"],
                 {"op": "add", "path": "/description", "value": "A person's words"})
    return [r for r in server.requests() if r["method"] != "GET"]


def two_scenarios(case, workspace, server):
    """A first publish, and one with creations, updates, removals and deletions."""
    truth = Truth(workspace.truth())
    full = [p["id"] for p in truth.projects.values() if p["detail"] == "full"]
    one, two, gone, cut, back = full[:5]
    workspace.control("edit", id=cut, sql='select a as "x", b as "y" from t')
    workspace.control("edit", id=two, status="Approved", categories=["Finance", "R&D"])
    truth = Truth(workspace.truth())
    first = Scenario(case, workspace, server, truth)
    case.check(first.publisher.run("sync"))
    first.keep_catalog("first")
    first.undisturbed()

    later = Scenario(case, workspace, server, truth)
    later.replayed = [r for r in first.requests if r["method"] != "GET"]
    first.begin()
    later.publish()
    added = json.loads(workspace.control("add", count=2))["ids"]
    workspace.control("edit", id=one, title="Renamed", description="a=b @team 'q'")
    workspace.control("edit", id=two, status="Endorsed", categories=["Finance", "Brand new"])
    workspace.control("edit", id=cut, sql=None)
    workspace.control("trash", id=gone)
    workspace.control("view", id=one, count=3)
    case.check(later.publisher.run("sync"))
    later.keep_catalog("later")
    later.replayed += by_hand(server, added[0], back)
    later.undisturbed()
    return first, later
