"""Whatever OpenMetadata answers to whichever request: nothing is lost, and the next run heals."""

import itertools
import json
import os
import re
import sys
import unittest

from failing import Fault, Scenario
from om_requests import count_endpoints, endpoint
from publish_case import PublishCase
from published import Truth
from publisher import Server
from workspace import Workspace

ANSWERS = ["400", "401", "403", "404", "409", "429", "500", "503", "cut", "slow"]
# 1: every endpoint with every answer; else every n-th pair of them.
STRIDE = int(os.environ.get("STRIDE", "17"))
VERSIONS = os.environ.get("VERSIONS", "2.0.7").split()


# Who says that something is gone, or has no history, is believed: nothing can heal a lie.
BELIEVED = re.compile(r"DELETE |GET .*/(versions|getLineageEdge/.*)$")


def codes(fault, answer):
    """The exit codes that are right after this answer."""
    name = fault.endpoint
    if answer == "401":
        return {3}
    if name.startswith("PATCH") and answer in ("500", "503", "cut"):
        return {1, 4}  # nobody knows whether it was obeyed: the next run looks
    if answer in ("429", "500", "503", "cut", "slow"):
        return {0}  # tried again
    if "compute.percentile" in name:
        return {0}  # a warning: the counts are there
    if answer == "403":
        return {3}
    if answer == "404" and name.startswith("GET") and name.split("/")[-2] == "name":
        # What is absent is made; but a dashboard that was listed is none to be made again.
        return {1} if "/dashboards/" in name else {0}
    if answer in ("400", "409") and name.endswith("/bulk"):
        # Halved until the bad row is alone, and none is bad.
        return {0} if len(json.loads(fault.request["body"])) > 1 else {1}
    return {1}


class FailureTest(PublishCase):
    def scenarios(self, workspace, server):
        """A first publish, and one with creations, updates, removals and deletions."""
        truth = Truth(workspace.truth())
        full = [p["id"] for p in truth.projects.values() if p["detail"] == "full"]
        one, two, gone, cut, back = full[:5]
        workspace.control("edit", id=cut, sql='select a as "x", b as "y" from t')
        workspace.control("edit", id=two, status="Approved", categories=["Finance", "R&D"])
        truth = Truth(workspace.truth())
        first = Scenario(self, workspace, server, truth)
        self.check(first.publisher.run("sync"))
        first.keep_catalog("first")
        first.undisturbed()

        later = Scenario(self, workspace, server, truth)
        later.replayed = [r for r in first.requests if r["method"] != "GET"]
        first.begin()
        later.publish()
        added = json.loads(workspace.control("add", count=2))["ids"]
        workspace.control("edit", id=one, title="Renamed", description="a=b @team 'q'")
        workspace.control("edit", id=two, status="Endorsed", categories=["Finance", "Brand new"])
        workspace.control("edit", id=cut, sql=None)
        workspace.control("trash", id=gone)
        workspace.control("view", id=one, count=3)
        self.check(later.publisher.run("sync"))
        later.keep_catalog("later")
        later.replayed += self.by_hand(server, added[0], back)
        later.undisturbed()
        return first, later

    def by_hand(self, server, adopted, other):
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

    def faults(self, scenarios):
        """A place for each endpoint that publishing calls, in the later publish if it is there."""
        found = {}
        for scenario in scenarios:
            for name in count_endpoints(scenario.requests):
                fault = Fault(name, scenario.requests)
                if fault.request is not None:
                    found[name] = (scenario, fault)
        asked = {endpoint(r) for scenario in scenarios for r in scenario.requests}
        self.assertEqual(asked, set(found))
        return found

    def test_each_endpoint_failing_once(self):
        for version in VERSIONS:
            with Workspace("--projects", "12") as workspace, Server(
                "--version", version
            ) as server:
                found = self.faults(self.scenarios(workspace, server))
                self.assertGreaterEqual(len(found), 25, sorted(found))
                pairs = list(itertools.product(sorted(found), ANSWERS))
                pairs = [p for p in pairs if p[1] != "404" or not BELIEVED.match(p[0])]
                for name, answer in pairs[::STRIDE]:
                    with self.subTest(version=version, endpoint=name, answer=answer):
                        scenario, fault = found[name]
                        problems = scenario.fail_once(fault, answer, codes(fault, answer))
                        self.assertEqual(problems, [])


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
