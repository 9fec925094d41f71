"""What OpenLineage (spec 2-0-2) asks of an event, and of the facets that hexmeta writes.

Written from the specification: what must be there, and of which type. Members that it does not
name are allowed, as there. problems() gives a line for each breach.
"""

import re
import uuid

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
EVENT_TYPES = {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}


def is_uri(value):
    return isinstance(value, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+$", value) is not None


def texts(where, value, names):
    """The members of these names must be non-empty texts."""
    for name in names:
        if not isinstance(value.get(name), str) or not value[name]:
            yield f"{where}.{name}: {value.get(name)!r}"


def facet(where, value, file):
    if not is_uri(value.get("_producer")):
        yield f"{where}._producer: {value.get('_producer')!r}"
    if not is_uri(value.get("_schemaURL")) or file not in value["_schemaURL"]:
        yield f"{where}._schemaURL: {value.get('_schemaURL')!r}"


def schema_facet(where, value):
    yield from facet(where, value, "SchemaDatasetFacet.json")
    for i, field in enumerate(value.get("fields", [])):
        yield from texts(f"{where}.fields[{i}]", field, ["name"])


def column_lineage_facet(where, value):
    yield from facet(where, value, "ColumnLineageDatasetFacet.json")
    if not isinstance(value.get("fields"), dict):
        yield f"{where}.fields: {value.get('fields')!r}"
        return
    for column, field in value["fields"].items():
        if not isinstance(field.get("inputFields"), list):
            yield f"{where}.fields[{column!r}].inputFields is no array"
            continue
        for origin in field["inputFields"]:
            yield from texts(f"{where}.fields[{column!r}]", origin,
                             ["namespace", "name", "field"])


def dataset(where, value):
    yield from texts(where, value, ["namespace", "name"])
    facets = value.get("facets", {})
    if "schema" in facets:
        yield from schema_facet(f"{where}.schema", facets["schema"])
    if "columnLineage" in facets:
        yield from column_lineage_facet(f"{where}.columnLineage", facets["columnLineage"])


def job(where, value):
    yield from texts(where, value, ["namespace", "name"])
    facets = value.get("facets", {})
    if "sql" in facets:
        yield from facet(f"{where}.sql", facets["sql"], "SQLJobFacet.json")
        yield from texts(f"{where}.sql", facets["sql"], ["query"])
    if "jobType" in facets:
        yield from facet(f"{where}.jobType", facets["jobType"], "JobTypeJobFacet.json")
        yield from texts(f"{where}.jobType", facets["jobType"], ["processingType", "integration"])


def problems(event):
    found = []
    if not TIME.match(str(event.get("eventTime"))):
        found.append(f"eventTime: {event.get('eventTime')!r}")
    for name in ("producer", "schemaURL"):
        if not is_uri(event.get(name)):
            found.append(f"{name}: {event.get(name)!r}")
    if event.get("eventType") not in EVENT_TYPES:
        found.append(f"eventType: {event.get('eventType')!r}")
    try:
        uuid.UUID(event["run"]["runId"])
    except (KeyError, TypeError, ValueError):
        found.append(f"run: {event.get('run')!r}")
    found += job("job", event.get("job", {}))
    for side in ("inputs", "outputs"):
        for i, value in enumerate(event.get(side, [])):
            found += dataset(f"{side}[{i}]", value)
    return found
