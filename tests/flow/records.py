"""Compares two lists of `hexmeta export` records in every field (docs/design.md, section 6)."""

import json

IDENTITY = {
    "workspace": ("host", "id"),
    "connection": ("id",),
    "project": ("id",),
    "cell": ("project", "id"),
    "dataset": ("project", "cell"),
    "table": ("connection", "database", "schema", "name"),
    "edge": ("from", "to"),
    "run": ("project", "id"),
}


def parse(text):
    """The records of JSON Lines, in order."""
    return [json.loads(line) for line in text.split("\n") if line]  # not at U+2028


def identity(record):
    """What tells a record from others of its kind, as text."""
    return json.dumps([record["kind"]] + [record[key] for key in IDENTITY[record["kind"]]])


def index(records, whose):
    """Records by identity; a record that comes twice is an error of whose."""
    found = {}
    problems = []
    for record in records:
        key = identity(record)
        if key in found:
            problems.append(f"{whose} has {key} twice")
        found[key] = record
    return found, problems


def disorder(records):
    """The first record of its kind that comes before one it should follow; None when sorted."""
    last_kind, last_key = None, None
    seen = set()
    for record in records:
        kind = record["kind"]
        key = [str(record[name]).encode() for name in ("project", "id") if name in record]
        if kind == "cell":
            key = [record["project"].encode(), record["position"]]
        if kind == last_kind:
            if kind in ("connection", "project", "cell") and key <= last_key:
                return f"{kind} {key} comes behind {last_key}"
        elif kind in seen:
            return f"lines of kind {kind} in two places"
        seen.add(kind)
        last_kind, last_key = kind, key
    return None


def differences(got, want):
    """A line for each record and field in which got differs from want, sorted."""
    got_index, problems = index(got, "the export")
    want_index, more = index(want, "the truth")
    problems += more
    for key in want_index.keys() - got_index.keys():
        problems.append(f"missing: {key}")
    for key in got_index.keys() - want_index.keys():
        problems.append(f"not in the truth: {key}")
    for key in got_index.keys() & want_index.keys():
        left, right = got_index[key], want_index[key]
        if list(left) != list(right):
            problems.append(f"{key}: keys {list(left)}, expected {list(right)}")
        for name in left.keys() & right.keys():
            if left[name] != right[name] or json.dumps(left[name]) != json.dumps(right[name]):
                problems.append(
                    f"{key}: {name} is {json.dumps(left[name], ensure_ascii=False)}, "
                    f"expected {json.dumps(right[name], ensure_ascii=False)}"
                )
    return sorted(problems)
