#!/usr/bin/env python3
"""The shared SQL corpus: test_sql_corpus.py HEXMETA. Skips when the corpus is not beside the tree.

The figures are what the engine reached; a fall below them is a regression.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77

# File, headline figure, at least. docs/internals/sql.md lists the cases that are not right.
FLOORS = [
    ("tables", "reads/ALL", 99.8),
    ("tables", "both/ALL", 99.8),
    ("columns", "case/ALL", 99.3),
    ("notebooks", "project/ALL", 100.0),
    ("notebooks", "partial/ALL", 100.0),
]
DIALECT_FLOOR = 99.0  # of both/DIALECT


def figures(corpus, task, hexmeta):
    """The exact figures of one file by name: {"reads/ALL": 99.9, ...}."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as scores:
        subprocess.run([sys.executable, corpus / "score.py", corpus / f"{task}.jsonl", "--json",
                        scores.name, "--", hexmeta, "sql-lineage"],
                       check=True, stdout=subprocess.DEVNULL)
        return {name: score["exact"] for name, score in json.load(scores).items()}


def main():
    corpus = ROOT.parent / "shared" / "sql-corpus"
    if not (corpus / "score.py").exists():
        print("skipped: there is no ../shared/sql-corpus beside the tree")
        return SKIPPED
    failures = 0
    reached = {task: figures(corpus, task, sys.argv[1])
               for task in ("tables", "columns", "notebooks")}
    for task, name, floor in FLOORS:
        value = reached[task][name]
        failures += value < floor
        print(f"{task} {name}: {value}, at least {floor}")
    for name, value in reached["tables"].items():
        if name.startswith("both/") and value < DIALECT_FLOOR:
            failures += 1
            print(f"tables {name}: {value}, at least {DIALECT_FLOOR}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
