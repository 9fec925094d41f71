"""A simulator that runs, and the answers of whoever is asked over HTTP."""

import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request


def program(name):
    """The path of a program of this build: meson says where (HEXMETA, HEXSIM, OMSIM)."""
    return os.environ.get(name.upper()) or f"build/{name}"


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    @property
    def message(self):
        return self.json()["message"]

    @property
    def change(self):
        return self.headers.get("X-OpenMetadata-Change")


def ask(method, url, data=None, headers=None):
    """One request; an answer that says no is an answer."""
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


class Simulator:
    """A program on a free port, stopped at the end of a with block; its folder and its log."""

    name = None  # of the program

    def __init__(self, *options, listen="127.0.0.1:0"):
        self.options = options
        self.listen = listen
        self.folder = tempfile.TemporaryDirectory(prefix="hexmeta-flow-")
        self.log = f"{self.folder.name}/requests.jsonl"
        self.process = None
        self.url = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [program(self.name), "--listen", self.listen, "--log", self.log, *self.options],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line.startswith(f"{self.name}: listening on http://127.0.0.1:"):
            self.stop()
            self.folder.cleanup()
            raise RuntimeError(f"{self.name} did not start: {line!r}")
        self.url = line.split()[-1]
        return self

    def __exit__(self, *_):
        code = self.stop()
        self.folder.cleanup()
        if code != 0:
            raise RuntimeError(f"{self.name} ended with {code}")

    def stop(self):
        """Nobody answers at self.url any more. The exit code; 0 when it was stopped before."""
        code = 0
        if self.process is not None:
            self.process.terminate()
            code = self.process.wait(timeout=60)
            self.process.stdout.close()
            self.process = None
        return code

    def logged(self):
        """All requests so far, with their bodies, in order."""
        with open(self.log, encoding="utf-8") as log:
            return [json.loads(line) for line in log]

    def requests(self):
        """The same without those of control."""
        return [line for line in self.logged() if not line["path"].startswith("/_sim/")]
