#!/usr/bin/env python3
"""Every key of an OpenMetadata workflow for Hex is known to hexmeta, and obeyed or answered.

Walks OpenMetadata's own JSON Schemas (../shared, several versions) beside what `hexmeta config
schema` prints: paths, types, choices, limits, defaults. Then gives each key a value that is
not its default to `hexmeta config check`: either the key is in OBEYED below, or a warning says
why it has no effect. Skipped where the schemas are not to be had.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "reference"
HEXMETA = os.environ.get("HEXMETA", str(ROOT / "build" / "hexmeta"))
SKIPPED = 77

CONNECTION = "source.serviceConnection.config"
PIPELINE = "source.sourceConfig.config"
SERVER = "workflowConfig.openMetadataServerConfig"
V2 = "openmetadata-schemas-2.0"
V1 = "openmetadata-schemas-1.13"
# (version, file, what of it, where it stands in a workflow)
SCHEMAS = [
    ("2.0", f"{V2}/HexConnection.json", "", CONNECTION),
    ("2.0", f"{V2}/DashboardServiceMetadataPipeline.json", "", PIPELINE),
    ("2.0", f"{V2}/OpenMetadataConnection.json", "", SERVER),
    ("2.0", f"{V2}/OpenMetadataWorkflowConfig.json", "", ""),
    ("1.13", f"{V1}/entity/services/connections/dashboard/hexConnection.json", "", CONNECTION),
    ("1.13", f"{V1}/metadataIngestion/dashboardServiceMetadataPipeline.json", "", PIPELINE),
    ("1.13", f"{V1}/entity/services/connections/metadata/openMetadataConnection.json", "",
     SERVER),
    ("1.13", f"{V1}/metadataIngestion/workflow.json", "/properties/openMetadataWorkflowConfig",
     ""),
    ("older", "openmetadata-data/hexConnection-older/"
     "hexConnection.b4bae2c5-includeCategories.json", "", CONNECTION),
]
# What has a schema file of its own, or concerns other connectors.
ELSEWHERE = (CONNECTION, PIPELINE, SERVER)

OBEYED = {
    "source.type", "source.serviceName", f"{CONNECTION}.type", f"{CONNECTION}.hostPort",
    f"{CONNECTION}.tokenType", f"{CONNECTION}.token", f"{PIPELINE}.type",
    "workflowConfig.loggerLevel", "workflowConfig.raiseOnError",
    "workflowConfig.successThreshold",
    # Publishing.
    f"{CONNECTION}.includeTags", f"{CONNECTION}.includeCategories", f"{PIPELINE}.includeTags",
    f"{PIPELINE}.includeOwners", f"{PIPELINE}.includeDataModels",
    f"{PIPELINE}.includeDraftDashboard", f"{PIPELINE}.includeUsage",
    f"{PIPELINE}.lineageInformation.dbServicePrefixes", f"{PIPELINE}.markDeletedCharts",
    f"{PIPELINE}.markDeletedDashboards", f"{PIPELINE}.markDeletedDataModels",
    f"{PIPELINE}.overrideLineage", f"{PIPELINE}.overrideMetadata", f"{SERVER}.authProvider",
    f"{SERVER}.enableVersionValidation", f"{SERVER}.extraHeaders.*", f"{SERVER}.hostPort",
    f"{SERVER}.securityConfig.jwtToken", f"{SERVER}.sslConfig.caCertificate",
    f"{SERVER}.storeServiceConnection", f"{SERVER}.verifySSL", "ingestionPipelineFQN",
    "pipelineRunId", "sink.type",
} | {f"{path}.{side}" for side in ("includes", "excludes")
     for path in (f"{CONNECTION}.dashboardFilterPattern", f"{PIPELINE}.dashboardFilterPattern",
                  f"{PIPELINE}.projectFilterPattern", f"{PIPELINE}.chartFilterPattern",
                  f"{PIPELINE}.dataModelFilterPattern")}
# Any text to OpenMetadata, which serves many sources; a few words to us.
NARROWER = {"source.type", "sink.type"}
# OpenMetadata has defaults for what must be said here, and catalog is our own sink. The token of
# Hex goes to another server only when somebody says so.
OTHER_DEFAULTS = {f"{CONNECTION}.hostPort", "sink.type", f"{SERVER}.storeServiceConnection"}


class Schemas:
    """JSON Schema files with references into each other."""

    def __init__(self):
        self.files = {}

    def load(self, path):
        if path not in self.files:
            self.files[path] = json.loads(path.read_text(encoding="utf-8"))
        return self.files[path]

    def at(self, path, pointer):
        node = self.load(path)
        for part in pointer.strip("/").split("/"):
            node = node[part] if part else node
        return node

    def resolve(self, path, node):
        """The schema itself, without references and "or null"; defaults met on the way win."""
        default = node.get("default")
        while True:
            default = node.get("default") if default is None else default
            if "$ref" in node:
                file, _, pointer = node["$ref"].partition("#")
                path = (path.parent / file).resolve() if file else path
                node = self.at(path, pointer)
            elif "anyOf" in node:
                others = [one for one in node["anyOf"] if one.get("type") != "null"]
                if len(others) != 1:
                    return path, node, default
                node = others[0]
            else:
                return path, node, default


def leaves(schemas, path, node, where):
    """(dotted path, schema, default) of everything that may be written below node."""
    path, node, default = schemas.resolve(path, node)
    properties = node.get("properties")
    if where in ELSEWHERE and (properties is None or "oneOf" in node or "anyOf" in node):
        return
    if properties:
        for key, value in properties.items():
            below = f"{where}.{key}" if where else key
            if below not in ELSEWHERE and below != "source.serviceConnection":
                yield from leaves(schemas, path, value, below)
        return
    for one in node.get("oneOf", []):
        yield from leaves(schemas, path, one, where)
    if "oneOf" in node:
        return
    others = node.get("additionalProperties")
    if isinstance(others, dict) and ("type" in others or "$ref" in others):
        yield from leaves(schemas, path, node["additionalProperties"], f"{where}.*")
        return
    yield where, node, default


def ours(schema, path):
    """Our own schema of a dotted path, None when it is not known; FREE has no type."""
    node = schema
    for part in path.split("."):
        if part == "*":
            node = node.get("additionalProperties")
        else:
            node = node.get("properties", {}).get(part)
        if not isinstance(node, dict):
            return None
    return node


def alternatives(node):
    """The types, choices, limits that our schema allows."""
    merged = dict(node)
    for one in node.get("anyOf", []):
        if "pattern" not in one and one.get("type") != "null":
            merged.update(one)
    if "enum" in merged:
        merged["type"] = "string"
    if isinstance(merged.get("type"), list):
        merged["type"] = merged["type"][0]
    return merged


def type_of(node):
    return node.get("type") or ("string" if "enum" in node else None)


def compare(path, theirs, default, mine):
    """What is not the same, as sentences."""
    mine = alternatives(mine)
    if type_of(theirs) == "object" or type_of(theirs) is None:
        if "type" in mine:
            yield f"anything to OpenMetadata, {mine['type']} to us"
        return
    if type_of(theirs) != mine.get("type"):
        yield f"{type_of(theirs)} to OpenMetadata, {mine.get('type')} to us"
    missing = set(theirs.get("enum", [])) - set(mine.get("enum", []))
    if missing:
        yield f"choices that we do not know: {sorted(missing)}"
    if "enum" in mine and "enum" not in theirs and path not in NARROWER:
        yield "any text to OpenMetadata, a choice to us"
    for limit in ("minimum", "maximum"):
        if limit in theirs and theirs[limit] != mine.get(limit):
            yield f"{limit} {theirs[limit]}, to us {mine.get(limit)}"
    if default is not None and default != mine.get("default") and path not in OTHER_DEFAULTS:
        yield f"default {default!r}, to us {mine.get('default')!r}"


def another_value(path, node):
    """A value that is allowed and not the default, as YAML; None when there is no other."""
    node = alternatives(node)
    choices = [c for c in node.get("enum", []) if c != node.get("default")]
    if path == "sink.type":
        return "metadata-rest"
    if "enum" in node:
        return choices[0] if choices else None
    if node.get("type") == "integer":
        return str(node.get("default", 1) - 1)
    text = "http://127.0.0.1:1" if path.endswith("hostPort") else "x1"
    flag = "false" if node.get("default") else "true"
    return {"boolean": flag, "array": "[x]", None: "{x: y}"}.get(node.get("type"), text)


def check(sets):
    """What config check says about the shortest workflow with these settings."""
    base = {
        "source.type": "hex", "source.serviceName": "hex",
        f"{CONNECTION}.hostPort": "app.hex.tech", f"{CONNECTION}.token": "hxtp_0123456789",
    }
    options = [f"--set={path}={value}" for path, value in (base | sets).items()]
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "hex.yaml").write_text("", encoding="utf-8")
        done = subprocess.run([HEXMETA, "config", "check", "-c", "hex.yaml", *options],
                              cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr


def answer_problem(path, node):
    """Whether the key is answered as OBEYED says."""
    value = another_value(path, node)
    if value is None:
        return None
    said = check({path.replace("*", "x"): value})
    is_answered = "no effect" in said
    if "error" in said:
        return f"is refused: {said.strip()}"
    if is_answered == (path in OBEYED):
        return f"obeyed: {path in OBEYED}, answered: {is_answered}: {said.strip()}"
    default = alternatives(node).get("default")
    if default is not None and path not in OBEYED:
        word = str(default).lower() if isinstance(default, bool) else str(default)
        if "warning" in check({path: word}):
            return "its default is answered with a warning"
    return None


def main():
    missing = [file for _, file, _, _ in SCHEMAS if not (SHARED / file).exists()]
    if missing:
        print(f"skipped: {missing[0]} is not beside this source tree")
        return SKIPPED
    done = subprocess.run([HEXMETA, "config", "schema"], capture_output=True, text=True,
                          check=True)
    schema = json.loads(done.stdout)
    schemas = Schemas()
    problems = []
    known = {}
    for version, file, pointer, where in SCHEMAS:
        path = (SHARED / file).resolve()
        if version == "older":  # its references are those of the folder it comes from
            beside = path
            path = (SHARED / V1 / "entity/services/connections/dashboard/older.json").resolve()
            schemas.files[path] = json.loads(beside.read_text(encoding="utf-8"))
        count = 0
        for leaf, theirs, default in leaves(schemas, path, schemas.at(path, pointer), where):
            count += 1
            mine = ours(schema, leaf)
            if mine is None:
                problems.append(f"{version}: {leaf} is not known")
                continue
            known[leaf] = mine
            problems += [f"{version}: {leaf}: {what}"
                         for what in compare(leaf, theirs, default, mine)]
        print(f"{version}: {pathlib.Path(file).name}: {count} keys")
        if count == 0:
            problems.append(f"{version}: nothing found in {file}")
    problems += [f"{leaf}: {problem}" for leaf, mine in known.items()
                 if (problem := answer_problem(leaf, mine))]
    problems += [f"{leaf} is said to be obeyed, but is no key" for leaf in OBEYED - set(known)]
    print(f"{len(known)} keys, {len(OBEYED)} obeyed, the others answered; "
          f"{len(problems)} problems")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
