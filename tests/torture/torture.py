"""Makes every allocation of a few commands fail in turn, one a run.

Whatever fails, the program must not crash. It ends with 0, the right output and the right
catalog (the allocation was not needed, or its failure was named and counted), or with an error
code and a message. The catalog can be read afterwards.
TORTURE_RUNS (400) bounds the runs for each command: the first ones, then an even choice.
"""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = f"{HERE}/../../examples"
RUNS = int(os.environ.get("TORTURE_RUNS", "400"))
PROGRAM = os.environ["HEXMETA"]
SIMULATOR = os.environ["HEXSIM"]
SHIM = os.environ["FAIL_MALLOC_SHIM"]

CONFIGURATION = """\
source:
  type: hex
  serviceName: torture
  serviceConnection:
    config: {type: Hex, hostPort: "@URL@", token: "${HEX_TOKEN:-hxtp_demo}"}
  sourceConfig:
    config:
      type: DashboardMetadata
      dashboardFilterPattern: {includes: [".*", "^(?i:ops)"]}
sink: {type: catalog, config: {}}
hexmeta:
  catalog: hex.db
  retryBudgetSeconds: 1
  requestsPerMinute: 0
  requestsPerHour: 0
  connections:
    "Shop warehouse": {service: shop, database: SHOP}
"""

# Name, arguments, whether it needs a filled catalog, codes of an honest failure.
COMMANDS = [
    ("import", ["import", "orders.hex.yaml", "--catalog", "hex.db"], False, {1}),
    ("ingest", ["ingest", "-c", "hex.yaml"], False, {1, 4}),
    ("test", ["test", "-c", "hex.yaml"], False, {1, 4}),
    ("export", ["export", "--catalog", "hex.db"], True, {1}),
    ("show", ["show", "projects", "--catalog", "hex.db"], True, {1}),
    # not with --search: SQLite 3.40 chooses another excerpt when it is short of memory
    ("show --json", ["show", "cells", "--json", "--catalog", "hex.db"], True, {1}),
    ("lineage", ["lineage", "Weekly orders/orders", "--catalog", "hex.db"], True, {1}),
    ("lineage --openlineage", ["lineage", "shop.core.orders", "--openlineage", "--catalog",
                               "hex.db"], True, {1}),
    ("impact", ["impact", "core.orders.net_amount", "--catalog", "hex.db"], True, {1}),
    ("config check", ["config", "check", "hex.yaml"], False, {1, 2}),
    ("config show", ["config", "show", "hex.yaml"], False, {1, 2}),
    ("help", ["help", "import"], False, {1}),
]


def run(arguments, folder, environment):
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False,
        timeout=120, env={"PATH": os.environ["PATH"], "NO_COLOR": "1", **environment})


def prepare(template, folder):
    shutil.copytree(template, folder)
    return folder


def count_allocations(arguments, template, root):
    folder = prepare(template, f"{root}/count")
    done = run(arguments, folder, {"LD_PRELOAD": SHIM, "FAIL_MALLOC": "0",
                                   "FAIL_MALLOC_COUNT": f"{root}/counted"})
    shutil.rmtree(folder)
    if done.returncode != 0:
        sys.exit(f"torture: {arguments} fails without any failing allocation:\n{done.stderr}")
    with open(f"{root}/counted", encoding="ascii") as file:
        return int(file.read())


def chosen(total):
    """Which allocations fail: all, or the first half of RUNS and an even choice of the rest."""
    if total <= RUNS:
        return list(range(1, total + 1))
    first = RUNS // 2
    step = (total - first) / (RUNS - first)
    return list(range(1, first + 1)) + [int(first + step * i) for i in range(1, RUNS - first)]


def results(arguments, folder, environment):
    """The finished process, and what the catalog holds after it: None without a catalog."""
    done = run(arguments, folder, environment)
    if not os.path.exists(f"{folder}/hex.db"):
        return done, None
    return done, run(["export", "--catalog", "hex.db"], folder, {})


def try_one(number, command, template, root, want):
    """What is wrong when allocation number fails; None when nothing is."""
    name, arguments, _, honest = command
    folder = prepare(template, f"{root}/{name.replace(' ', '-')}-{number}")
    done, after = results(arguments, folder, {"LD_PRELOAD": SHIM, "FAIL_MALLOC": str(number)})
    shutil.rmtree(folder)
    problem = None
    # `test` shows on standard output what a library made of it.
    names_failure = "\nfailed " in done.stdout or " Warning: " in done.stdout
    if done.returncode < 0:
        problem = f"died of signal {-done.returncode}"
    elif done.returncode == 0 and done.stdout != want[0].stdout and not names_failure:
        problem = "ended with 0, but its output is not complete"
    elif (done.returncode == 0 and after and after.stdout != want[1].stdout
          and "named above" not in done.stderr):  # a summary that counts errors
        problem = "ended with 0, but the catalog is not complete"
    elif done.returncode != 0 and done.returncode not in honest:
        problem = f"ended with {done.returncode}"
    elif done.returncode != 0 and done.stderr.strip() == "" and not names_failure:
        problem = "failed without a word"
    elif after and after.returncode != 0:
        problem = f"left a catalog that cannot be read: {after.stderr.strip()}"
    return f"{name}, allocation {number}: {problem}\n{done.stderr[-600:]}" if problem else None


def torture(root, url):
    """All problems, after a line a command."""
    problems = []
    empty, filled = f"{root}/empty", f"{root}/filled"
    os.mkdir(empty)
    shutil.copy(f"{EXAMPLES}/orders.hex.yaml", empty)
    with open(f"{empty}/hex.yaml", "w", encoding="utf-8") as file:
        file.write(CONFIGURATION.replace("@URL@", url))
    shutil.copytree(empty, filled)
    done = run(["import", "orders.hex.yaml", "--catalog", "hex.db"], filled, {})
    if done.returncode != 0:
        sys.exit(f"torture: import fails:\n{done.stderr}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for command in COMMANDS:
            template = filled if command[2] else empty
            total = count_allocations(command[1], template, root)
            folder = prepare(template, f"{root}/want")
            want = results(command[1], folder, {})
            shutil.rmtree(folder)
            numbers = chosen(total)
            found = [p for p in pool.map(
                lambda n, c=command, t=template, w=want: try_one(n, c, t, root, w),
                numbers) if p]
            print(f"{command[0]}: {len(numbers)} of {total} allocations failed in turn, "
                  f"{len(found)} problems")
            problems += found
    return problems


def main():
    simulator = subprocess.Popen([SIMULATOR, "--projects", "6", "--listen", "127.0.0.1:0"],
                                 stdout=subprocess.PIPE, text=True)
    try:
        url = simulator.stdout.readline().split()[-1]
        with tempfile.TemporaryDirectory(prefix="hexmeta-torture-") as root:
            problems = torture(root, url)
    finally:
        simulator.terminate()
        simulator.wait()
    for problem in problems[:20]:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
