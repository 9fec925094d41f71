"""Packages from PyPI that only tests use, each in an environment of its own in the build folder."""

import os
import subprocess
import sys
import venv

SKIPPED = 77


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def environment(name, package):
    """The folder of the environment that holds package; ends the test as skipped without it."""
    folder = os.path.join(os.environ.get("CONTRACT_FOLDER", "build/contract"), name)
    done = os.path.join(folder, "installed")
    if os.path.exists(done):
        return folder
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        skip(f"no virtual environment can be made: {error}")
    pip(folder, package, "install")
    with open(done, "w", encoding="utf-8") as file:
        file.write(package + "\n")
    return folder


def pip(folder, package, *arguments):
    command = [os.path.join(folder, "bin", "pip"), arguments[0], "--quiet",
               "--disable-pip-version-check", *arguments[1:], package]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode != 0:
        skip(f"{package} is not to be had: {done.stderr.strip().splitlines()[-1:]}")


def enter(folder):
    """Goes on in the environment: returns there, starts this program again elsewhere."""
    if os.path.realpath(sys.prefix) != os.path.realpath(folder):
        python = os.path.join(folder, "bin", "python")
        os.execv(python, [python, *sys.argv])
