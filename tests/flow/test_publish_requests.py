"""Every request of every kind of publish keeps to OpenMetadata's published JSON Schemas."""

import sys
import unittest

from om_requests import ENDPOINTS, RequestSchemas, count_endpoints, endpoint
from publish_case import PublishCase
from publisher import Publisher, Server
from workspace import Workspace

PIPELINE = "--set=ingestionPipelineFQN=hex_flow.import"
STORED = "--set=workflowConfig.openMetadataServerConfig.storeServiceConnection=true"
OVERRIDE = "--set=source.sourceConfig.config.overrideMetadata=true"


class RequestsTest(PublishCase):
    def judge(self, version, folder):
        schemas = RequestSchemas(folder)
        why_not = schemas.why_not()
        if why_not:
            self.skipTest(why_not)
        with Workspace("--projects", "24") as workspace, Server("--version", version) as server:
            seen = self.life(workspace, server)
        problems = schemas.problems(seen)
        self.assertEqual(problems[:20], [], f"{len(problems)} problems")
        refused = [r for r in seen if r["status"] >= 400 and r["status"] != 404]
        self.assertEqual(refused, [])
        return count_endpoints(seen)

    def make_pipeline(self, server):
        service = server.entity("services/dashboardServices", "hex_flow")
        server.call("PUT", "/api/v1/services/ingestionPipelines", {
            "name": "import", "pipelineType": "metadata", "airflowConfig": {},
            "sourceConfig": {"config": {}},
            "service": {"id": service["id"], "type": "dashboardService"}})

    def life(self, workspace, server):
        """All that ever happens between Hex and OpenMetadata; the requests."""
        publisher, truth = self.first(workspace, server, STORED)
        seen = server.requests()
        self.make_pipeline(server)
        ids = [p["id"] for p in truth.projects.values() if p["detail"] == "full"]
        one, two, gone, unwanted, cut = ids[:5]
        first = truth.projects[one]
        sql = 'select a as "x", b as "y" from t'
        workspace.control("edit", id=cut, sql=sql)
        steps = [
            [],
            [("edit", {"id": one, "title": "New", "description": "a=b @team 'q' <b>x</b>"}),
             ("edit", {"id": two, "status": "Endorsed", "categories": ["Brand new"],
                       "owner": first["creator"], "collections": ["Board pack"]}),
             ("view", {"id": one, "count": 3}), ("add", {"count": 2})],
            [("edit", {"id": one, "description": None, "status": None, "categories": [],
                       "owner": None}),
             ("edit", {"id": cut, "sql": 'select a as "x", c as "z" from u'}),
             ("view", {"id": one, "count": 2})],
            [("trash", {"id": gone}), ("edit", {"id": cut, "sql": None})],
            [("trash", {"id": gone, "undo": True})],
        ]
        for step in steps:
            for what, fields in step:
                workspace.control(what, **fields)
            seen += self.again(publisher, PIPELINE)
        deleted = server.entity("dashboards", f"hex_flow.{unwanted}")
        server.call("DELETE", f"/api/v1/dashboards/{deleted['id']}?recursive=true")
        seen += self.again(publisher, "--restore", command="publish")
        seen += self.again(publisher, OVERRIDE, command="publish")
        lost = Publisher(workspace, server, "lost")
        lost.extra = publisher.extra
        workspace.control("edit", id=one, title="Newer", description="Newer words")
        seen += self.again(lost)
        return seen

    def assert_all_seen(self, seen, not_here):
        """Nothing of the table was left untried but what this version or setting lacks."""
        silent = {name for name in ENDPOINTS if name not in seen and "ipeline" not in name}
        self.assertEqual(silent, not_here)
        self.assertIn("PUT /services/ingestionPipelines/{fqn}/pipelineStatus", seen)

    def test_2_0(self):
        seen = self.judge("2.0.7", "2.0")
        self.assert_all_seen(seen, {"PUT /charts", "PUT /dashboards",
                                    "PUT /dashboard/datamodels", "PUT /lineage"})

    def test_1_13(self):
        seen = self.judge("1.13.1", "1.13")
        self.assert_all_seen(seen, {"PUT /charts", "PUT /dashboards",
                                    "PUT /dashboard/datamodels/bulk",
                                    "PUT /lineage/{type}/name/{fqn}/{type}/name/{fqn}"})

    def test_a_wrong_request_is_noticed(self):
        schemas = RequestSchemas("2.0")
        if schemas.why_not():
            self.skipTest(schemas.why_not())
        wrong = [
            ("PUT", "/tags", '{"name":"a"}'),
            ("PUT", "/tags", '{"name":"a::b","description":"","classification":"c"}'),
            ("PUT", "/charts/bulk", '[{"name":"a","service":"s","chartType":"Round"}]'),
            ("PUT", "/dashboards/bulk", "[]"),
            ("PATCH", "/charts/01234567-0123-0123-0123-0123456789ab",
             '[{"op":"add","path":"/tags/-","value":{"tagFQN":"a.b"}}]'),
            ("PATCH", "/charts/01234567-0123-0123-0123-0123456789ab",
             '[{"op":"add","path":"/votes","value":1}]'),
            ("PUT", "/lineage/table/name/a/dashboard/name/b", '{"source":"Hex"}'),
            ("POST", "/usage/dashboard/name/a", '{"date":"2026-01-01","count":1,"x":1}'),
            ("POST", "/nothing/known", "{}"),
        ]
        for method, path, body in wrong:
            request = {"method": method, "path": f"/api/v1{path}", "body": body}
            self.assertNotEqual(schemas.problems([request]), [], endpoint(request))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
