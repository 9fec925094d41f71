"""omsim keeps to the contract of OpenMetadata's REST API: one example for each rule."""

import http.client
import json
import os
import sys
import time
import unittest

from openmetadata import ADMIN, BOT, OpenMetadata, label, quoted, user_token

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCHEMAS = f"{ROOT}/../shared/reference/openmetadata-schemas-2.0"
WAREHOUSE = {
    "name": "snow",
    "serviceType": "Snowflake",
    "databases": [
        {"name": "DB", "schemas": [
            {"name": "S", "tables": [{"name": "T", "columns": ["A", "B"]},
                                     {"name": "U.V", "columns": ["A"]}]}]}],
}


class Case(unittest.TestCase):
    OPTIONS = ()

    def setUp(self):
        self.om = OpenMetadata(*self.OPTIONS).__enter__()
        self.addCleanup(self.om.__exit__)
        self.om.put("/services/dashboardServices", {"name": "hex", "serviceType": "Hex"})
        self.om.seed(
            users=[{"name": "Anna", "email": "Anna@example.com"},
                   {"name": "bo", "email": "bo@example.com"}],
            teams=[{"name": "data"}, {"name": "dept", "teamType": "Department"}],
            classifications=[{"name": "HexCategories", "tags": ["Finance", "Ops"]},
                             {"name": "HexStatus", "mutuallyExclusive": True,
                              "tags": ["Draft", "Approved"]}],
        )

    def dashboard(self, name="p1", **fields):
        return self.om.put("/dashboards", {"name": name, "service": "hex", **fields})

    def stored(self, name="p1", fields="*"):
        return self.om.get(f"/dashboards/name/hex.{quoted(name)}?fields={fields}&include=all")

    def refused(self, method, path, body, status, **more):
        answer = self.om.ask(method, path, body, **more)
        self.assertEqual(answer.status, status, answer.body[:500])
        found = answer.json()
        self.assertEqual(found["code"], status)
        self.assertTrue(found["message"])
        return found

    def person(self, name="anna"):
        return {"token": user_token(name)}

    def id_of(self, kind, name):
        return self.om.get(f"/{kind}/name/{quoted(name)}")["id"]

    def owner(self, name, kind="user"):
        return {"id": self.id_of(f"{kind}s", name), "type": kind}


class Transport(Case):
    def test_version_needs_no_token(self):
        answer = self.om.ask("GET", "/system/version", token=None)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json()["version"], "2.0.7")
        self.assertEqual(self.om.ask("GET", "/system/health", token=None).body, b"OK")

    def test_a_missing_and_a_wrong_token_are_401(self):
        for token in (None, "nonsense", "omsim_user_nobody"):
            answer = self.om.ask("GET", "/dashboards", token=token)
            self.assertEqual(answer.status, 401)
            self.assertEqual(answer.json()["code"], 401)
            self.assertEqual(answer.headers["WWW-Authenticate"], "om-auth")

    def test_who_am_i(self):
        self.assertTrue(self.om.get("/users/loggedInUser")["isBot"])
        self.assertNotIn("isBot", self.om.get("/users/loggedInUser", token=ADMIN))
        self.assertEqual(self.om.get("/users/loggedInUser", **self.person())["name"], "anna")

    def test_the_bots_token_is_found_by_an_administrator(self):
        bot = self.om.get("/bots/name/ingestion-bot", token=ADMIN)
        user = bot["botUser"]["id"]
        self.assertEqual(self.om.get(f"/users/token/{user}", token=ADMIN)["JWTToken"], BOT)
        self.refused("GET", f"/users/token/{user}", None, 403)

    def test_paths_and_methods_that_are_not_there(self):
        self.refused("GET", "/nothing", None, 404)
        self.refused("DELETE", "/dashboards", None, 405)
        self.refused("GET", "/dashboards/name/hex.nope", None, 404)
        self.refused("GET", "/dashboards/not-an-id", None, 404)

    def test_a_name_is_one_segment_of_the_path(self):
        self.dashboard("a/b c%\"d")
        self.assertEqual(self.stored('"a/b c%""d"')["name"], 'a/b c%"d')

    def test_a_uri_has_at_most_8_kib(self):
        self.refused("GET", "/dashboards/name/" + "x" * 8200, None, 414)

    def test_media_types(self):
        self.refused("PUT", "/dashboards", {"name": "x", "service": "hex"}, 415,
                     Content_Type="text/plain")
        path = "/dashboards/" + self.dashboard()["id"]
        self.refused("PATCH", path, [], 415, Content_Type="application/json")
        self.refused("PUT", "/dashboards", b"{not json", 400)

    def test_faults_by_endpoint_and_count(self):
        self.om.configure(fail="PUT /api/v1/dashboards:503:@2,GET /api/v1/tags:429")
        self.dashboard("a")
        self.assertEqual(
            self.om.ask("PUT", "/dashboards", {"name": "b", "service": "hex"}).status, 503)
        self.dashboard("b")
        answer = self.om.ask("GET", "/tags")
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (429, "1"))

    def test_a_cut_answer_has_been_acted_upon(self):
        self.om.configure(fail="PUT /api/v1/dashboards:cut")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.dashboard("lost")
        self.om.configure(fail="")
        self.assertEqual(self.stored("lost")["name"], "lost")

    def test_rate_and_latency(self):
        self.om.configure(latency=50)
        start = time.monotonic()
        self.om.get("/users/loggedInUser")
        # the server counts in milliseconds, and begins a little earlier
        self.assertGreaterEqual(time.monotonic() - start, 0.045)
        self.om.configure(latency=0, rate=1)
        self.om.get("/users/loggedInUser")
        self.refused("GET", "/users/loggedInUser", None, 429)

    def test_the_log_has_the_bodies(self):
        self.dashboard("logged")
        last = self.om.requests()[-1]
        self.assertEqual((last["method"], last["path"], last["status"], last["user"]),
                         ("PUT", "/api/v1/dashboards", 201, "ingestion-bot"))
        self.assertEqual(json.loads(last["body"])["name"], "logged")


class Validation(Case):
    CHART = {"name": "c", "service": "hex"}

    def test_what_is_refused(self):
        cases = [
            ("/dashboards", {"service": "hex"}, 400, "name"),
            ("/dashboards", {"name": "x"}, 400, "service"),
            ("/dashboards", {"name": "x", "service": "hex", "colour": "red"}, 400, "colour"),
            ("/dashboards", {"name": 7, "service": "hex"}, 400, "name"),
            ("/dashboards", {"name": "", "service": "hex"}, 400, "name"),
            ("/dashboards", {"name": "a::b", "service": "hex"}, 400, "name"),
            ("/dashboards", {"name": "a\nb", "service": "hex"}, 400, "name"),
            ("/dashboards", {"name": "é" * 257, "service": "hex"}, 400, "name"),
            ("/dashboards", {"name": "x", "service": "hex", "sourceHash": "0" * 64}, 400,
             "sourceHash"),
            ("/dashboards", {"name": "x", "service": "hex", "certification": {}}, 400,
             "certification"),
            ("/dashboards", {"name": "x", "service": "nope"}, 404, "nope"),
            ("/dashboards", {"name": "x", "service": "hex", "charts": ["hex.nope"]}, 404,
             "chart"),
            ("/dashboards", {"name": "x", "service": "hex", "tags": [{"tagFQN": "A.B"}]}, 400,
             "tags.0"),
            ("/dashboards", {"name": "x", "service": "hex", "tags": [label("A.B")]}, 404,
             "A.B"),
            ("/dashboards", {"name": "x", "service": "hex", "owners": [{"id": "x",
             "type": "user"}]}, 400, "owners.0.id"),
            ("/dashboards", {"name": "x", "service": "hex", "domains": ["nope"]}, 404, "domain"),
            ("/charts", {**CHART_ANY, "chartType": "Donut"}, 400, "chartType"),
            ("/dashboard/datamodels", {**CHART_ANY, "columns": []}, 400, "dataModelType"),
            ("/dashboard/datamodels", {**CHART_ANY, "columns": [], "dataModelType": "Hex"}, 400,
             "dataModelType"),
            ("/classifications", {"name": "x"}, 400, "description"),
            ("/tags", {"name": "x", "description": "d"}, 400, "classification"),
            ("/services/dashboardServices", {"name": "y", "serviceType": "Hexx"}, 400,
             "serviceType"),
            ("/services/dashboardServices", {"name": "y", "serviceType": "Hex", "connection":
             {"config": {"hostPort": "https://app.hex.tech"}}}, 400, "token"),
        ]
        for path, body, status, word in cases:
            with self.subTest(path=path, body=body):
                self.assertIn(word, self.refused("PUT", path, body, status)["message"])
        self.refused("POST", "/dashboards", [], 400)

    def test_violations_are_put_down(self):
        self.refused("PUT", "/dashboards", {"service": "hex"}, 400)
        found = self.om.violations()
        self.assertEqual(len(found), 1)
        self.assertEqual((found[0]["method"], found[0]["path"]), ("PUT", "/api/v1/dashboards"))
        self.assertEqual(self.om.stats()["violations"], 1)
        self.om.control("violations/clear", {})
        self.assertEqual(self.om.violations(), [])

    def test_null_means_absent(self):
        self.dashboard(description=None, tags=None)
        self.assertNotIn("description", self.stored())

    def test_columns(self):
        model = {"name": "m", "service": "hex", "dataModelType": "ModeDataModel"}
        cases = [
            ([{"name": "a"}], "dataType"),
            ([{"name": "a::b", "dataType": "INT"}], "name"),
            ([{"name": "a", "dataType": "VARCHAR"}], "dataLength"),
            ([{"name": "a", "dataType": "ARRAY"}], "arrayDataType"),
            ([{"name": "a", "dataType": "INT"}, {"name": "A", "dataType": "INT"}], "repeated"),
        ]
        for columns, word in cases:
            found = self.refused("PUT", "/dashboard/datamodels", {**model, "columns": columns},
                                 400)
            self.assertIn(word, found["message"])
        made = self.om.put("/dashboard/datamodels", {**model, "columns": [
            {"name": "a.b", "dataType": "STRUCT",
             "children": [{"name": "c", "dataType": "VARCHAR", "dataLength": 5}]}]})
        self.assertEqual(made["columns"][0]["fullyQualifiedName"], 'hex.model.m."a.b"')
        self.assertEqual(made["columns"][0]["children"][0]["fullyQualifiedName"],
                         'hex.model.m."a.b".c')


CHART_ANY = {"name": "c", "service": "hex"}


class Names(Case):
    def test_full_names(self):
        cases = [
            ("/dashboards", {"name": "a.b", "service": "hex"}, 'hex."a.b"'),
            ("/charts", {"name": "a.b", "service": "hex"}, 'hex."a.b"'),
            ("/dashboard/datamodels", {"name": "m.n", "service": "hex", "columns": [],
             "dataModelType": "ModeDataModel"}, 'hex.model."m.n"'),
            ("/tags", {"name": "x.y", "description": "d", "classification": "HexCategories"},
             'HexCategories."x.y"'),
            ("/services/dashboardServices", {"name": "my.svc", "serviceType": "Hex"},
             '"my.svc"'),
        ]
        for path, body, name in cases:
            self.assertEqual(self.om.put(path, body)["fullyQualifiedName"], name)
            self.assertEqual(self.om.get(f"{path}/name/{quoted(name)}")["name"], body["name"])

    def test_a_dot_in_the_services_name_breaks_its_data_models_names(self):
        self.om.put("/services/dashboardServices", {"name": "my.svc", "serviceType": "Hex"})
        made = self.om.put("/dashboard/datamodels", {
            "name": "m", "service": '"my.svc"', "columns": [], "dataModelType": "ModeDataModel"})
        self.assertEqual(made["fullyQualifiedName"], "my.svc.model.m")

    def test_equal_names_of_different_types_do_not_clash(self):
        self.dashboard("same")
        self.om.put("/charts", {"name": "same", "service": "hex"})

    def test_user_names_are_lower_case(self):
        self.assertEqual(self.om.get("/users/name/anna")["email"], "Anna@example.com")


class Put(Case):
    def test_the_same_twice_changes_nothing_in_any_collection(self):
        service = {"id": self.id_of("services/dashboardServices", "hex"),
                   "type": "dashboardService"}
        tags = [label("HexCategories.Ops")]
        for path, body in (
            ("services/dashboardServices", {"name": "s", "serviceType": "Hex",
                                            "connection": Services.CONNECTION}),
            ("classifications", {"name": "C", "description": "d"}),
            ("tags", {"name": "T", "description": "d", "classification": "C"}),
            ("dashboard/datamodels", {
                "name": "m", "service": "hex", "dataModelType": "MetabaseDataModel", "sql": "s",
                "columns": [{"name": "a", "dataType": "VARCHAR", "dataLength": 3, "tags": tags,
                             "description": "x"},
                            {"name": "b", "dataType": "STRUCT",
                             "children": [{"name": "c", "dataType": "INT"}]}]}),
            ("dashboards", {"name": "p", "service": "hex", "dataModels": ["hex.model.m"],
                            "tags": tags, "description": "a=b"}),
            ("charts", {"name": "c", "service": "hex", "dashboards": ["hex.p"]}),
            ("services/pipelineServices", {"name": "ps", "serviceType": "CustomPipeline"}),
            ("pipelines", {"name": "pp", "service": "ps", "tasks": [{"name": "t"}]}),
            ("services/ingestionPipelines", {
                "name": "ip", "pipelineType": "metadata", "airflowConfig": {},
                "sourceConfig": {"config": {}}, "service": service}),
        ):
            with self.subTest(path):
                self.assertEqual(self.om.ask("PUT", f"/{path}", body).change, "entityCreated")
                self.assertEqual(self.om.ask("PUT", f"/{path}", body).change, "entityNoChange")

    def test_created_updated_unchanged(self):
        body = {"name": "p", "service": "hex", "displayName": "One"}
        answer = self.om.ask("PUT", "/dashboards", body)
        self.assertEqual((answer.status, answer.change), (201, "entityCreated"))
        self.assertEqual(answer.json()["version"], 0.1)
        answer = self.om.ask("PUT", "/dashboards", body)
        self.assertEqual((answer.status, answer.change), (200, "entityNoChange"))
        self.assertEqual(answer.json()["version"], 0.1)
        answer = self.om.ask("PUT", "/dashboards", {**body, "sourceUrl": "https://x.y"})
        self.assertEqual((answer.status, answer.change), (200, "entityUpdated"))
        self.assertEqual(answer.json()["version"], 0.2)

    def test_post_answers_201_and_then_409(self):
        body = {"name": "p", "service": "hex"}
        answer = self.om.ask("POST", "/dashboards", body)
        self.assertEqual(answer.status, 201)
        self.assertTrue(answer.headers["Location"].endswith(answer.json()["id"]))
        self.refused("POST", "/dashboards", body, 409)

    def test_description_a_bot_keeps_what_is_there(self):
        self.dashboard(description="first")
        self.dashboard(description="second")
        self.assertEqual(self.stored()["description"], "first")
        self.dashboard()
        self.assertEqual(self.stored()["description"], "first")
        self.om.put("/dashboards", {"name": "p1", "service": "hex", "description": "third"},
                    **self.person())
        self.assertEqual(self.stored()["description"], "third")
        self.om.put("/dashboards", {"name": "p1", "service": "hex"}, **self.person())
        self.assertNotIn("description", self.stored())

    def test_display_name_is_kept_since_2_0(self):
        self.dashboard(displayName="One")
        self.dashboard(displayName="Two")
        self.assertEqual(self.stored()["displayName"], "One")

    def test_owners(self):
        anna, bo = self.owner("anna"), self.owner("bo")
        self.dashboard(owners=[anna])
        self.dashboard(owners=[bo])
        self.dashboard(owners=[])
        self.assertEqual([o["name"] for o in self.stored()["owners"]], ["anna"])
        self.om.put("/dashboards", {"name": "p1", "service": "hex", "owners": [bo]},
                    **self.person())
        self.assertEqual([o["name"] for o in self.stored()["owners"]], ["bo"])

    def test_owner_rules(self):
        data, dept = self.owner("data", "team"), self.owner("dept", "team")
        self.dashboard(owners=[data])
        for owners, status in ([[data, self.owner("anna")], 400], [[dept], 400],
                               [[{"id": data["id"], "type": "user"}], 404]):
            found = self.refused("PUT", "/dashboards", {"name": "x", "service": "hex",
                                                        "owners": owners}, status)
            if status == 400:
                self.assertEqual(found["errorType"], "RULE_VIOLATION")

    def test_tags_only_add(self):
        self.dashboard(tags=[label("HexCategories.Finance")])
        self.dashboard(tags=[label("HexCategories.Ops")])
        self.dashboard(tags=[])
        found = self.stored()["tags"]
        self.assertEqual([t["tagFQN"] for t in found],
                         ["HexCategories.Finance", "HexCategories.Ops"])
        self.assertEqual(found[0]["appliedBy"], "ingestion-bot")
        self.dashboard(tags=[{**label("HexCategories.Ops"), "labelType": "Manual"}])
        self.assertEqual(self.stored()["tags"], found)

    def test_tags_that_exclude_each_other(self):
        draft, approved = label("HexStatus.Draft"), label("HexStatus.Approved")
        self.refused("PUT", "/dashboards", {"name": "x", "service": "hex",
                                            "tags": [draft, approved]}, 400)
        self.dashboard(tags=[draft])
        found = self.refused("PUT", "/dashboards", {"name": "p1", "service": "hex",
                                                    "tags": [approved]}, 400)
        self.assertIn("mutually exclusive", found["message"])

    def test_disabled_tags_and_certifications(self):
        self.om.patch(f"/tags/{self.id_of('tags', 'HexCategories.Ops')}",
                      [{"op": "replace", "path": "/disabled", "value": True}], token=ADMIN)
        self.refused("PUT", "/dashboards", {"name": "x", "service": "hex",
                                            "tags": [label("HexCategories.Ops")]}, 400)
        self.dashboard(tags=[label("Certification.Gold")])
        self.assertEqual(self.stored()["tags"], [])

    def test_project_and_type_are_written_at_creation_only(self):
        self.dashboard(project="one", dashboardType="Report")
        answer = self.om.ask("PUT", "/dashboards", {"name": "p1", "service": "hex",
                                                    "project": "two"})
        self.assertEqual(answer.change, "entityNoChange")
        found = self.stored()
        self.assertEqual((found["project"], found["dashboardType"]), ("one", "Report"))

    def test_lists_are_replaced(self):
        for name in ("a", "b"):
            self.om.put("/charts", {"name": name, "service": "hex"})
        self.dashboard(charts=["hex.a", "hex.b"])
        self.dashboard(charts=["hex.b"])
        self.assertEqual([c["name"] for c in self.stored()["charts"]], ["b"])
        self.dashboard()
        self.assertEqual(self.stored()["charts"], [])

    def test_a_chart_without_dashboards_is_unlinked(self):
        self.om.put("/charts", {"name": "a", "service": "hex"})
        self.dashboard(charts=["hex.a"])
        chart = self.om.put("/charts", {"name": "a", "service": "hex"})
        self.assertEqual(chart["version"], 0.2)
        self.assertEqual(self.stored()["charts"], [])
        self.om.put("/charts", {"name": "a", "service": "hex", "dashboards": ["hex.p1"]})
        self.assertEqual([c["name"] for c in self.stored()["charts"]], ["a"])

    def test_source_hash_and_life_cycle_make_no_version(self):
        def cycle(when):
            return {"created": {"timestamp": when}}
        self.dashboard(sourceHash="1", lifeCycle=cycle(100))
        found = self.dashboard(sourceHash="2", lifeCycle=cycle(200))
        self.assertEqual((found["version"], found["sourceHash"]), (0.1, "2"))
        self.assertEqual(found["lifeCycle"], cycle(200))
        self.assertEqual(self.dashboard(lifeCycle=cycle(150))["lifeCycle"], cycle(200))

    def test_extension_and_certification(self):
        self.dashboard(extension={"a": 1})
        self.dashboard(extension={"a": 2})
        self.assertEqual(self.stored()["extension"], {"a": 1})
        gold = {"tagLabel": label("Certification.Gold"), "appliedDate": 1, "expiryDate": 2}
        self.om.edit("anna", "dashboard", "hex.p1",
                     {"op": "add", "path": "/certification", "value": gold})
        self.dashboard(sourceUrl="https://x.y")
        self.assertEqual(self.stored()["certification"], gold)
        self.om.put("/dashboards", {"name": "p1", "service": "hex"}, **self.person())
        self.assertNotIn("certification", self.stored())

    def test_domains(self):
        self.om.seed(domains=[{"name": "Sales"}, {"name": "IT"}])
        self.dashboard(domains=["Sales"])
        self.dashboard(domains=["IT"])
        self.assertEqual([d["name"] for d in self.stored()["domains"]], ["Sales"])
        self.refused("PUT", "/dashboards", {"name": "x", "service": "hex",
                                            "domains": ["IT", "Sales"]}, 400)

    def test_data_model_columns(self):
        def model(*columns):
            return self.om.put("/dashboard/datamodels", {
                "name": "m", "service": "hex", "dataModelType": "ModeDataModel",
                "columns": list(columns)})
        a = {"name": "a", "dataType": "INT"}
        model(a, {"name": "b", "dataType": "INT", "description": "old"})
        found = model(a, {"name": "b", "dataType": "INT", "description": "new",
                          "tags": [label("HexCategories.Ops")]})
        self.assertEqual(found["columns"][1]["description"], "old")
        self.assertEqual(found["columns"][1]["tags"][0]["tagFQN"], "HexCategories.Ops")
        self.assertEqual(found["version"], 0.2)
        found = model(a)
        self.assertEqual(found["version"], 1.0)  # a column is gone: a major version
        found = model({"name": "a", "dataType": "BIGINT"})
        self.assertEqual(found["version"], 2.0)  # another type is another column

    def test_a_deleted_one_is_restored(self):
        one = self.dashboard()
        self.om.good("DELETE", f"/dashboards/{one['id']}", None, 200)
        self.refused("GET", f"/dashboards/{one['id']}", None, 404)
        answer = self.om.ask("PUT", "/dashboards", {"name": "p1", "service": "hex"})
        self.assertEqual((answer.status, answer.change), (200, "entityRestored"))
        self.assertEqual(answer.json()["id"], one["id"])

    def test_versions_tell_who_changed_what(self):
        one = self.dashboard(description="text")
        self.om.edit("anna", "dashboard", "hex.p1",
                     {"op": "replace", "path": "/description", "value": "mine"})
        history = self.om.get(f"/dashboards/{one['id']}/versions")
        self.assertEqual(history["entityType"], "dashboard")
        newest, oldest = [json.loads(text) for text in history["versions"]]
        self.assertEqual((newest["version"], newest["updatedBy"]), (0.2, "anna"))
        self.assertEqual((oldest["version"], oldest["updatedBy"]), (0.1, "ingestion-bot"))
        self.assertEqual(newest["changeDescription"]["fieldsUpdated"],
                         [{"name": "description", "oldValue": "text", "newValue": "mine"}])
        self.assertEqual(newest["changeDescription"]["previousVersion"], 0.1)
        self.assertEqual(self.om.get(f"/dashboards/{one['id']}/versions/0.1")["description"],
                         "text")

    def test_html_policy(self):
        text = "a=b @team 'q' <b>x</b><script>y</script> <#E::user::anna>"
        clean = "a&#61;b &#64;team &#39;q&#39; <b>x</b> <#E::user::anna>"
        self.dashboard("created", description=text)
        self.assertEqual(self.stored("created")["description"], text)
        self.dashboard("updated")
        self.dashboard("updated", description=text)
        self.assertEqual(self.stored("updated")["description"], clean)
        self.om.configure(html="always")
        self.dashboard("always", description=text)
        self.assertEqual(self.stored("always")["description"], clean)


class Patch(Case):
    def patch(self, *operations, status=200, **more):
        return self.om.patch(f"/dashboards/{self.dashboard()['id']}", list(operations), status,
                             **more)

    def test_test_remove_and_add(self):
        self.dashboard(tags=[label("HexCategories.Finance"), label("HexCategories.Ops")],
                       owners=[self.owner("anna")])
        stored = self.stored()
        found = self.patch(
            {"op": "test", "path": "/tags/0/tagFQN", "value": "HexCategories.Finance"},
            {"op": "remove", "path": "/tags/0"},
            {"op": "test", "path": "/owners/0/id", "value": stored["owners"][0]["id"]},
            {"op": "remove", "path": "/owners/0"})
        self.assertEqual([t["tagFQN"] for t in found["tags"]], ["HexCategories.Ops"])
        self.assertEqual(found["owners"], [])
        self.patch({"op": "test", "path": "/tags/0/tagFQN", "value": "Other"},
                   {"op": "remove", "path": "/tags/0"}, status=400)
        self.assertEqual(len(self.stored()["tags"]), 1)

    def test_a_bot_may_not_patch_a_display_name(self):
        self.dashboard(displayName="One")
        self.patch({"op": "replace", "path": "/displayName", "value": "Two"}, status=403)
        found = self.patch({"op": "replace", "path": "/displayName", "value": "Two"},
                           **self.person())
        self.assertEqual((found["displayName"], found["updatedBy"]), ("Two", "anna"))

    def test_labels_stay_who_applied_them(self):
        self.dashboard(tags=[label("HexCategories.Ops")])
        found = self.patch({"op": "add", "path": "/tags/-",
                            "value": label("HexCategories.Finance")}, **self.person())
        self.assertEqual({t["tagFQN"]: t["appliedBy"] for t in found["tags"]},
                         {"HexCategories.Ops": "ingestion-bot", "HexCategories.Finance": "anna"})

    def test_what_is_refused(self):
        for operation in ({"op": "replace", "path": "/name", "value": "x"},
                          {"op": "add", "path": "/surprise", "value": 1},
                          {"op": "replace", "path": "/sourceUrl", "value": 7},
                          {"op": "add", "path": "/tags", "value": [{"tagFQN": "A.B"}]},
                          {"op": "remove", "path": "/nothing"}):
            with self.subTest(operation):
                self.dashboard(sourceUrl="https://x.y", tags=[])
                self.patch(operation, status=400)

    def test_if_match(self):
        one = self.dashboard()
        answer = self.om.ask("GET", f"/dashboards/{one['id']}")
        tag = answer.headers["ETag"]
        touch = [{"op": "add", "path": "/description", "value": "x"}]
        self.om.patch(f"/dashboards/{one['id']}", touch, If_Match=tag)
        self.om.patch(f"/dashboards/{one['id']}", touch, 412, If_Match=tag)
        self.om.patch(f"/dashboards/{one['id']}", touch, 412, If_Match='W/"0.1"')
        self.om.patch(f"/dashboards/{one['id']}", touch, If_Match='W/"0.2"')
        self.om.patch(f"/dashboards/{one['id']}", touch, If_Match="*")

    def test_an_unchanged_patch_makes_no_version(self):
        self.dashboard(description="x", tags=[label("HexCategories.Ops")])
        answer = self.om.ask("PATCH", "/dashboards/name/hex.p1",
                             [{"op": "replace", "path": "/description", "value": "x"}])
        self.assertEqual((answer.change, answer.json()["version"]), ("entityNoChange", 0.1))

    def test_lists_that_are_empty_can_be_added_to(self):
        found = self.patch({"op": "add", "path": "/tags/-", "value": label("HexStatus.Draft")},
                           {"op": "add", "path": "/owners/0", "value": self.owner("anna")})
        self.assertEqual((len(found["tags"]), len(found["owners"])), (1, 1))

    def test_columns(self):
        self.om.seed(databaseServices=[WAREHOUSE])
        table = self.om.edit("anna", "table", "snow.DB.S.T",
                             {"op": "add", "path": "/columns/0/description", "value": "mine"},
                             {"op": "add", "path": "/columns/1/tags/-",
                              "value": label("HexCategories.Ops")})
        self.assertEqual(table["columns"][0]["description"], "mine")
        self.assertEqual(table["columns"][1]["tags"][0]["appliedBy"], "anna")


class Lists(Case):
    def test_pages(self):
        for i in range(25):
            self.dashboard(f"n{i:02}")
        first = self.om.get("/dashboards?service=hex")
        self.assertEqual((len(first["data"]), first["paging"]["total"]), (10, 25))
        self.assertNotIn("before", first["paging"])
        second = self.om.get(f"/dashboards?limit=10&after={first['paging']['after']}")
        self.assertEqual([d["name"] for d in second["data"]], [f"n{i}" for i in range(10, 20)])
        back = self.om.get(f"/dashboards?limit=10&before={second['paging']['before']}")
        self.assertEqual(back["data"], first["data"])
        everything = self.om.walk("/dashboards?service=hex&limit=7")
        self.assertEqual([d["name"] for d in everything], [f"n{i:02}" for i in range(25)])
        none = self.om.get("/dashboards?limit=0")
        self.assertEqual(none, {"data": [], "paging": {"total": 25}})

    def test_what_is_refused(self):
        after = "after=bm9wZQ"
        for query in ("limit=-1", "limit=1000001", "fields=nope", after, "before=x&after=x",
                      "include=some"):
            self.refused("GET", f"/dashboards?{query}", None, 400)

    def test_fields_are_absent_unless_asked_for(self):
        self.dashboard(tags=[label("HexCategories.Ops")], sourceHash="h")
        found = self.om.get("/dashboards?service=hex")["data"][0]
        for field in ("tags", "owners", "charts", "sourceHash"):
            self.assertNotIn(field, found)
        found = self.om.get("/dashboards?fields=tags,sourceHash")["data"][0]
        self.assertEqual((len(found["tags"]), found["sourceHash"]), (1, "h"))
        found = self.om.get("/dashboards?fields=owners,charts")["data"][0]
        self.assertEqual((found["owners"], found["charts"]), ([], []))

    def test_filters(self):
        self.om.put("/services/dashboardServices", {"name": "my.svc", "serviceType": "Hex"})
        self.om.put("/dashboards", {"name": "x", "service": '"my.svc"'})
        self.dashboard()
        self.assertEqual(len(self.om.get(f"/dashboards?service={quoted(chr(34))}my.svc"
                                         f"{quoted(chr(34))}")["data"]), 1)
        self.assertEqual(self.om.get("/dashboards?service=my.svc")["data"], [])
        self.assertEqual(self.om.get("/tags?parent=HexStatus")["paging"]["total"], 2)
        self.om.seed(databaseServices=[WAREHOUSE])
        for query in ("service=snow", "database=snow.DB", "databaseSchema=snow.DB.S"):
            self.assertEqual(self.om.get(f"/tables?{query}")["paging"]["total"], 2)

    def test_include(self):
        one = self.dashboard()
        self.dashboard("p2")
        self.om.good("DELETE", f"/dashboards/{one['id']}", None, 200)
        counts = [self.om.get(f"/dashboards?include={kind}")["paging"]["total"]
                  for kind in ("non-deleted", "deleted", "all")]
        self.assertEqual(counts, [1, 1, 2])
        self.assertTrue(self.om.get(f"/dashboards/{one['id']}?include=all")["deleted"])

    def test_columns_by_pages(self):
        self.om.seed(databaseServices=[WAREHOUSE])
        page = self.om.get("/tables/name/snow.DB.S.T/columns?limit=1&offset=1")
        self.assertEqual([c["name"] for c in page["data"]], ["B"])
        self.assertEqual(page["paging"]["total"], 2)


class Deletion(Case):
    def test_soft_and_hard(self):
        one = self.dashboard()
        answer = self.om.ask("DELETE", f"/dashboards/{one['id']}")
        self.assertEqual((answer.status, answer.change), (200, "entitySoftDeleted"))
        self.assertEqual(answer.json()["version"], 0.2)
        answer = self.om.ask("PUT", "/dashboards/restore", {"id": one["id"]})
        self.assertEqual((answer.status, answer.change), (200, "entityRestored"))
        answer = self.om.ask("DELETE", "/dashboards/name/hex.p1?hardDelete=true")
        self.assertEqual((answer.status, answer.change), (200, "entityDeleted"))
        self.refused("GET", f"/dashboards/{one['id']}?include=all", None, 404)
        self.assertNotEqual(self.dashboard()["id"], one["id"])

    def test_a_container_is_not_deleted_with_its_content(self):
        self.dashboard()
        path = f"/services/dashboardServices/{self.id_of('services/dashboardServices', 'hex')}"
        self.assertIn("not empty", self.refused("DELETE", path, None, 400)["message"])
        self.om.good("DELETE", path + "?recursive=true", None, 200)
        self.assertTrue(self.stored()["deleted"])
        service = {"id": path.rsplit("/", 1)[1]}
        self.om.put("/services/dashboardServices/restore", service)
        self.assertFalse(self.stored()["deleted"])

    def test_charts_go_with_their_last_dashboard(self):
        for name in ("own", "shared"):
            self.om.put("/charts", {"name": name, "service": "hex"})
        one = self.dashboard("p1", charts=["hex.own", "hex.shared"])
        self.dashboard("p2", charts=["hex.shared"])
        self.om.good("DELETE", f"/dashboards/{one['id']}", None, 200)
        self.refused("GET", "/charts/name/hex.own", None, 404)
        self.om.get("/charts/name/hex.shared")
        self.om.put("/dashboards/restore", {"id": one["id"]})
        self.om.get("/charts/name/hex.own")

    def test_what_the_system_provides_stays(self):
        self.om.put("/classifications", {"name": "Sys", "description": "d",
                                         "provider": "system"})
        path = f"/classifications/{self.id_of('classifications', 'Sys')}"
        self.refused("DELETE", path, None, 400)

    def test_a_deleted_tag_leaves_its_entities(self):
        self.dashboard(tags=[label("HexCategories.Ops")])
        path = f"/tags/{self.id_of('tags', 'HexCategories.Ops')}"
        self.om.good("DELETE", path + "?hardDelete=true", None, 200)
        self.assertEqual(self.stored()["tags"], [])

    def test_async(self):
        one = self.dashboard()
        found = self.om.good("DELETE", f"/dashboards/async/{one['id']}", None, 202)
        self.assertIn("jobId", found)


class Bulk(Case):
    def bulk(self, *rows, query="", path="/dashboards"):
        return self.om.put(f"{path}/bulk{query}", list(rows), 200)

    def test_rows_fail_under_200(self):
        good = {"name": "a", "service": "hex"}
        found = self.bulk(good, {"service": "hex"}, {"name": "b", "service": "nope"})
        self.assertEqual(found["status"], "partialSuccess")
        self.assertEqual((found["numberOfRowsProcessed"], found["numberOfRowsPassed"],
                          found["numberOfRowsFailed"]), (3, 1, 2))
        self.assertEqual([row["request"] for row in found["successRequest"]], ["hex.a"])
        self.assertEqual([row["request"] for row in found["failedRequest"]],
                         [{"service": "hex"}, "nope.b"])
        self.assertTrue(all(row["status"] == 400 for row in found["failedRequest"]))
        self.assertEqual(len(self.om.violations()), 1)
        self.assertEqual(self.bulk(good)["status"], "success")
        self.assertEqual(self.bulk({"service": "hex"})["status"], "failure")

    def test_what_cannot_be_read_ends_the_request(self):
        for row in ({"name": "b", "service": "hex", "surprise": 1},
                    {"name": "b", "service": "hex", "dashboardType": "Poster"}):
            self.refused("PUT", "/dashboards/bulk", [{"name": "a", "service": "hex"}, row], 400)
        self.refused("GET", "/dashboards/name/hex.a", None, 404)

    def test_an_equal_hash_is_a_fast_path(self):
        row = {"name": "a", "service": "hex", "sourceHash": "1"}
        self.bulk(row)
        self.bulk({**row, "tags": [label("Not.There")]})  # nothing is looked at
        found = self.bulk({**row, "tags": [label("Not.There")]}, query="?overrideMetadata=true")
        self.assertEqual(found["status"], "failure")
        found = self.bulk({**row, "tags": [label("Not.There")]}, {**row})
        self.assertEqual(found["status"], "partialSuccess")  # the name is in it twice
        one = self.stored("a")
        self.om.good("DELETE", f"/dashboards/{one['id']}", None, 200)
        self.bulk(row)
        self.assertFalse(self.stored("a")["deleted"])

    def test_override_metadata(self):
        self.bulk({"name": "a", "service": "hex", "displayName": "One", "description": "one",
                   "tags": [label("HexCategories.Ops")], "owners": [self.owner("anna")]})
        new = {"name": "a", "service": "hex", "displayName": "Two", "description": "two",
               "owners": [self.owner("bo")]}
        self.bulk(new)
        found = self.stored("a")
        self.assertEqual((found["displayName"], found["description"]), ("One", "one"))
        self.bulk(new, query="?overrideMetadata=true")
        found = self.stored("a")
        self.assertEqual((found["displayName"], found["description"],
                          found["owners"][0]["name"]), ("Two", "two", "bo"))
        self.assertEqual(len(found["tags"]), 1)  # no tags in it: they stay
        self.bulk({**new, "tags": [label("HexCategories.Finance")]},
                  query="?overrideMetadata=true")
        self.assertEqual([t["tagFQN"] for t in self.stored("a")["tags"]],
                         ["HexCategories.Finance"])

    def test_data_models_and_async(self):
        model = {"name": "m", "service": "hex", "columns": [], "dataModelType": "ModeDataModel"}
        self.assertEqual(self.bulk(model, path="/dashboard/datamodels")["status"], "success")
        self.om.put("/dashboards/bulk?async=true", [{"name": "z", "service": "hex"}], 202)

    def stale(self, seen, **more):
        body = {"scopeFqn": "hex", "scopeEntityType": "service", "seenFqns": seen, **more}
        return self.om.good("DELETE", "/dashboards/deleteStale", body, 200)

    def test_delete_stale(self):
        for name in ("a", "b", "c.d"):
            self.dashboard(name)
        self.assertEqual(self.stale([])["numberOfRowsProcessed"], 0)
        self.assertEqual(self.stale(["hex.a"], scopeFqn="nope")["numberOfRowsProcessed"], 0)
        found = self.stale(["hex.a"], dryRun=True)
        self.assertEqual((found["dryRun"], found["numberOfRowsPassed"]), (True, 2))
        self.assertFalse(self.stored("b")["deleted"])
        found = self.stale(["hex.a", '"hex"."c.d"'])
        self.assertEqual([row["request"] for row in found["successRequest"]], ["hex.b"])
        self.assertTrue(self.stored("b")["deleted"])
        for body in ({"scopeFqn": "", "scopeEntityType": "service", "seenFqns": ["x"]},
                     {"scopeFqn": "hex", "scopeEntityType": "planet", "seenFqns": ["x"]},
                     {"scopeFqn": "hex", "seenFqns": ["x"]}):
            self.refused("DELETE", "/dashboards/deleteStale", body, 400)


class Services(Case):
    CONNECTION = {"config": {"type": "Hex", "hostPort": "https://app.hex.tech",
                             "token": "secret"}}

    def test_secrets_are_masked_but_for_bots(self):
        body = {"name": "s", "serviceType": "Hex", "connection": self.CONNECTION}
        self.om.put("/services/dashboardServices", body, token=ADMIN)
        path = "/services/dashboardServices/name/s"
        self.assertEqual(self.om.get(path)["connection"]["config"]["token"], "secret")
        shown = self.om.get(path, token=ADMIN)
        self.assertEqual(shown["connection"]["config"]["token"], "*********")
        body["connection"] = shown["connection"]
        answer = self.om.ask("PUT", "/services/dashboardServices", body, token=ADMIN)
        self.assertEqual(answer.change, "entityNoChange")
        self.assertEqual(self.om.get(path)["connection"]["config"]["token"], "secret")
        self.assertNotIn("secret", "\n".join(self.om.state()))

    def test_a_connection_can_not_be_left_out_later(self):
        body = {"name": "s", "serviceType": "Hex"}
        self.om.put("/services/dashboardServices", {**body, "connection": self.CONNECTION})
        found = self.refused("PUT", "/services/dashboardServices", body, 400)
        self.assertIn("Failed to unmask connection", found["message"])

    def test_the_result_of_a_test(self):
        path = f"/services/dashboardServices/{self.id_of('services/dashboardServices', 'hex')}"
        result = {"status": "Successful", "steps": [
            {"name": "GetProjects", "mandatory": True, "passed": True}]}
        found = self.om.put(path + "/testConnectionResult", result)
        self.assertEqual(found["testConnectionResult"], result)
        self.refused("PUT", path + "/testConnectionResult", {"steps": [{}]}, 400)
        steps = self.om.get("/services/testConnectionDefinitions/name/"
                            "Hex.testConnectionDefinition")["steps"]
        self.assertEqual([step["name"] for step in steps], ["GetProjects"])


class Lineage(Case):
    def setUp(self):
        super().setUp()
        self.om.seed(databaseServices=[WAREHOUSE])
        self.table = self.om.get("/tables/name/snow.DB.S.T")
        self.model = self.om.put("/dashboard/datamodels", {
            "name": "m", "service": "hex", "dataModelType": "ModeDataModel",
            "columns": [{"name": "x", "dataType": "INT"}]})
        self.om.put("/charts", {"name": "c", "service": "hex"})
        self.board = self.dashboard(charts=["hex.c"])

    def end(self, entity, kind):
        return {"id": entity["id"], "type": kind}

    def add(self, details, to=None, kind="dashboardDataModel", **more):
        edge = {"fromEntity": self.end(self.table, "table"),
                "toEntity": self.end(to or self.model, kind), "lineageDetails": details}
        return self.om.ask("PUT", "/lineage", {"edge": edge}, **more)

    def edge(self, to=None):
        return self.om.get(f"/lineage/getLineageEdge/{self.table['id']}/"
                           f"{(to or self.model)['id']}")["edge"]

    def test_an_edge_is_replaced_whole(self):
        answer = self.add({"source": "DashboardLineage", "sqlQuery": "select 1"})
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(self.edge()["sqlQuery"], "select 1")
        self.add({"source": "DashboardLineage"})
        self.assertNotIn("sqlQuery", self.edge())
        self.assertEqual(self.edge()["createdBy"], "ingestion-bot")

    def test_source(self):
        self.add({}, token=user_token("anna"))
        self.assertEqual((self.edge()["source"], self.edge()["createdBy"]), ("Manual", "anna"))
        self.assertEqual(self.add({"source": None}).status, 500)
        self.assertEqual(self.add({"source": "Guess"}).status, 400)
        self.assertEqual(self.add({"source": "DashboardLineage", "future": 1}).status, 200)

    def test_unknown_columns_are_dropped_without_a_word(self):
        def pair(to, *sources):
            return {"fromColumns": list(sources), "toColumn": to}
        self.add({"source": "DashboardLineage", "columnsLineage": [
            pair("hex.model.m.x", "snow.DB.S.T.A", "snow.DB.S.T.nope"),
            pair("hex.model.m.x", "snow.db.s.t.a"),
            pair("hex.model.m.y", "snow.DB.S.T.A")]})
        self.assertEqual(self.edge()["columnsLineage"], [pair("hex.model.m.x", "snow.DB.S.T.A")])
        self.add({"source": "DashboardLineage", "columnsLineage": [
            pair("hex.c", "snow.DB.S.T.A"), pair("hex.model.m.x", "snow.DB.S.T.A")]},
            self.board, "dashboard")
        self.assertEqual(self.edge(self.board)["columnsLineage"],
                         [pair("hex.c", "snow.DB.S.T.A")])

    def test_ends_must_exist(self):
        missing = {"id": "01234567-89ab-cdef-0123-456789abcdef"}
        self.assertEqual(self.add({}, missing).status, 404)
        self.om.good("DELETE", f"/dashboards/{self.board['id']}", None, 200)
        self.assertEqual(self.add({}, self.board, "dashboard").status, 404)

    def test_the_graph(self):
        self.add({"source": "DashboardLineage"})
        self.om.ask("PUT", "/lineage", {"edge": {
            "fromEntity": self.end(self.model, "dashboardDataModel"),
            "toEntity": self.end(self.board, "dashboard"),
            "lineageDetails": {"source": "DashboardLineage"}}})
        found = self.om.get("/lineage/dashboard/name/hex.p1?upstreamDepth=2")
        self.assertEqual(found["entity"]["name"], "p1")
        self.assertEqual({node["name"] for node in found["nodes"]}, {"m", "T"})
        self.assertEqual(len(found["upstreamEdges"]), 2)
        self.assertEqual(found["downstreamEdges"], [])
        services = self.om.get("/lineage/dashboardService/name/hex")
        self.assertEqual(services["upstreamEdges"][0]["lineageDetails"]["source"], "ChildAssets")
        found = self.om.get("/lineage/getLineage?fqn=hex.model.m&type=dashboardDataModel")
        self.assertEqual(len(found["upstreamEdges"] + found["downstreamEdges"]), 2)

    def test_patch_and_delete(self):
        self.add({"source": "DashboardLineage"})
        path = f"/lineage/table/{self.table['id']}/dashboardDataModel/{self.model['id']}"
        self.om.patch(path, [{"op": "add", "path": "/sqlQuery", "value": "select 2"}])
        self.assertEqual(self.edge()["sqlQuery"], "select 2")
        self.om.good("DELETE", path, None, 200)
        self.assertIn("edge not found", self.refused("DELETE", path, None, 404)["message"])
        self.add({"source": "DashboardLineage"})
        self.om.good("DELETE", f"/lineage/dashboardDataModel/{self.model['id']}/type/"
                     "QueryLineage", None, 200)
        self.edge()
        self.om.good("DELETE", f"/lineage/dashboardDataModel/{self.model['id']}/type/"
                     "DashboardLineage", None, 200)
        self.assertEqual(self.om.stats()["edges"], 0)

    def test_by_name(self):
        path = "table/name/snow.DB.S.T/dashboardDataModel/name/hex.model.m"
        self.om.put(f"/lineage/{path}", {"source": "DashboardLineage"}, 200)
        self.assertEqual(self.om.get(f"/lineage/getLineageEdge/{path}")["edge"]["source"],
                         "DashboardLineage")
        self.om.good("DELETE", f"/lineage/{path}", None, 200)
        self.refused("GET", f"/lineage/getLineageEdge/{path}", None, 404)

    def test_with_search_down_the_edge_is_there_all_the_same(self):
        self.om.configure(search="down")
        self.assertEqual(self.add({"source": "DashboardLineage"}).status, 500)
        self.refused("GET", "/lineage/getLineage?fqn=hex.p1&type=dashboard", None, 500)
        self.refused("GET", "/search/query?q=*&index=user_search_index", None, 500)
        self.assertEqual(self.edge()["source"], "DashboardLineage")

    def test_edges_go_with_a_hard_deleted_end(self):
        self.add({"source": "DashboardLineage"})
        self.om.good("DELETE", f"/dashboard/datamodels/{self.model['id']}?hardDelete=true",
                     None, 200)
        self.assertEqual(self.om.stats()["edges"], 0)


class Runs(Case):
    def test_usage(self):
        one = self.dashboard()
        day = {"date": "2026-03-01", "count": 5}
        for method, count in (("POST", 5), ("PUT", 10), ("POST", 5)):
            self.om.good(method, f"/usage/dashboard/{one['id']}", day, 201)
            found = self.om.get("/usage/dashboard/name/hex.p1")
            self.assertEqual(found["usage"][0]["dailyStats"]["count"], count)
        self.assertEqual(self.stored(fields="usageSummary")["usageSummary"]["date"],
                         "2026-03-01")
        self.om.good("POST", "/usage/compute.percentile/dashboard/2026-03-01", None, 201)
        self.refused("POST", f"/usage/dashboard/{one['id']}", {"date": "1.3.", "count": 1}, 400)
        self.refused("POST", f"/usage/dashboardDataModel/{one['id']}", day, 500)

    def test_pipelines(self):
        self.om.put("/services/pipelineServices", {"name": "runs",
                                                   "serviceType": "CustomPipeline"})
        self.om.put("/pipelines", {"name": "p", "service": "runs", "tasks": [{"name": "t"}]})
        status = {"timestamp": 1000, "executionStatus": "Successful",
                  "taskStatus": [{"name": "t", "executionStatus": "Successful"}]}
        self.om.put("/pipelines/runs.p/status", status)
        self.om.put("/pipelines/runs.p/status", {**status, "executionStatus": "Failed"})
        self.om.put("/pipelines/runs.p/status/bulk", [{**status, "timestamp": 500}])
        found = self.om.get("/pipelines/runs.p/status?startTs=0&endTs=2000")["data"]
        self.assertEqual([(s["timestamp"], s["executionStatus"]) for s in found],
                         [(1000, "Failed"), (500, "Successful")])
        self.refused("PUT", "/pipelines/runs.p/status", {**status, "taskStatus": [
            {"name": "u", "executionStatus": "Failed"}]}, 400)
        self.refused("PUT", "/pipelines/runs.p/status", {**status, "executionStatus": "So"}, 400)
        self.refused("PUT", "/services/pipelineServices", {"name": "x", "serviceType": "Hex"},
                     400)
        self.om.good("DELETE", "/pipelines/runs.p/status/500", None, 200)

    def test_ingestion_pipelines(self):
        service = self.id_of("services/dashboardServices", "hex")
        self.om.put("/services/ingestionPipelines", {
            "name": "import", "pipelineType": "metadata", "airflowConfig": {},
            "sourceConfig": {"config": {}}, "service": {"id": service,
                                                        "type": "dashboardService"}})
        path = "/services/ingestionPipelines"
        run = {"runId": "r1", "pipelineState": "running", "startDate": 1, "timestamp": 1}
        self.om.put(f"{path}/hex.import/pipelineStatus", run)
        self.om.put(f"{path}/hex.import/pipelineStatus",
                    {**run, "pipelineState": "success",
                     "status": [{"name": "Hex", "records": 3}]})
        found = self.om.get(f"{path}/hex.import/pipelineStatus?startTs=0&endTs=9")["data"]
        self.assertEqual([s["pipelineState"] for s in found], ["success"])
        found = self.om.get(f"{path}/name/hex.import?fields=pipelineStatuses")
        self.assertEqual(len(found["pipelineStatuses"]), 1)
        self.refused("PUT", f"{path}/hex.import/pipelineStatus",
                     {**run, "pipelineState": "done"}, 400)
        self.om.put(f"{path}/progress/hex.import/r1",
                    {"runId": "r1", "timestamp": 1, "updateType": "PROCESSING"})
        self.refused("PUT", f"{path}/progress/hex.import/r1", {"runId": "r1"}, 400)
        update = {"runId": "r1", "timestamp": 1, "updateType": "PROCESSING"}
        self.om.put(f"{path}/progress/hex.import/r1",
                    {**update, "globalCounters": [{"entityType": "Dashboard", "done": 1}],
                     "progress": {"label": "Hex", "children": [{"processed": 2}]}})
        for wrong in ({"globalCounters": [{"count": 1}]}, {"progress": {"done": 1}},
                      {"progress": {"children": [{"label": 1}]}}, {"updateType": "DONE"}):
            self.refused("PUT", f"{path}/progress/hex.import/r1", {**update, **wrong}, 400)
        self.refused("PUT", f"{path}/progress/hex.other/r1", update, 404)
        self.refused("POST", f"{path}/progress/hex.import/r1", update, 405)


class Search(Case):
    def hits(self, query, index="user_search_index"):
        found = self.om.get(f"/search/query?q={quoted(query)}&index={index}&size=2")
        return [hit["_source"]["name"] for hit in found["hits"]["hits"]]

    def test_queries(self):
        self.assertEqual(self.hits('email.keyword:"anna@example.com"'), ["anna"])
        self.assertEqual(self.hits("email.keyword:bo@example.com"), ["bo"])
        self.assertEqual(self.hits("email.keyword:nobody"), [])
        self.om.seed(databaseServices=[WAREHOUSE])
        self.assertEqual(self.hits("name:T AND fullyQualifiedName:snow.*",
                                   "table_search_index"), ["T"])


class Old(Case):
    """What a 1.13 server does otherwise."""

    OPTIONS = ("--version", "1.13.4")
    test_the_same_twice = Put.test_the_same_twice_changes_nothing_in_any_collection

    def test_display_name_and_owners_are_replaced(self):
        self.dashboard(displayName="One", owners=[self.owner("anna")])
        self.dashboard(displayName="Two", owners=[self.owner("bo")])
        found = self.stored()
        self.assertEqual((found["displayName"], found["owners"][0]["name"]), ("Two", "bo"))
        self.dashboard()
        found = self.stored()
        self.assertNotIn("displayName", found)
        self.assertEqual(found["owners"][0]["name"], "bo")

    def test_what_is_not_there_yet(self):
        self.refused("PUT", "/dashboard/datamodels/bulk", [], 405)
        stale = {"scopeFqn": "hex", "scopeEntityType": "service", "seenFqns": ["x"]}
        self.refused("DELETE", "/dashboards/deleteStale", stale, 404)
        model = {"name": "m", "service": "hex", "columns": []}
        self.refused("PUT", "/dashboard/datamodels", {**model, "dataModelType": "ModeDataModel"},
                     400)
        self.om.put("/dashboard/datamodels", {**model, "dataModelType": "MetabaseDataModel"})
        self.refused("PUT", "/services/dashboardServices",
                     {"name": "s", "serviceType": "Hex", "style": {}}, 400)

    def test_bulk_has_no_fast_path_and_no_override(self):
        row = {"name": "a", "service": "hex", "sourceHash": "1", "description": "one"}
        self.om.put("/dashboards/bulk", [row])
        self.om.put("/dashboards/bulk?overrideMetadata=true",
                    [{**row, "description": "two", "displayName": "New"}])
        found = self.stored("a")
        self.assertEqual((found["description"], found["displayName"]), ("one", "New"))

    def test_a_quote_in_a_name_breaks_the_server(self):
        self.refused("PUT", "/dashboards", {"name": 'a"b', "service": "hex"}, 500)

    def test_descriptions_are_not_rewritten(self):
        self.dashboard()
        self.dashboard(description="a=b")
        self.assertEqual(self.stored()["description"], "a=b")

    def test_the_last_run_is_one_object(self):
        service = self.id_of("services/dashboardServices", "hex")
        self.om.put("/services/ingestionPipelines", {
            "name": "i", "pipelineType": "metadata", "airflowConfig": {},
            "sourceConfig": {"config": {}}, "service": {"id": service,
                                                        "type": "dashboardService"}})
        self.om.put("/services/ingestionPipelines/hex.i/pipelineStatus",
                    {"runId": "r", "pipelineState": "success", "timestamp": 1})
        found = self.om.get("/services/ingestionPipelines/name/hex.i?fields=pipelineStatuses")
        self.assertEqual(found["pipelineStatuses"]["runId"], "r")
        self.refused("PUT", "/services/ingestionPipelines/progress/hex.i/r", {}, 405)


class Control(Case):
    def test_a_connector_has_been_here(self):
        self.om.seed(connector={"service": "hex_prod", "dashboards": [
            {"name": "id-1", "displayName": "Sales", "description": "d",
             "tags": ["Finance", "Approved"]}]})
        found = self.om.get("/dashboards/name/hex_prod.id-1?fields=tags")
        self.assertEqual([(t["tagFQN"], t["labelType"], t["appliedBy"]) for t in found["tags"]],
                         [("HexCategories.Approved", "Automated", "ingestion-bot"),
                          ("HexCategories.Finance", "Automated", "ingestion-bot")])

    def test_glossaries_and_products(self):
        self.om.seed(domains=[{"name": "Sales"}], entities=[
            {"type": "glossary", "body": {"name": "G"}},
            {"type": "glossaryTerm", "body": {"name": "T", "glossary": "G"}},
            {"type": "dataProduct", "body": {"name": "P", "domains": ["Sales"]}}])
        self.dashboard(tags=[{**label("G.T"), "source": "Glossary"}], domains=["Sales"],
                       dataProducts=["P"])
        self.refused("PUT", "/dashboards", {"name": "x", "service": "hex",
                                            "dataProducts": ["P"]}, 400)

    def test_a_workflow_of_the_servers_pages(self):
        self.om.seed(entities=[{"type": "workflow", "body": {
            "name": "test-1", "workflowType": "TEST_CONNECTION", "status": "Pending"}}])
        path = "/automations/workflows/name/test-1"
        found = self.om.patch(path, [
            {"op": "add", "path": "/response", "value": {"status": "Successful", "steps": []}},
            {"op": "replace", "path": "/status", "value": "Successful"}])
        self.assertEqual((found["status"], found["response"]["status"]),
                         ("Successful", "Successful"))

    def test_a_service_of_a_size(self):
        with OpenMetadata("--seed-service", "wh:Postgres:2:2:3:4") as om:
            counts = om.stats()["entities"]
            self.assertEqual((counts["database"], counts["databaseSchema"], counts["table"]),
                             (2, 4, 12))
            self.assertEqual(len(om.get("/tables/name/wh.DB2.SCHEMA1.TABLE3")["columns"]), 4)

    def test_the_state_is_the_same_for_the_same(self):
        def fill(om, order):
            om.put("/services/dashboardServices", {"name": "hex", "serviceType": "Hex"})
            for name in order:
                om.put("/charts", {"name": name, "service": "hex"})
            om.put("/dashboards", {"name": "p", "service": "hex",
                                   "charts": [f"hex.{name}" for name in order]})
        states = []
        for order in (("a", "b"), ("b", "a")):
            with OpenMetadata() as om:
                fill(om, order)
                states.append(om.state())
        self.assertEqual(states[0], states[1])
        self.assertEqual(states[0], sorted(states[0]))

    def test_reset(self):
        self.dashboard()
        self.refused("PUT", "/dashboards", {}, 400)
        self.om.control("reset", {})
        with OpenMetadata() as fresh:
            self.assertEqual(self.om.state(), fresh.state())
        self.assertEqual(self.om.violations(), [])

    def test_counts(self):
        self.om.control("log/clear", {})
        self.dashboard()
        self.om.get("/dashboards/name/hex.p1")
        self.om.get(f"/dashboards/{self.stored()['id']}")
        self.assertEqual(self.om.stats()["requests"],
                         {"PUT /api/v1/dashboards": 1, "GET /api/v1/dashboards/name/{fqn}": 2,
                          "GET /api/v1/dashboards/{id}": 1})
        self.assertEqual(self.om.stats()["writes"], 1)
        self.assertEqual(len(self.om.requests()), 4)

    def test_many_entities(self):
        for first in range(0, 20000, 500):
            self.om.put("/charts/bulk", [{"name": f"c{i}", "service": "hex"}
                                         for i in range(first, first + 500)])
        self.assertEqual(len(self.om.walk("/charts?service=hex&limit=1000")), 20000)


@unittest.skipUnless(jsonschema and os.path.isdir(SCHEMAS), "no published schemas, or no module")
class Published(Case):
    """With the published schemas in place of our own shapes; answers are judged by them, too."""

    OPTIONS = ("--schemas", SCHEMAS)

    def valid(self, kind, value):
        with open(f"{SCHEMAS}/{kind}.json", encoding="utf-8") as file:
            schema = json.load(file)
        for error in jsonschema.Draft202012Validator(schema).iter_errors(value):
            where = list(error.absolute_path)
            if where[-1:] != ["version"] and where[-1:] != ["previousVersion"]:  # 0.3 / 0.1
                self.fail(f"{kind}: {where}: {error.message[:300]}")

    def test_answers(self):
        self.om.seed(databaseServices=[WAREHOUSE])
        self.om.put("/charts", {"name": "c", "service": "hex", "chartType": "Line"})
        model = self.om.put("/dashboard/datamodels", {
            "name": "m", "service": "hex", "dataModelType": "ModeDataModel", "sql": "select 1",
            "columns": [{"name": "x", "dataType": "INT", "tags": [label("HexCategories.Ops")]}]})
        self.dashboard(charts=["hex.c"], dataModels=["hex.model.m"], description="d",
                       owners=[self.owner("anna")], tags=[label("HexCategories.Ops")],
                       lifeCycle={"created": {"timestamp": 1}}, sourceHash="h")
        self.dashboard(sourceUrl="https://x.y")
        table = self.om.get("/tables/name/snow.DB.S.T?fields=*")
        self.om.ask("PUT", "/lineage", {"edge": {
            "fromEntity": {"id": table["id"], "type": "table"},
            "toEntity": {"id": model["id"], "type": "dashboardDataModel"},
            "lineageDetails": {"source": "DashboardLineage"}}})
        self.om.good("POST", "/usage/dashboard/name/hex.p1", {"date": "2026-01-02", "count": 1},
                     201)
        self.valid("Dashboard", self.stored())
        self.valid("Table", table)
        self.valid("Chart", self.om.get("/charts/name/hex.c?fields=*"))
        self.valid("DashboardDataModel", self.om.get(
            "/dashboard/datamodels/name/hex.model.m?fields=*"))
        self.valid("DashboardService", self.om.get("/services/dashboardServices/name/hex"))
        self.valid("Tag", self.om.get("/tags/name/HexCategories.Ops?fields=*"))
        self.valid("Classification", self.om.get("/classifications/name/HexStatus?fields=*"))
        self.valid("User", self.om.get("/users/loggedInUser"))
        self.valid("Team", self.om.get("/teams/name/data"))
        self.valid("Bot", self.om.get("/bots/name/ingestion-bot"))
        self.valid("EntityLineage", self.om.get("/lineage/dashboardDataModel/name/hex.model.m"))
        self.valid("EntityUsage", self.om.get("/usage/dashboard/name/hex.p1"))
        self.valid("Paging", self.om.get("/tables?limit=1")["paging"])
        self.valid("ServerVersion", self.om.get("/system/version"))
        self.valid("EntityVersionHistory", self.om.get(f"/tables/{table['id']}/versions"))
        self.valid("BulkOperationResult", self.om.put("/charts/bulk", [
            {"name": "c", "service": "hex"}, {"name": "c", "service": "nope"}]))
        self.valid("TestConnectionDefinition", self.om.get(
            "/services/testConnectionDefinitions/name/Hex.testConnectionDefinition"))

    def test_requests(self):
        self.refused("PUT", "/dashboards", {"service": "hex"}, 400)
        self.refused("PUT", "/dashboards", {"name": "a::b", "service": "hex"}, 400)
        self.refused("PUT", "/dashboards", {"name": "a", "service": "hex", "x": 1}, 400)
        self.refused("PUT", "/tags", {"name": "a", "classification": "HexStatus"}, 400)
        self.refused("PUT", "/lineage", {"edge": {}}, 400)
        self.assertEqual(len(self.om.violations()), 5)


@unittest.skipUnless(os.path.isdir(SCHEMAS.replace("2.0", "1.13")), "no published schemas")
class PublishedOld(Published):
    OPTIONS = ("--version", "1.13.4", "--schemas", SCHEMAS.replace("2.0", "1.13"))

    def test_answers(self):
        self.om.put("/dashboard/datamodels", {
            "name": "m", "service": "hex", "dataModelType": "MetabaseDataModel",
            "columns": [{"name": "x", "dataType": "INT"}]})
        self.om.put("/services/dashboardServices", {
            "name": "s", "serviceType": "Hex", "connection": Services.CONNECTION})


if __name__ == "__main__":
    sys.exit(unittest.main())
