"""Lineage of whole workspaces against what the simulator made them from, and who asks for it."""

import collections
import json
import pathlib
import tempfile
import unittest

import openlineage_schema
import records
from workspace import Workspace

PROJECT_COUNT = 400
REAL = pathlib.Path(__file__).resolve().parents[3] / "shared/exports/commerce-dashboard.hex.yaml"


def key(node):
    return json.dumps(node, sort_keys=True)


def is_table(node):
    return "table" in node


def owner(node):
    """The project that a node belongs to."""
    kind, value = next(iter(node.items()))
    return value if kind == "project" else value["project"]


def table_reads(lines):
    """For each cell the tables that it reads, for each project the tables of its cells."""
    cells, projects = collections.defaultdict(set), collections.defaultdict(set)
    for line in lines:
        if line["kind"] == "edge" and is_table(line["from"]):
            if "project" not in line["to"]:
                cells[key(line["to"])].add(key(line["from"]))
            projects[owner(line["to"])].add(key(line["from"]))
    return cells, projects


def score(got, want):
    """Precision, recall, and the share of things without any error."""
    hits = sum(len(got[name] & want[name]) for name in got.keys() & want.keys())
    found = sum(len(tables) for tables in got.values())
    wanted = sum(len(tables) for tables in want.values())
    names = got.keys() | want.keys()
    good = sum(got.get(name, set()) == want.get(name, set()) for name in names)
    return hits / found, hits / wanted, good / len(names)


class LineageTest(unittest.TestCase):
    maxDiff = 4000

    def run_hexmeta(self, workspace, *arguments, code=0):
        done = workspace.hexmeta(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def ingest(self, workspace):
        self.run_hexmeta(workspace, "ingest", "-c", workspace.configure(), "-q")
        export = self.run_hexmeta(workspace, "export", "--catalog", workspace.catalog)
        return records.parse(export), records.parse(workspace.truth())

    def ask(self, workspace, *arguments, code=0):
        return self.run_hexmeta(workspace, *arguments, "--catalog", workspace.catalog, code=code)

    def assert_scores(self, got, want):
        for what, one, other in zip(("cell", "project"), table_reads(got), table_reads(want)):
            precision, recall, good = score(one, other)
            self.assertGreaterEqual(precision, 0.99, f"precision per {what}")
            self.assertGreaterEqual(recall, 0.99, f"recall per {what}")
            self.assertGreaterEqual(good, 0.97, f"{what}s without error")

    def test_a_workspace_has_the_lineage_that_it_was_made_from(self):
        with Workspace("--projects", str(PROJECT_COUNT)) as workspace:
            got, want = self.ingest(workspace)
            self.assert_scores(got, want)
            kinds = {"edge", "dataset", "table"}
            problems = records.differences(
                [line for line in got if line["kind"] in kinds],
                [line for line in want if line["kind"] in kinds],
            )
            self.assertEqual(problems[:10], [])
            edges = [line for line in got if line["kind"] == "edge"]
            evidence = collections.Counter(name for edge in edges for name in edge["evidence"])
            for name in ("sql", "queried_tables", "chart", "writeback", "import"):
                self.assertGreater(evidence[name], 0, name)
            self.impact_is_what_can_be_reached(workspace, edges)
            self.columns_are_followed(workspace, edges)
            self.lineage_is_the_edges(workspace, edges)
            self.openlineage_is_valid(workspace, got)
            self.stars_mark_what_is_elsewhere(workspace, got)
            self.coverage_is_told(workspace, edges)

    def test_cells_alone_show_nearly_as_much(self):
        with Workspace("--projects", "200", "--no-exports") as workspace:
            got, want = self.ingest(workspace)
            self.assert_scores(got, want)
            news = [line for line in got if line.get("evidence") == ["queried_tables"]]
            self.assertGreater(len(news), 0)

    # ---- of the workspace above ----

    def tables(self, edges):
        """Full names of some tables that are read, each of one connection only."""
        names = collections.defaultdict(set)
        for edge in edges:
            if is_table(edge["from"]):
                table = edge["from"]["table"]
                parts = [table["database"], table["schema"], table["name"]]
                names[".".join(part for part in parts if part).lower()].add(key(edge["from"]))
        return {name: nodes.pop() for name, nodes in sorted(names.items()) if len(nodes) == 1}

    def reach(self, edges, start):
        """Everything behind start; a project is an end."""
        onward = collections.defaultdict(set)
        for edge in edges:
            onward[key(edge["from"])].add(key(edge["to"]))
        found, queue = set(), [start]
        while queue:
            for node in onward[queue.pop()] - found - {start}:
                found.add(node)
                if "project" not in json.loads(node):
                    queue.append(node)
        return found

    @staticmethod
    def node_of(line):
        return key({kind: line[kind] for kind in ("table", "dataset", "project", "cell")
                    if kind in line})

    def impact_is_what_can_be_reached(self, workspace, edges):
        projects = {line["id"]: line for line in records.parse(workspace.truth())
                    if line["kind"] == "project"}
        names = self.tables(edges)
        self.assertGreater(len(names), 20)
        for name, start in list(names.items())[::len(names) // 12]:
            lines = records.parse(self.ask(workspace, "impact", name, "--json"))
            self.assertEqual({self.node_of(line) for line in lines}, self.reach(edges, start))
            for line in lines:
                if "table" not in line:
                    project = projects[owner({k: line[k] for k in ("dataset", "project", "cell")
                                              if k in line})]
                    self.assertEqual(line["owner"], project["owner"])
                    self.assertEqual(line["views"], project["views"]["allTime"])

    def columns_are_followed(self, workspace, edges):
        pairs = collections.defaultdict(set)
        for edge in edges:
            for pair in edge["columns"]:
                column = pair["from"].pop("column")
                place = (key(pair["from"]), column.lower())
                pair["from"]["column"] = column
                pairs[place].add((key(edge["to"]), pair["to"].lower()))
        names = self.tables(edges)
        tried = 0
        for (start, column) in sorted(pairs):
            name = next((name for name, node in names.items() if node == start), None)
            if name is None or "." in column or tried >= 12 or len(pairs[start, column]) < 2:
                continue
            tried += 1
            want, queue = set(), [(start, column)]
            while queue:
                for place in pairs[queue.pop()] - want:
                    want.add(place)
                    queue.append(place)
            lines = records.parse(self.ask(workspace, "impact", f"{name}.{column}", "--json"))
            got = {(self.node_of(line), column.lower()) for line in lines
                   if line["certainty"] == "certain" for column in line["columns"]}
            self.assertLessEqual(want - {(start, c) for c in (column,)}, got, f"{name}.{column}")
        self.assertEqual(tried, 12)

    def lineage_is_the_edges(self, workspace, edges):
        by_ends = {(key(edge["from"]), key(edge["to"])): edge for edge in edges}
        for edge in [edge for edge in edges if "dataset" in edge["to"]][::97]:
            dataset = edge["to"]["dataset"]
            graph = json.loads(self.ask(workspace, "lineage",
                                        f"{dataset['project']}/{dataset['cell']}", "--json"))
            self.assertEqual(graph["start"], edge["to"])
            shown = {(key(one["from"]), key(one["to"])): one for one in graph["edges"]}
            self.assertIn((key(edge["from"]), key(edge["to"])), shown)
            for ends, one in shown.items():
                self.assertEqual({**one, "kind": "edge"}, by_ends[ends])

    def openlineage_is_valid(self, workspace, got):
        names = [name for name in self.tables([line for line in got if line["kind"] == "edge"])]
        count = 0
        for name in names[:6]:
            for line in self.ask(workspace, "lineage", name, "--openlineage").splitlines():
                event = json.loads(line)
                self.assertEqual(openlineage_schema.problems(event), [], line[:400])
                count += 1
        self.assertGreater(count, 20)
        dot = self.ask(workspace, "lineage", names[0], "--dot")
        self.assertTrue(dot.startswith("digraph lineage {") and dot.endswith("}\n"))

    def stars_mark_what_is_elsewhere(self, workspace, got):
        """(*) stands behind what has its branches in another place, as in `cargo tree`."""
        count = 0
        for project in [line["id"] for line in got if line["kind"] == "project"][:40]:
            lines = self.ask(workspace, "lineage", project).splitlines()
            indents = [len(line) - len(line.lstrip()) for line in lines] + [0]
            for at, line in enumerate(lines):
                if line.endswith("  (*)"):
                    node = line.strip().split("  [")[0]
                    self.assertLessEqual(indents[at + 1], indents[at], line)
                    self.assertTrue(any(
                        other.strip().split("  [")[0] == node and not other.endswith("(*)")
                        and indents[i + 1] > indents[i] for i, other in enumerate(lines)), line)
                    count += 1
        self.assertGreater(count, 3)

    def coverage_is_told(self, workspace, edges):
        news = collections.Counter(edge["to"]["project"] for edge in edges
                                   if edge["evidence"] == ["queried_tables"])
        self.assertGreater(len(news), 3)
        shown = {line["id"]: line for line in
                 records.parse(self.ask(workspace, "show", "projects", "--json"))}
        for project, count in news.items():
            if project in shown:
                explained, total = map(int, shown[project]["queried"].split(" of "))
                self.assertEqual(total - explained, count)
                self.assertIn("when it runs", shown[project]["notInSQL"])

    def test_names_of_several_things_are_asked_about(self):
        with Workspace("--projects", "60") as workspace:
            self.ingest(workspace)
            done = workspace.hexmeta("lineage", "df_1", "--catalog", workspace.catalog)
            self.assertEqual(done.returncode, 1)
            self.assertIn("may be any of these", done.stderr)
            choice = next(line for line in done.stderr.splitlines() if line.startswith("  "))
            self.ask(workspace, "lineage", choice.split()[0])
            done = workspace.hexmeta("lineage", "no such thing", "--catalog", workspace.catalog)
            self.assertEqual(done.returncode, 1)
            self.assertIn("'no such thing'", done.stderr)
            self.ask(workspace, "lineage", "df_1", "--json", "--dot", code=2)


@unittest.skipUnless(REAL.exists(), f"{REAL.name} is not here")
class RealExportTest(unittest.TestCase):
    TABLES = {"COMMERCE", "BRAND", "CATEGORY", "COUNTRY"}

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="hexmeta-flow-")
        self.addCleanup(self.folder.cleanup)
        self.catalog = f"{self.folder.name}/real.db"
        self.ask("import", str(REAL), "-q")
        self.export = records.parse(self.ask("export"))

    def ask(self, *arguments):
        done = Workspace.hexmeta(self, *arguments, "--catalog", self.catalog)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def lineage(self, cell):
        return json.loads(self.ask("lineage", f"{cell['project']}/{cell['id']}", "--json"))

    def cells(self, *types):
        return [line for line in self.export
                if line["kind"] == "cell" and line["type"] in types]

    def assert_traced(self, columns):
        for column in columns:
            self.assertGreater(len(column["from"]), 0, column)
            for origin in column["from"]:
                table = origin["table"]
                self.assertEqual((table["database"], table["schema"]),
                                 ("QUICKSTARTS", "HEX_ECOMMERCE"))
                self.assertIn(table["name"], self.TABLES)

    def test_its_sql_cell_reads_four_tables(self):
        (cell,) = self.cells("SQL")
        graph = self.lineage(cell)
        tables = {edge["from"]["table"]["name"] for edge in graph["edges"]
                  if is_table(edge["from"])}
        self.assertEqual(tables, self.TABLES)
        self.assert_traced(graph["columns"])
        (dataset,) = [line for line in self.export if line["kind"] == "dataset"]
        self.assertFalse(dataset["partial"])
        self.assertEqual({column["column"] for column in graph["columns"]},
                         {column["name"] for column in dataset["columns"]})
        origins = {column["column"]: [(origin["table"]["name"], origin["column"])
                                      for origin in column["from"]]
                   for column in graph["columns"]}
        self.assertEqual(origins["Year"], [("COMMERCE", "Date")])
        self.assertEqual(origins["Country"], [("COUNTRY", "Country")])

    def test_every_chart_is_traced_to_the_warehouse(self):
        charts = self.cells("EXPLORE", "METRIC", "CHART", "PIVOT", "DISPLAY_TABLE")
        self.assertGreater(len(charts), 4)
        for cell in charts:
            wanted = {column for read in cell["reads"] for column in read["columns"]}
            graph = self.lineage(cell)
            self.assertEqual({column["column"] for column in graph["columns"]}, wanted)
            self.assert_traced(graph["columns"])

    def test_a_column_of_the_warehouse_is_missed_by_its_charts(self):
        lines = records.parse(self.ask("impact", "commerce.REVENUE", "--json"))
        cells = {line["cell"]["id"] for line in lines if "cell" in line}
        want = {cell["id"] for cell in self.cells("EXPLORE", "METRIC")
                if any("Revenue" in read["columns"] for read in cell["reads"])}
        self.assertEqual(cells, want)


if __name__ == "__main__":
    unittest.main()
