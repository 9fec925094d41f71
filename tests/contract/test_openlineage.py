#!/usr/bin/env python3
"""What `lineage --openlineage` prints, read into the classes that OpenLineage publishes.

They are made from its JSON Schemas, in openlineage-python from PyPI. Every member must be one
of its class, of the type that stands there, none that is required may be missing, and a facet
must name a schema of the published major version that is not newer. Skipped, with the reason,
where PyPI cannot be reached.
"""

import enum
import importlib
import json
import os
import pkgutil
import re
import sys
import types
import typing
import unittest

import pypi

PACKAGE = "openlineage-python==1.54.0"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "flow"))
from workspace import Workspace  # noqa: E402

PROJECTS = 60
FACETS = "https://openlineage.io/spec/facets/"
SCHEMA = re.compile(r"(https://.*/spec/(?:facets/)?)(\d+)-(\d+)-(\d+)/(.*)#/\$defs/(\w+)")


def classes():
    """The published classes by name."""
    import attr
    generated = importlib.import_module("openlineage.client.generated")
    found = {}
    for module in pkgutil.iter_modules(generated.__path__):
        loaded = importlib.import_module(f"openlineage.client.generated.{module.name}")
        found |= {name: value for name, value in vars(loaded).items()
                  if isinstance(value, type) and attr.has(value)}
    return found


class Reader:
    """JSON to the published classes; problems tells what did not fit."""

    def __init__(self):
        self.classes = classes()
        self.problems = []
        self.seen = set()  # facets

    def event(self, value):
        self.read("event", self.classes["RunEvent"], value)

    def read(self, where, kind, value):
        import attr
        origin = typing.get_origin(kind)
        arguments = typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            kind = next(one for one in arguments if one is not type(None))
            self.read(where, kind, value)
        elif origin is list:
            self.expect(where, list, value)
            for i, item in enumerate(value):
                self.read(f"{where}[{i}]", arguments[0], item)
        elif origin is dict:
            self.expect(where, dict, value)
            for key, item in value.items():
                is_facet = arguments[1].__name__.endswith("Facet")
                read = self.facet if is_facet else self.read
                read(f"{where}.{key}", arguments[1], item)
        elif isinstance(kind, type) and issubclass(kind, enum.Enum):
            if value not in {one.value for one in kind}:
                self.problems.append(f"{where}: {value!r} is none of {kind.__name__}")
        elif isinstance(kind, type) and attr.has(kind):
            self.members(where, kind, value)
        else:
            self.expect(where, kind, value)

    def expect(self, where, kind, value):
        if not isinstance(value, kind):
            self.problems.append(f"{where}: {value!r} is no {kind.__name__}")

    def members(self, where, kind, value):
        import attr
        hints = typing.get_type_hints(kind)
        known = {field.name: field for field in attr.fields(kind)}
        for name, field in known.items():
            if name in value:
                self.read(f"{where}.{name}", hints[name], value[name])
                if field.validator is not None:
                    self.validate(where, field, value[name])
            elif field.default is attr.NOTHING or name in ("producer", "_producer", "schemaURL",
                                                           "_schemaURL"):
                self.problems.append(f"{where}: {name} is missing")
        for name in value.keys() - known.keys():
            self.problems.append(f"{where}: {name} is not a member of {kind.__name__}")
        if "schemaURL" in value:
            self.schema(where, kind, value["schemaURL"])

    def validate(self, where, field, value):
        try:
            field.validator(None, field, value)
        except ValueError as error:
            self.problems.append(f"{where}.{field.name}: {error}")

    def facet(self, where, base, value):
        """Which class a facet is, its schema's address says."""
        address = SCHEMA.match(value.get("_schemaURL", ""))
        kind = self.classes.get(address.group(6)) if address else None
        if kind is None or not issubclass(kind, base):
            self.problems.append(f"{where}: no {base.__name__} {value.get('_schemaURL')!r}")
            return
        self.seen.add(kind.__name__)
        self.schema(where, kind, value["_schemaURL"])
        self.members(where, kind, value)

    def schema(self, where, kind, address):
        got = SCHEMA.match(address).groups()
        published = SCHEMA.match(kind._get_schema()).groups()
        is_older = [int(part) for part in got[1:4]] <= [int(part) for part in published[1:4]]
        if got[0::4] != published[0::4] or got[5] != published[5] or got[1] != published[1] or \
                not is_older:
            self.problems.append(f"{where}: {address}, published is {kind._get_schema()}")


class OpenLineage(unittest.TestCase):
    def test_events_of_a_workspace_fit_the_published_classes(self):
        reader = Reader()
        count = 0
        with Workspace("--projects", str(PROJECTS)) as workspace:
            config = ["-c", workspace.configure()]
            run = workspace.hexmeta("ingest", *config)
            self.assertEqual(run.returncode, 0, run.stderr)
            projects = workspace.hexmeta("export", "--kind", "project", *config).stdout
            for project in map(json.loads, projects.splitlines()):
                events = workspace.hexmeta("lineage", project["id"], "--openlineage", *config)
                for line in events.stdout.splitlines():
                    reader.event(json.loads(line))
                    count += 1
        self.assertEqual(reader.problems[:5], [])
        self.assertGreater(count, PROJECTS)
        self.assertEqual(reader.seen, {"ColumnLineageDatasetFacet", "JobTypeJobFacet",
                                       "SQLJobFacet", "SchemaDatasetFacet"})

    def test_an_event_that_does_not_fit_is_told(self):
        event = {"eventTime": "yesterday", "producer": "urn:x", "eventType": "DONE",
                 "schemaURL": "https://openlineage.io/spec/3-0-0/OpenLineage.json#/$defs/RunEvent",
                 "run": {"runId": "1"}, "job": {"name": "a"}, "inputs": [{"namespace": 1}],
                 "outputs": [{"namespace": "n", "name": "d", "facets": {
                     "columnLineage": {
                         "_producer": "urn:x", "_schemaURL": FACETS + "1-2-0/"
                         "ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
                         "fields": {"c": {"inputFields": [{"namespace": "n", "name": "d"}]}}},
                     "sql": {"_producer": "urn:x", "query": "select 1", "_schemaURL": FACETS +
                             "1-0-0/SQLJobFacet.json#/$defs/SQLJobFacet"}}}],
                 "more": True}
        reader = Reader()
        reader.event(event)
        text = "\n".join(reader.problems)
        for part in ("eventTime", "DONE", "3-0-0", "run.runId", "job: namespace is missing",
                     "inputs[0].namespace: 1", "more is not a member",
                     "columnLineage.fields.c.inputFields[0]: field is missing",
                     "facets.sql: no DatasetFacet"):
            self.assertIn(part, text)


if __name__ == "__main__":
    pypi.enter(pypi.environment("openlineage", PACKAGE))
    unittest.main()
