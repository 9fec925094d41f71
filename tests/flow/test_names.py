"""What people type or paste to name a thing, and what they are told when nothing has the name."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from simulator import program

EXPORT = pathlib.Path(__file__).resolve().parents[2] / "examples" / "orders.hex.yaml"
PROJECT = "7d0a2f5e-3d5b-4a3a-9f43-6f1f60b5a002"
# The same number in base 62, as newer addresses have it.
SHORT = "3nwh7IDTdHSUCdhtquLFHG"
CELL = "7d0a2f5e-3d5b-4a3a-9f43-6f1f60b5a012"
HEX = "https://app.hex.tech/acme"


class NamesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hexmeta-flow-")
        cls.addClassCleanup(cls.temporary.cleanup)
        done = cls.hexmeta("import", str(EXPORT))
        assert done.returncode == 0, done.stderr

    @classmethod
    def hexmeta(cls, *arguments):
        return subprocess.run([os.path.abspath(program("hexmeta")), *arguments],
                              cwd=cls.temporary.name, capture_output=True, text=True,
                              timeout=60, check=False)

    def names(self, first_line, command, *texts):
        """Each of the texts leads to the thing that this line begins with."""
        for text in texts:
            with self.subTest(command=command, text=text):
                done = self.hexmeta(*command.split(), text)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(first_line), done.stdout)

    def fails(self, said, *arguments):
        with self.subTest(arguments=arguments):
            done = self.hexmeta(*arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn(said, done.stderr)

    def test_a_project_by_id_title_or_address(self):
        ways = [PROJECT, PROJECT.upper(), "Weekly orders", "WEEKLY ORDERS", '"Weekly orders"',
                f"{HEX}/app/{PROJECT}/latest", f"{HEX}/hex/{PROJECT}/draft/logic?view=1#x",
                f"{HEX}/app/Weekly-orders-{SHORT}/latest",
                f"{HEX}/hex/{PROJECT}/draft/logic?selectedCellId=unknown"]
        self.names("Weekly orders  project", "lineage", *ways)
        self.names("title       Weekly orders", "show projects",
                   *[way for way in ways if '"' not in way])

    def test_a_cell_by_the_address_that_selects_it(self):
        self.names("orders  SQL data set", "lineage",
                   f"{HEX}/hex/{PROJECT}/draft/logic?selectedCellId={CELL}")

    def test_a_table_with_and_without_quotes(self):
        ways = ["SHOP.CORE.ORDERS", "shop.core.orders", "core.orders", '"SHOP"."CORE"."ORDERS"',
                'SHOP."core".ORDERS', "`shop.core.orders`", "`shop`.`core`.`orders`",
                "[SHOP].[CORE].[ORDERS]"]
        self.names("SHOP.CORE.ORDERS on Shop warehouse", "impact", "orders", *ways)
        self.names("SHOP.CORE.ORDERS  table on Shop warehouse", "lineage", *ways)
        self.names("SHOP.CORE.ORDERS.", "impact", "orders.net_amount",
                   '"SHOP"."CORE"."ORDERS"."NET_AMOUNT"', "`core.orders`.net_amount")

    def test_an_unknown_name_is_answered_with_those_that_are_like_it(self):
        self.fails("table 'Weekly ordres'. Did you mean 'Weekly orders'?",
                   "lineage", "Weekly ordres")
        self.fails("Did you mean 'Weekly orders'", "lineage", "weekly")
        self.fails("reads or writes a table 'core.oders'. Did you mean 'CORE.ORDERS'?",
                   "impact", "core.oders")
        self.fails("Did you mean 'SHOP.CORE.CUSTOMERS'?", "impact", "custom")
        self.fails("no project 'Weekly'. Did you mean 'Weekly orders'?",
                   "show", "projects", "Weekly")
        self.fails("no table 'order'. Did you mean 'ORDERS'", "show", "tables", "order")
        self.fails("no user 'ann'", "show", "users", "ann")

    def test_nothing_is_suggested_that_is_not_like_it(self):
        for text in ("zebra", "", "x", f"{HEX}/app/019814d7-a5f1-7008-b413-872974a7a308/latest",
                     "z" * 5000, "'", "[", '"a', "[a]b", "."):
            done = self.hexmeta("lineage", text)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertNotIn("Did you mean", done.stderr)

    def test_the_columns_in_use_are_named_for_one_that_is_not(self):
        done = self.hexmeta("impact", "orders.net_amont")
        self.assertEqual((done.returncode, done.stdout),
                         (0, "SHOP.CORE.ORDERS.net_amont on Shop warehouse: 0 projects\n"))
        self.assertEqual(done.stderr, "Nothing is known to use a column 'net_amont' of it; known "
                                      "are: NET_AMOUNT, ORDERED_AT.\n")

    def test_the_tree_names_a_project_once(self):
        tree = self.hexmeta("lineage", "Weekly orders").stdout
        self.assertIn("  <- orders  SQL data set  [sql]\n", tree)
        self.assertEqual(tree.count("Weekly orders"), 1)
        tree = self.hexmeta("lineage", "core.customers").stdout
        self.assertIn("  -> orders  SQL data set in Weekly orders  [sql]\n", tree)
        tree = self.hexmeta("lineage", "Weekly orders/About").stdout
        self.assertIn("nothing is known that it comes from or feeds", tree)

    def test_what_is_no_table_is_told_apart(self):
        self.fails("'Weekly orders' is no table: 'hexmeta lineage' shows", "impact",
                   "Weekly orders")


if __name__ == "__main__":
    unittest.main()
