"""What the benchmarks share: running a program, tables, and bench/RESULTS.md."""

import os
import platform
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = f"{ROOT}/bench/RESULTS.md"


def measure(arguments, folder):
    """Seconds of CPU, MiB at the peak and seconds of one run of a program."""
    done = subprocess.run([sys.executable, __file__, folder, *arguments], stdout=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode != 0:
        with open(f"{folder}/hexmeta.log", encoding="utf-8", errors="replace") as log:
            sys.exit(f"bench: {' '.join(arguments)} failed:\n{log.read()}")
    return tuple(map(float, done.stdout.split()))


def main(folder, *arguments):
    """The parent of what is measured: a child's peak is at least what its parent had."""
    started = time.monotonic()
    with open(f"{folder}/hexmeta.log", "wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, seconds)
    return process.returncode


def start_simulator(name, *options):
    """A simulator on a free port, and its address."""
    process = subprocess.Popen([f"{ROOT}/build/{name}", "--listen", "127.0.0.1:0", *options],
                               stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if "http://" not in line:
        sys.exit(f"bench: {name} did not start")
    return process, line.split()[-1]


def stop_simulator(process):
    process.terminate()
    process.wait()
    process.stdout.close()


def as_table(columns, rows):
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    lines = ["| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " |"
             for row in [columns, *rows]]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    return "\n".join(lines)


def write_results(title, how, table):
    """Puts the section of one benchmark into bench/RESULTS.md; others stay."""
    version = subprocess.run([f"{ROOT}/build/hexmeta", "version"], capture_output=True,
                             text=True, check=True).stdout.strip()
    section = (f"## {title}\n\n{how}, {version}, {platform.machine()}, {os.cpu_count()} cores, "
               f"{time.strftime('%Y-%m-%d')}.\n\n{table}\n")
    text = "# Results\n"
    if os.path.exists(RESULTS):
        with open(RESULTS, encoding="utf-8") as file:
            text = file.read()
    head, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    sections = [one.rstrip() + "\n" for one in sections if not one.startswith(f"## {title}\n")]
    with open(RESULTS, "w", encoding="utf-8") as file:
        file.write("\n".join([head.rstrip() + "\n", *sorted([*sections, section])]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
