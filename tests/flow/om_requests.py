"""Requests to OpenMetadata, judged by its published JSON Schemas with python3-jsonschema."""

import collections
import json
import os
import pathlib
import re
import urllib.parse
import warnings

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = pathlib.Path(
    os.environ.get("HEXMETA_REFERENCE") or ROOT.parent / "shared" / "reference"
)
TYPES = "|".join(["table", "dashboard", "dashboardDataModel", "pipeline", "chart"])
ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# Endpoint: what its body is; "[X]": many of them; "": none; "patch": operations of RFC 6902.
ENDPOINTS = {
    "PUT /services/dashboardServices": "CreateDashboardService",
    "PUT /classifications": "CreateClassification",
    "PUT /tags": "CreateTag",
    "PUT /charts/bulk": "[CreateChart]",
    "PUT /dashboards/bulk": "[CreateDashboard]",
    "PUT /dashboard/datamodels/bulk": "[CreateDashboardDataModel]",
    "PUT /charts": "CreateChart",
    "PUT /dashboards": "CreateDashboard",
    "PUT /dashboard/datamodels": "CreateDashboardDataModel",
    "PATCH /dashboards/{id}": "patch",
    "PUT /lineage": "AddLineage",
    "PUT /lineage/{type}/name/{fqn}/{type}/name/{fqn}": "LineageDetails",
    "DELETE /lineage/{type}/name/{fqn}/{type}/name/{fqn}": "",
    "POST /usage/dashboard/name/{fqn}": "DailyCount",
    "POST /usage/compute.percentile/dashboard/{date}": "",
    "DELETE /charts/{id}": "",
    "DELETE /dashboards/{id}": "",
    "DELETE /dashboard/datamodels/{id}": "",
    "PUT /services/pipelineServices": "CreatePipelineService",
    "PUT /pipelines": "CreatePipeline",
    "PUT /pipelines/bulk": "[CreatePipeline]",
    "PUT /pipelines/{fqn}/status": "PipelineStatus",
    "PUT /pipelines/{fqn}/status/bulk": "[PipelineStatus]",
    "DELETE /pipelines/{id}": "",
    "PUT /services/ingestionPipelines/{fqn}/pipelineStatus": "IngestionPipelineStatus",
    "PUT /services/ingestionPipelines/progress/{fqn}/{run}": "ProgressUpdate",
}
# Where 1.13 has what 2.0 has in a file of its own.
OLD_FILES = {
    "CreateDashboardService": "api/services/createDashboardService.json",
    "CreateClassification": "api/classification/createClassification.json",
    "CreateTag": "api/classification/createTag.json",
    "CreateChart": "api/data/createChart.json",
    "CreateDashboard": "api/data/createDashboard.json",
    "CreateDashboardDataModel": "api/data/createDashboardDataModel.json",
    "AddLineage": "api/lineage/addLineage.json",
    "LineageDetails": "type/entityLineage.json#/definitions/lineageDetails",
    "DailyCount": "type/dailyCount.json",
    "CreatePipelineService": "api/services/createPipelineService.json",
    "CreatePipeline": "api/data/createPipeline.json",
    "PipelineStatus": "entity/data/pipeline.json#/definitions/pipelineStatus",
    "IngestionPipelineStatus":
        "entity/services/ingestionPipelines/ingestionPipeline.json#/definitions/pipelineStatus",
    "TagLabel": "type/tagLabel.json",
    "EntityReference": "type/entityReference.json",
    "HexConnection": "entity/services/connections/dashboard/hexConnection.json",
}
PATCH = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"enum": ["add", "remove", "replace", "test"]},
            "path": {"type": "string", "pattern": "^(/([^~/]|~[01])*)+$"},
        },
        "if": {"properties": {"op": {"const": "remove"}}},
        "else": {"required": ["value"]},
    },
}
# What the value of an operation is; a "test" looks at one member of it.
PATCHED = [
    (r"/(description|displayName)", {"type": "string"}),
    (r"/columns/\d+/(description|displayName)", {"type": "string"}),
    (r"(/columns/\d+)?/tags", "[TagLabel]"),
    (r"(/columns/\d+)?/tags/(\d+|-)", "TagLabel"),
    (r"(/columns/\d+)?/tags/\d+/tagFQN", {"type": "string"}),
    (r"/owners", "[EntityReference]"),
    (r"/owners/(\d+|-)", "EntityReference"),
    (r"/owners/\d+/id", {"type": "string", "pattern": f"^{ID}$"}),
]


def endpoint(request):
    """Method and path without what names one entity: "GET /dashboards/{id}/versions"."""
    path = request["path"].split("?")[0].removeprefix("/api/v1")
    path = re.sub(f"/{ID}", "/{id}", path)
    path = re.sub(r"/\d{4}-\d\d-\d\d$", "/{date}", path)
    path = re.sub(f"/({TYPES})/name/[^/]+", "/{type}/name/{fqn}", path)
    path = re.sub("^/usage/{type}/name", "/usage/dashboard/name", path)
    path = re.sub("^/(pipelines|services/ingestionPipelines)/[^/]+/(status|pipelineStatus)",
                  r"/\1/{fqn}/\2", path)
    path = re.sub("^(/services/ingestionPipelines)/progress/[^/]+/[^/]+",
                  r"\1/progress/{fqn}/{run}", path)
    path = re.sub(r"/name/(?!\{)[^/]+", "/name/{fqn}", path)
    return f"{request['method']} {path}"


def count_endpoints(requests):
    return collections.Counter(endpoint(request) for request in requests)


class RequestSchemas:
    """The request types of one version of OpenMetadata."""

    def __init__(self, version):
        self.folder = REFERENCE / f"openmetadata-schemas-{version}"
        self.is_old = version.startswith("1.")
        self.validators = {}

    def why_not(self):
        """None, or why nothing can be judged here."""
        if jsonschema is None:
            return "python3-jsonschema is not installed"
        return None if self.folder.is_dir() else f"no {self.folder.name} beside this source tree"

    def load(self, url):
        path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)
        schema = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        schema.pop("$id", None)  # references are of files beside each other
        return schema

    def validator(self, name):
        if name not in self.validators:
            file = OLD_FILES[name] if self.is_old else f"{name}.json"
            url = (self.folder / file.partition("#")[0]).as_uri()
            pointer = file.partition("#")[2]
            with warnings.catch_warnings():  # its successor is not in Debian 12
                warnings.simplefilter("ignore", DeprecationWarning)
                resolver = jsonschema.RefResolver(url, self.load(url),
                                                  handlers={"file": self.load})
            kind = jsonschema.Draft7Validator if self.is_old else jsonschema.Draft202012Validator
            self.validators[name] = kind(
                {"$ref": f"{url}#{pointer}"}, resolver=resolver,
                format_checker=jsonschema.FormatChecker(),
            )
        return self.validators[name]

    def judge(self, what, value):
        """What is wrong with value, as texts."""
        if isinstance(what, dict):
            validator = jsonschema.Draft7Validator(what)
        elif what.startswith("["):
            if not isinstance(value, list) or not value:
                return [f"a list of {what[1:-1]} is {value!r:.200}"]
            return [text for one in value for text in self.judge(what[1:-1], one)]
        else:
            validator = self.validator(what)
        found = [
            f"{what}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]
        if isinstance(value, dict) and str(what).startswith("Create"):
            found += self.judge_name(what, value)
        return found

    def judge_name(self, what, value):
        """The pattern of names, which the files of 2.0 have lost; and what a service holds."""
        found = []
        names = [value.get("name")] + [c.get("name") for c in value.get("columns", [])]
        for name in names:
            if not isinstance(name, str) or not re.fullmatch(r"((?!::)[^\n\r])*", name):
                found.append(f"{what}: {name!r} is no name")
        if value.get("connection"):
            found += self.judge("HexConnection", value["connection"]["config"])
        return found

    def judge_patch(self, operations):
        found = self.judge(PATCH, operations)
        for operation in operations if not found else []:
            if operation["op"] == "remove":
                continue
            kinds = [kind for path, kind in PATCHED if re.fullmatch(path, operation["path"])]
            if not kinds:
                found.append(f"nobody knows what {operation['path']} is")
            for kind in kinds:
                found += self.judge(kind, operation["value"])
        return found

    def problems(self, requests):
        """A text for each request that breaks its schema, or has none."""
        found = []
        for request in requests:
            where = f"{request['method']} {request['path']}"
            body = request["body"]
            if request["method"] == "GET":
                found += [f"{where}: a body"] if body else []
                continue
            kind = ENDPOINTS.get(endpoint(request))
            if kind is None:
                found.append(f"{where}: an endpoint without a schema: {endpoint(request)}")
            elif kind == "":
                found += [f"{where}: a body"] if body else []
            else:
                value = json.loads(body)
                judged = self.judge_patch(value) if kind == "patch" else self.judge(kind, value)
                found += [f"{where}: {text}" for text in judged]
        return found
