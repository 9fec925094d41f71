"""A simulated Hex workspace and a hexmeta to import it, in a folder of their own."""

import json
import os
import subprocess
import tempfile
import urllib.request

CONFIGURATION = """\
source:
  type: hex
  serviceName: hex_flow
  serviceConnection:
    config:
      type: Hex
      hostPort: {url}
      tokenType: personal
      token: {token}
  sourceConfig:
    config:
      type: DashboardMetadata
sink:
  type: catalog
  config: {{}}
hexmeta:
  catalog: hex.catalog.db
  requestsPerMinute: 0
  requestsPerHour: 0
  retryBudgetSeconds: {retry_seconds}
"""


def program(name):
    """The path of a program of this build: meson says where (HEXMETA, HEXSIM)."""
    return os.environ.get(name.upper()) or f"build/{name}"


class Workspace:
    """hexsim on a free port, stopped at the end of a with block; and its folder."""

    def __init__(self, *options, listen="127.0.0.1:0"):
        self.options = options
        self.listen = listen
        self.folder = tempfile.TemporaryDirectory(prefix="hexmeta-flow-")
        self.log = f"{self.folder.name}/requests.jsonl"
        self.process = None
        self.url = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [program("hexsim"), "--listen", self.listen, "--log", self.log, *self.options],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if "http://" not in line:
            self.__exit__()
            raise RuntimeError(f"hexsim did not start: {line!r}")
        self.url = line.split()[-1]
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def stop(self):
        """Nobody answers at self.url any more."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process.stdout.close()
            self.process = None

    def control(self, what, **fields):
        """Something happens in Hex: edit, publish, trash, ..."""
        request = urllib.request.Request(
            f"{self.url}/_sim/{what}",
            data=json.dumps(fields).encode() if fields else None,
            method="POST" if fields else "GET",
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()

    def truth(self):
        """What an importer must find, as JSON Lines."""
        return self.control("truth?sql=true")

    def requests(self):
        """All requests so far but those of control, in order."""
        with open(self.log, encoding="utf-8") as log:
            lines = [json.loads(line) for line in log]
        return [line for line in lines if not line["path"].startswith("/_sim/")]

    def configure(self, token="hxtp_demo", retry_seconds=20):
        """The path of a configuration for this workspace."""
        path = f"{self.folder.name}/hex.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                CONFIGURATION.format(url=self.url, token=token, retry_seconds=retry_seconds)
            )
        return path

    def start(self, *arguments):
        """Starts hexmeta in the folder; the process, with its stderr to be read."""
        return subprocess.Popen(
            [os.path.abspath(program("hexmeta")), *arguments],
            cwd=self.folder.name,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def hexmeta(self, *arguments):
        """Runs hexmeta in the folder; the finished process, with stdout and stderr as text."""
        return subprocess.run(
            [os.path.abspath(program("hexmeta")), *arguments],
            cwd=self.folder.name,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    @property
    def catalog(self):
        """The path of the catalog that the configuration names."""
        return f"{self.folder.name}/hex.catalog.db"
