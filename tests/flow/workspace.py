"""A simulated Hex workspace and a hexmeta to import it, in a folder of their own."""

import json
import os
import subprocess
import urllib.request

from simulator import Simulator, program

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


class Workspace(Simulator):
    """A simulated Hex workspace."""

    name = "hexsim"

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
