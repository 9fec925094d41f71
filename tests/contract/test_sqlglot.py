#!/usr/bin/env python3
"""sql-lineage beside somebody else's parser: sqlglot from PyPI, over its own tests' statements.

Prints every statement for which the two name other tables (SHOW=1), and fails when there are
more than were looked at and explained in docs/internals/sql.md. Skipped, with the reason,
where PyPI cannot be reached.
"""

import ast
import glob
import json
import logging
import os
import subprocess
import sys
import tarfile

import pypi

PACKAGE = "sqlglot==30.30.0"
MOST_DIFFERENCES = 200
DIALECTS = ("snowflake bigquery redshift postgres databricks spark trino presto athena clickhouse "
            "mysql tsql duckdb hive sqlite").split()
STARTS = ("SELECT", "WITH", "INSERT", "CREATE", "MERGE", "UPDATE", "DELETE", "COPY", "FROM", "(",
          "VALUES", "TABLE", "PIVOT", "UNPIVOT", "SUMMARIZE")


def install():
    """sqlglot and its source; this program goes on in its environment."""
    folder = pypi.environment("sqlglot", PACKAGE)
    if not glob.glob(f"{folder}/sqlglot-*/tests"):
        pypi.pip(folder, PACKAGE, "download", "--no-deps", "--no-binary", ":all:", "-d", folder)
        for archive in glob.glob(f"{folder}/*.tar.gz"):
            with tarfile.open(archive) as tar:
                tar.extractall(folder)
    pypi.enter(folder)
    return folder


def statements(folder):
    """(dialect, text) of all strings in sqlglot's tests that look like statements."""
    found = set()
    tests = glob.glob(f"{folder}/sqlglot-*/tests")[0]
    for path in glob.glob(f"{tests}/dialects/test_*.py"):
        dialect = os.path.basename(path)[5:-3]
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add((dialect, node.value))
            if isinstance(node, ast.Dict):
                found |= {(key.value, value.value) for key, value in zip(node.keys, node.values)
                          if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
                          and isinstance(value.value, str)}
    return sorted((dialect, text) for dialect, text in found
                  if dialect in DIALECTS and text.lstrip().upper().startswith(STARTS))


def name_of(table, exp):
    parts = [part.name if isinstance(part, exp.Identifier) else part.sql() for part in table.parts]
    return ".".join(parts).lower().replace('"', "")


def targets_of(tree, exp):
    """The tables that the statement and those inside of it write, as nodes."""
    found = []
    for node in [tree, *tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge)]:
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        writes = isinstance(node, (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create)) or (
            isinstance(node, exp.Copy) and node.args.get("kind"))
        if writes and isinstance(target, exp.Table) and target.name:
            found.append(target)
    return found


def theirs(dialect, text):
    """Reads and writes by sqlglot; None for what it cannot read or what holds no lineage."""
    import sqlglot
    from sqlglot import exp
    try:
        trees = sqlglot.parse(text, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    except Exception:  # whatever it dislikes
        return None
    tree = trees[0] if len(trees) == 1 else None
    if tree is None or isinstance(tree, (exp.Alter, exp.Drop)) or tree.find(exp.Command):
        return None
    if isinstance(tree, exp.Create) and tree.args.get("kind") not in ("TABLE", "VIEW"):
        return None
    targets = targets_of(tree, exp)
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    reads = {name_of(table, exp) for table in tree.find_all(exp.Table)
             if table.name and isinstance(table.this, exp.Identifier)
             and not any(table is target for target in targets)
             and not table.find_ancestor(exp.Reference, exp.LikeProperty, exp.Property)}
    return reads - ctes, {name_of(target, exp) for target in targets}


def ours(hexmeta, cases):
    lines = [json.dumps({"task": "tables", "id": str(i), "dialect": dialect, "sql": text})
             for i, (dialect, text) in enumerate(cases)]
    done = subprocess.run([hexmeta, "sql-lineage"], input="\n".join(lines), capture_output=True,
                          text=True, check=True)
    return {int(answer["id"]): answer for answer in map(json.loads, done.stdout.splitlines())}


def main():
    folder = install()
    logging.disable(logging.CRITICAL)  # what sqlglot cannot read is its own affair
    cases = []
    wanted = []
    for case in statements(folder):
        tables = theirs(*case)
        if tables is not None:
            cases.append(case)
            wanted.append(tables)
    answers = ours(sys.argv[1], cases)
    differences = 0
    for i, (dialect, text) in enumerate(cases):
        got = tuple({name.lower().replace('"', "") for name in answers[i][key]}
                    for key in ("reads", "writes"))
        if got != wanted[i]:
            differences += 1
            if os.environ.get("SHOW"):
                print(f"{dialect}: {text}\n    theirs {wanted[i]}\n    ours   {got}")
    print(f"{len(cases)} statements, {differences} differences")
    return 1 if differences > MOST_DIFFERENCES or len(answers) != len(cases) else 0


if __name__ == "__main__":
    sys.exit(main())
