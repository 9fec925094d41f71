"""check-style, check-layers and check-links must be able to fail: a bad tree for each of their rules."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = (
    "/* thing - a thing. */\n#ifndef BASE_THING_H\n#define BASE_THING_H\n\n"
    "/* Makes it. */\nint thing_make(void);\n\n#endif\n"
)


def run(checker, files):
    """Exit code and output of a checker in a folder that holds just these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
            with open(f"{root}/{path}", "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(
            [sys.executable, f"{HERE}/{checker}", root], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout


class StyleTest(unittest.TestCase):
    def assert_finds(self, path, text, words):
        code, output = run("check-style", {path: text})
        self.assertIn(words, output)
        self.assertEqual(code, 1)

    def assert_clean(self, path, text):
        code, output = run("check-style", {path: text})
        self.assertEqual((code, output), (0, "check-style: 1 files, 0 problems\n"))

    def test_good_files(self):
        self.assert_clean("src/base/thing.h", HEADER)
        self.assert_clean("src/base/thing.c", "/* strcpy(a, b) */\nint x = 1;\n")
        self.assert_clean("src/base/thing.c", 'const char *x = "// strcpy(a) /* ";\n')
        self.assert_clean("src/base/thing.c", "/* TODO(#12): more */\n")
        self.assert_clean("src/app/cli/thing.c", 'int x = printf("x");\n')
        self.assert_clean("src/base/thing.c", "typedef int (*thing_fn)(struct thing *thing);\n")

    def test_nothing_to_check(self):
        self.assertEqual(run("check-style", {"doc/x.c": "int x;\n"})[0], 1)

    def test_banned_calls(self):
        for name in ("strcpy", "strcat", "sprintf", "strtok", "atoi", "gets", "alloca", "system"):
            self.assert_finds("src/base/thing.c", f"int x = {name} (y);\n", f"1: {name} is banned")

    def test_printing(self):
        self.assert_finds("src/base/thing.c", "int x = puts(y);\n", "outside src/app/cli")
        self.assert_finds("src/base/thing.c", "int x = fputs(y, stdout);\n", "outside src/app/cli")

    def test_form(self):
        path = "src/base/thing.c"
        self.assert_finds(path, "int x; // no\n", "1: a // comment")
        self.assert_finds(path, "\tint x;\n", "1: a tab")
        self.assert_finds(path, "int x; \n", "1: white space")
        self.assert_finds(path, "int x;", "no line end")
        self.assert_finds(path, f"int {'x' * 96};\n", "101 columns")
        self.assert_finds(path, "int x;\n" * 901, "901 lines in one file")
        self.assert_finds(path, "/* TODO: more */\n", "1: a TODO")
        self.assert_finds(path, "typedef struct x x;\n", "1: a typedef")
        self.assert_finds(path, "typedef struct {\n    int a;\n} x;\n", "1: a typedef")
        self.assert_finds(path, '#include "thing.h"\n', "without its folder")

    def test_function_length(self):
        for length, found in ((60, False), (61, True)):
            text = "int f(void)\n{\n" + "    g();\n" * length + "}\n"
            code, output = run("check-style", {"src/base/thing.c": text})
            self.assertEqual("a function of 61 lines" in output, found)
            self.assertEqual(code, 1 if found else 0)

    def test_headers(self):
        path = "src/base/thing.h"
        self.assert_finds(path, HEADER.replace("BASE_", ""), "guard must be BASE_THING_H")
        self.assert_finds(path, HEADER.replace("/* Makes it. */", ""), "6: a public function")
        self.assert_finds(path, HEADER.replace("/* thing - a thing. */\n", ""), "starts with")

    def test_own_header_first(self):
        files = {"src/base/thing.h": HEADER, "src/base/thing.c": '#include "base/buf.h"\n'}
        self.assertIn('first include of ours must be "base/thing.h"', run("check-style", files)[1])


class LayersTest(unittest.TestCase):
    def assert_finds(self, path, text, words):
        code, output = run("check-layers", {path: text})
        self.assertIn(words, output)
        self.assertEqual(code, 1)

    def assert_clean(self, path, text):
        code, output = run("check-layers", {path: text})
        self.assertEqual((code, output), (0, "check-layers: 1 files, 0 problems\n"))

    def test_allowed(self):
        for path, name in (
            ("src/domain/x.c", "sql/parser.h"),
            ("src/catalog/x.c", "domain/project.h"),
            ("src/hex/x.c", "io/json.h"),
            ("src/app/cli/x.c", "hex/sync.h"),
            ("tools/hexsim/x.c", "io/json.h"),
        ):
            self.assert_clean(path, f'#include "{name}"\n')
        self.assert_clean("src/io/json.c", "#include <jansson.h>\n")
        self.assert_clean("src/domain/x.c", "/* time(NULL) */\nint runtime(void);\n")

    def test_forbidden(self):
        for path, name in (
            ("src/base/x.c", "io/json.h"),
            ("src/sql/x.c", "domain/project.h"),
            ("src/domain/x.h", "io/json.h"),
            ("src/io/x.c", "catalog/catalog.h"),
            ("src/catalog/x.c", "io/json.h"),
            ("src/hex/x.c", "om/api.h"),
            ("src/om/x.c", "hex/api.h"),
            ("src/hex/x.c", "app/config.h"),
            ("tools/hexsim/x.c", "hex/decode.h"),
        ):
            self.assert_finds(path, f'int a;\n#include "{name}"\n', f"x.{path[-1]}:2: ")

    def test_libraries_stay_home(self):
        for path, name in (
            ("src/hex/x.c", "jansson.h"),
            ("src/app/x.c", "yaml.h"),
            ("src/hex/x.c", "curl/curl.h"),
            ("src/app/x.c", "sqlite3.h"),
        ):
            self.assert_finds(path, f"#include <{name}>\n", f"<{name}> belongs to")

    def test_pure_layers(self):
        for layer in ("sql", "domain"):
            path = f"src/{layer}/x.c"
            self.assert_finds(path, '#include "base/clock.h"\n', "is pure")
            for call in ("fopen", "getenv", "time", "clock_gettime"):
                self.assert_finds(path, f"int x = {call}(0);\n", f"may not call {call}")

    def test_unknown_layer(self):
        self.assert_finds("src/misc/x.c", "int x;\n", "no layer")


class LinksTest(unittest.TestCase):
    def test_links(self):
        docs = {"docs/a.md": "# One thing\n[b](../src/b.h) [me](#one-thing) [x](https://x/y)\n"}
        self.assertEqual(run("check-links", {**docs, "src/b.h": ""})[0], 0)
        self.assertIn("docs/a.md:2: ../src/b.h is not there", run("check-links", docs)[1])
        docs["docs/c.md"] = "[a](a.md#two-things)\n"
        self.assertIn("a.md has no heading #two-things", run("check-links", docs)[1])
        self.assertEqual(run("check-links", {"src/b.h": ""})[0], 1)


if __name__ == "__main__":
    unittest.main()
