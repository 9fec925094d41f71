"""omsim's JSON Schema validator says what python3-jsonschema says, document by document.

For every request type that both folders of published OpenMetadata schemas know: documents made
from the schema, and each of them broken in one place. Skips itself where the schemas or the
module are not to be had.
"""

import copy
import datetime
import glob
import json
import os
import random
import re
import subprocess
import sys
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

OMSIM = os.environ.get("OMSIM") or "build/omsim"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REFERENCE = os.environ.get("HEXMETA_REFERENCE") or f"{ROOT}/../shared/reference"
SKIPPED = 77
DOCUMENTS = int(os.environ.get("SCHEMA_DOCUMENTS", "12"))  # valid candidates for each type

OLD_FILES = {
    "CreateDashboardService": "api/services/createDashboardService.json",
    "CreateDashboard": "api/data/createDashboard.json",
    "CreateChart": "api/data/createChart.json",
    "CreateDashboardDataModel": "api/data/createDashboardDataModel.json",
    "CreateClassification": "api/classification/createClassification.json",
    "CreateTag": "api/classification/createTag.json",
    "AddLineage": "api/lineage/addLineage.json",
    "CreatePipelineService": "api/services/createPipelineService.json",
    "CreatePipeline": "api/data/createPipeline.json",
    "CreateIngestionPipeline": "api/services/ingestionPipelines/createIngestionPipeline.json",
    "PipelineStatus": "entity/data/pipeline.json#/definitions/pipelineStatus",
    "LineageDetails": "type/entityLineage.json#/definitions/lineageDetails",
    "TestConnectionResult": "entity/services/connections/testConnectionResult.json",
    "DailyCount": "type/dailyCount.json",
    "RestoreEntity": "api/data/restoreEntity.json",
    "CreateDatabaseService": "api/services/createDatabaseService.json",
    "CreateTable": "api/data/createTable.json",
    "HexConnection": "entity/services/connections/dashboard/hexConnection.json",
}
NEW_TYPES = [
    "CreateDashboardService", "CreateDashboard", "CreateChart", "CreateDashboardDataModel",
    "CreateClassification", "CreateTag", "AddLineage", "CreatePipelineService",
    "CreatePipeline", "PipelineStatus", "CreateIngestionPipeline", "StepSummary",
    "ProgressUpdate", "TestConnectionResult", "DailyCount", "UsageRequest",
    "BulkDeleteStaleRequest", "RestoreEntity", "IngestionPipelineStatus", "LineageDetails",
    "TagLabel", "EntityReference", "LifeCycle", "HexConnection", "FilterPattern", "Dashboard",
    "Chart", "DashboardDataModel", "Table", "User", "ChangeEvent", "EntityLineage",
]


class Maker:
    """Documents that a schema should let pass, mostly."""

    def __init__(self, resolver, seed):
        self.resolver = resolver
        self.random = random.Random(seed)

    def make(self, schema, depth=0):
        if schema is True or schema == {}:
            return self.random.choice([1, "x", None, {"a": 1}])
        if "$ref" in schema:
            with self.resolver.resolving(schema["$ref"]) as target:
                return self.make(target, depth)
        for word in ("anyOf", "oneOf", "allOf"):
            if schema.get(word):
                choice = self.random.choice(schema[word])
                return self.make(choice, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = self.random.choice(kind)
        return getattr(self, "make_" + kind)(schema, depth)

    def make_null(self, _schema, _depth):
        return None

    def make_boolean(self, _schema, _depth):
        return self.random.random() < 0.5

    def make_integer(self, schema, _depth):
        low = int(schema.get("minimum", 0))
        return self.random.randint(low, int(schema.get("maximum", low + 9)))

    def make_number(self, schema, _depth):
        if "multipleOf" in schema:
            return 0.5
        low = schema.get("minimum", 0)
        return self.random.choice([low, schema.get("maximum", low + 1)])

    def make_string(self, schema, _depth):
        known = {"uuid": "01234567-89ab-cdef-0123-456789abcdef", "date": "2026-02-28",
                 "email": "anna@example.com", "date-time": "2026-02-28T10:11:12Z",
                 "uri": "https://example.com/x", "time": "10:11:12"}
        if schema.get("format") in known:
            return known[schema["format"]]
        if "E::" in schema.get("pattern", ""):
            return "<#E::table::a.b.c>"
        text = self.random.choice(["a", "Zürich", "x y", "a.b", "42", "日本"])
        return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 99)]

    def make_array(self, schema, depth):
        most = 0 if depth > 4 else self.random.randint(0, 2)
        items = schema.get("items", {})
        items = items[0] if isinstance(items, list) else items
        return [self.make(items, depth + 1) for _ in range(max(most, schema.get("minItems", 0)))]

    def make_object(self, schema, depth):
        out = {}
        for name, member in schema.get("properties", {}).items():
            if name in schema.get("required", ()) or self.random.random() < 0.4 / (1 + depth):
                out[name] = self.make(member, depth + 1)
        return out


def format_checker():
    """The formats that a Java server refuses as it reads them."""
    checker = jsonschema.FormatChecker(formats=("uuid", "date", "email"))

    @checker.checks("uri")
    def is_uri(value):
        return not isinstance(value, str) or re.search(r'[\x00-\x20<>"{}|\\^`]', value) is None

    @checker.checks("date-time", raises=ValueError)
    def is_date_time(value):
        if isinstance(value, str):
            if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*", value) is None:
                return False
            datetime.datetime.fromisoformat(value)
        return True

    return checker


def places(value, path=()):
    """All places inside a document."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(
        value if isinstance(value, list) else ())
    for key, member in members:
        yield from places(member, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def break_once(document, chance):
    """The document, changed in one place."""
    document = copy.deepcopy(document)
    path = chance.choice(list(places(document)))
    found = at(document, path)
    if isinstance(found, dict) and chance.random() < 0.7:
        what = chance.randrange(3)
        if what == 0 or not found:
            found["surprise"] = 1
        elif what == 1:
            del found[chance.choice(list(found))]
        else:
            found[chance.choice(list(found))] = None
        return document
    values = [None, 1, 1.0, -1, 1.5, True, "", "x" * 300, "a::b", "a\nb", [], {}, [1, 1], "Hex",
              "not-a-uuid", "2026-02-30", "no email", 10**12, "é" * 256]
    new = chance.choice(values)
    if not path:
        return new
    at(document, path[:-1])[path[-1]] = new
    return document


@unittest.skipIf(jsonschema is None, "python3-jsonschema is not installed")
class Agreement(unittest.TestCase):
    def compare(self, folder, name, file, validator_class):
        base, _, pointer = file.partition("#")
        path = os.path.abspath(f"{folder}/{base}")
        with open(path, encoding="utf-8") as text:
            root = json.load(text)
        root = as_python_reads(root)
        resolver = Resolver(f"file://{path}", root)
        schema = resolver.resolve_fragment(root, pointer) if pointer else root
        validator = validator_class(
            schema, resolver=resolver, format_checker=format_checker()
        )
        chance = random.Random(name)
        documents = []
        for seed in range(DOCUMENTS):
            document = Maker(resolver, f"{name}{seed}").make(schema)
            documents.append(document)
            documents += [break_once(document, chance) for _ in range(6)]
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        done = subprocess.run(
            [OMSIM, "--schemas", folder, "--validate", name],
            input=lines, capture_output=True, text=True, check=True, timeout=300,
        )
        verdicts = done.stdout.splitlines()
        self.assertEqual(len(verdicts), len(documents))
        good = 0
        for document, verdict in zip(documents, verdicts):
            is_valid = validator.is_valid(document)
            good += is_valid
            self.assertEqual(
                verdict == "ok", is_valid,
                f"{folder}: {name}: {verdict}: {json.dumps(document)[:600]}",
            )
        return len(documents), good

    def check_folder(self, folder, files, validator_class):
        if not os.path.isdir(folder):
            self.skipTest(f"{folder} is not there")
        total = valid = 0
        for name, file in files.items():
            with self.subTest(name):
                count, good = self.compare(folder, name, file, validator_class)
                total += count
                valid += good
        print(f"{os.path.basename(folder)}: {len(files)} types, {total} documents, {valid} valid")

    def test_published_2_0(self):
        self.check_folder(
            f"{REFERENCE}/openmetadata-schemas-2.0",
            {name: f"{name}.json" for name in NEW_TYPES},
            jsonschema.Draft202012Validator,
        )

    def test_published_1_13(self):
        folder = f"{REFERENCE}/openmetadata-schemas-1.13"
        self.check_folder(folder, OLD_FILES, jsonschema.Draft7Validator)


def as_python_reads(value):
    """References are followed on disk, not by $id; (?U) is Java's word for Python's default."""
    if isinstance(value, list):
        return [as_python_reads(member) for member in value]
    if not isinstance(value, dict):
        return value
    out = {key: as_python_reads(member) for key, member in value.items() if key != "$id"}
    if isinstance(out.get("pattern"), str):
        out["pattern"] = out["pattern"].removeprefix("(?U)")
    return out


class Resolver(jsonschema.RefResolver if jsonschema else object):
    def resolve_remote(self, uri):
        self.store[uri] = as_python_reads(super().resolve_remote(uri))
        return self.store[uri]


def main():
    result = unittest.main(exit=False).result
    if result.testsRun == len(result.skipped):
        print("skipped:", "; ".join(reason for _, reason in result.skipped))
        return SKIPPED
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
