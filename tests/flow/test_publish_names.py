"""Names that OpenMetadata refuses arrive as tests/cases/publish says, and stay so."""

import pathlib
import re
import sys
import unittest

from publish_case import PublishCase, count_writes
from published import Truth, quote
from publisher import Server
from workspace import Workspace

CASES = pathlib.Path(__file__).resolve().parents[1] / "cases" / "publish"
AT_ONCE = 20  # a workspace of the simulator has room for some more categories
ESCAPES = {b"t": b"\t", b"r": b"\r", b"n": b"\n", b"\\": b"\\"}


def unescape(text):
    def one(match):
        code = match.group(1)
        return ESCAPES[code] if code in ESCAPES else bytes([int(code[1:], 16)])

    return re.sub(rb"\\([trn\\]|x[0-9a-fA-F]{2})", one, text.encode()).decode()


def cases():
    """Input and clean name of every case of one name."""
    found = []
    for path in sorted(CASES.glob("*.case")):
        for part in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[1:]:
            match = re.search(r"(?ms)^<<<( escapes)?\n(.*?)\n?>>>\n\[(.*?)\]\n*\Z", part)
            if match is None or "\nas: name\n" not in part:
                continue
            repeat = re.search(r"(?m)^repeat: (\d+)$", part)
            text = unescape(match.group(2)) if match.group(1) else match.group(2)
            if "\0" not in text:  # a text with one is no JSON that any server takes
                found.append((text * int(repeat.group(1) if repeat else 1), match.group(3)))
    return found


class NamesTest(PublishCase):
    def publish_names(self, version, some):
        """Each name as a category and as a column; one of them as a title."""
        columns = {clean.casefold(): (name, clean) for name, clean in some if clean}
        sql = ", ".join('a as "{}"'.format(n.replace('"', '""')) for n, _ in columns.values())
        with Workspace("--projects", "3") as workspace, Server("--version", version) as server:
            one = next(p["id"] for p in Truth(workspace.truth()).projects.values()
                       if p["detail"] == "full")
            workspace.control("edit", id=one, title=some[0][0], sql=f"select {sql} from t",
                              categories=[name for name, _ in some])
            publisher, _ = self.first(workspace, server)
            self.assertEqual(server.violations(), [])
            shown = self.dashboards(server)[one]
            if some[0][1]:
                self.assertEqual(shown["displayName"], some[0][0])
            tags = {tag["tagFQN"] for tag in shown["tags"]
                    if tag["tagFQN"].startswith("HexCategories.")}
            self.assertEqual(tags, {f"HexCategories.{quote(clean)}" for _, clean in some if clean})
            self.assert_titles(server, some)
            models = server.entities("dashboard/datamodels", service="hex_flow")
            got = [[c["name"] for c in m["columns"]] for m in models if m["name"].startswith(one)]
            self.assertIn([clean for _, clean in columns.values()], got)
            before = self.stable(server)
            self.assertEqual(count_writes(self.again(publisher)), 0)
            self.assertEqual(self.stable(server), before)

    def assert_titles(self, server, some):
        """What was changed is still to be read."""
        originals = {}
        for name, clean in some:
            originals.setdefault(clean, set()).add(name)
        for tag in server.entities("tags", parent="HexCategories"):
            if tag["name"] in originals:
                title = tag.get("displayName", tag["name"])
                self.assertIn(title, originals[tag["name"]] | {tag["name"]})

    def test_names_arrive_clean_and_stay(self):
        every = cases()
        self.assertGreaterEqual(len(every), 45)
        for version in ("2.0.7", "1.12.3"):
            for start in range(0, len(every), AT_ONCE):
                with self.subTest(version=version, start=start):
                    self.publish_names(version, every[start : start + AT_ONCE])


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
