"""A simulated OpenMetadata server, and a configuration that publishes to it."""

import json
import os
import subprocess
import urllib.parse
import urllib.request

from simulator import Simulator, program
from workspace import Workspace

CONFIGURATION = """\
source:
  type: hex
  serviceName: {service}
  serviceConnection:
    config:
      type: Hex
      hostPort: {hex_url}
      tokenType: personal
      token: hxtp_demo
  sourceConfig:
    config:
      type: DashboardMetadata
      includeOwners: true
sink:
  type: metadata-rest
  config: {{}}
workflowConfig:
  openMetadataServerConfig:
    hostPort: {om_url}/api
    securityConfig:
      jwtToken: {token}
hexmeta:
  catalog: {catalog}
  requestsPerMinute: 0
  requestsPerHour: 0
  retryBudgetSeconds: {retry_seconds}
  workspace: acme
"""


class Server(Simulator):
    """A simulated OpenMetadata server, looked at by a person."""

    name = "omsim"

    def call(self, method, path, body=None, token="omsim_admin", kind="application/json"):
        """A request of a person (or of whom the token belongs to); the parsed answer."""
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": kind, "Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
        is_json = text.startswith(("{", "[")) and not path.startswith("/_sim/state")
        return json.loads(text) if is_json else text

    def control(self, what, **fields):
        """Something happens on the server, or to it: seed, edit, config, ..."""
        return self.call("POST", f"/_sim/{what}", fields)

    def entity(self, collection, fqn, fields=""):
        """One entity as the server shows it."""
        name = urllib.parse.quote(fqn, safe="")
        query = f"?include=all&fields={fields}" if fields else "?include=all"
        return self.call("GET", f"/api/v1/{collection}/name/{name}{query}")

    def entities(self, collection, fields="", **query):
        """All of a collection, page by page."""
        found = []
        after = None
        while True:
            asked = dict(query, limit=1000)
            if fields:
                asked["fields"] = fields
            if after:
                asked["after"] = after
            page = self.call("GET", f"/api/v1/{collection}?{urllib.parse.urlencode(asked)}")
            found += page["data"]
            after = page["paging"].get("after")
            if not after:
                return found

    def patch(self, collection, entity_id, *operations, token="omsim_admin"):
        """What a person changes, as RFC 6902 operations."""
        return self.call(
            "PATCH",
            f"/api/v1/{collection}/{entity_id}",
            list(operations),
            token=token,
            kind="application/json-patch+json",
        )

    def state(self):
        """Everything that the server holds, without what differs from run to run."""
        return self.call("GET", "/_sim/state?stable=true")

    def stats(self):
        return self.call("GET", "/_sim/stats")

    def violations(self):
        """Requests that the schemas refuse."""
        return self.call("GET", "/_sim/violations")

    def forget_requests(self):
        self.control("log/clear")


class Publisher:
    """A catalog of a workspace, and hexmeta that publishes it to a server."""

    def __init__(self, workspace: Workspace, server: Server, name="one"):
        self.workspace = workspace
        self.server = server
        self.folder = f"{workspace.folder.name}/{name}"
        os.makedirs(self.folder, exist_ok=True)

    def configure(self, service="hex_flow", token="omsim_bot", retry_seconds=20, extra=""):
        path = f"{self.folder}/hex.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                CONFIGURATION.format(
                    service=service,
                    hex_url=self.workspace.url,
                    om_url=self.server.url,
                    token=token,
                    catalog=f"{self.folder}/hex.catalog.db",
                    retry_seconds=retry_seconds,
                )
                + extra
            )
        return path

    def start(self, *arguments):
        """hexmeta with the configuration, not waited for."""
        return subprocess.Popen(
            [os.path.abspath(program("hexmeta")), *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, command, *options, **settings):
        """The finished process, with stdout and stderr as text."""
        config = self.configure(**settings)
        process = self.start(command, "-c", config, "--progress", "none", *options)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)
