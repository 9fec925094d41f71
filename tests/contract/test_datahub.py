#!/usr/bin/env python3
"""hexsim read by somebody else's importer: the `hex` source of acryl-datahub, from PyPI.

It limits itself to 57 requests a minute, so the workspace is small. Skipped, with the reason,
where PyPI cannot be reached.
"""

import json
import os
import subprocess
import sys
import tempfile

import pypi

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACKAGE = "acryl-datahub[hex]==1.7.0.17"
PROJECTS = 12

sys.path.insert(0, os.path.join(ROOT, "tests", "flow"))
from workspace import Workspace  # noqa: E402


def main():
    datahub = os.path.join(pypi.environment("datahub", PACKAGE), "bin", "datahub")
    with Workspace("--projects", str(PROJECTS), "--strict-spec") as workspace, \
            tempfile.TemporaryDirectory(prefix="hexmeta-datahub-") as folder:
        out = os.path.join(folder, "out.json")
        recipe = os.path.join(folder, "recipe.yml")
        with open(recipe, "w", encoding="utf-8") as file:
            json.dump({
                "source": {"type": "hex", "config": {
                    "workspace_name": "acme", "token": "hxtp_demo",
                    "base_url": f"{workspace.url}/api/v1",
                    "include_lineage": False}},
                "sink": {"type": "file", "config": {"filename": out}},
            }, file)
        environment = dict(os.environ, DATAHUB_TELEMETRY_ENABLED="false", HOME=folder)
        done = subprocess.run([datahub, "ingest", "run", "-c", recipe, "--no-progress"],
                              capture_output=True, text=True, check=False, env=environment,
                              timeout=900)
        if done.returncode != 0:
            print(done.stdout[-3000:], done.stderr[-3000:])
            return 1
        with open(out, encoding="utf-8") as file:
            records = json.load(file)
    entities = {record.get("entityUrn") for record in records}
    print(f"{len(records)} records of {len(entities)} entities, exit 0")
    return 0 if len(entities) >= PROJECTS // 2 else 1


if __name__ == "__main__":
    sys.exit(main())
