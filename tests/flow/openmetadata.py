"""A simulated OpenMetadata server, and ways to ask it, fill it, edit it and look at it."""

import json
import urllib.parse

from simulator import Simulator, ask

BOT = "omsim_bot"
ADMIN = "omsim_admin"


def user_token(name):
    """The token of a person that was seeded."""
    return f"omsim_user_{name}"


def label(fqn):
    """A tag label as an importer sends it."""
    return {"tagFQN": fqn, "source": "Classification", "labelType": "Automated",
            "state": "Suggested"}


def quoted(name):
    """A name as one segment of a path."""
    return urllib.parse.quote(name, safe="")


class OpenMetadata(Simulator):
    """A simulated OpenMetadata server, asked as an importer does."""

    name = "omsim"

    def ask(self, method, path, body=None, token=BOT, **headers):
        """One request; path begins behind /api/v1."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = "application/json-patch+json" if method == "PATCH" else "application/json"
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers.setdefault("Content-Type", kind)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = self.url + (path if path.startswith("/_sim/") else "/api/v1" + path)
        return ask(method, url, data, headers)

    def get(self, path, status=200, **more):
        """The JSON of an answer that must have this status."""
        return self.good("GET", path, None, status, **more)

    def put(self, path, body, status=None, **more):
        return self.good("PUT", path, body, status, **more)

    def patch(self, path, operations, status=200, **more):
        return self.good("PATCH", path, operations, status, **more)

    def good(self, method, path, body, status, **more):
        answer = self.ask(method, path, body, **more)
        wanted = (200, 201) if status is None else (status,)
        assert answer.status in wanted, (method, path, answer.status, answer.body[:500])
        return answer.json() if answer.body[:1] in (b"{", b"[") else None

    def walk(self, path):
        """All entities of a list, page by page."""
        after, values = None, []
        while True:
            page = self.get(path + (f"&after={after}" if after else ""))
            values += page["data"]
            after = page["paging"].get("after")
            if after is None:
                return values

    # ---- what only a simulator can do

    def control(self, what, fields=None, status=200):
        method = "GET" if fields is None else "POST"
        answer = self.ask(method, f"/_sim/{what}", fields, token=None)
        assert answer.status == status, (what, answer.status, answer.body[:500])
        return answer

    def seed(self, **what):
        self.control("seed", what)

    def configure(self, **what):
        self.control("config", what)

    def edit(self, user, kind, fqn, *operations, status=200):
        """What a person does on the server's pages."""
        return self.control("edit", {"user": user, "type": kind, "fqn": fqn,
                                     "patch": list(operations)}, status=status).json()

    def stats(self):
        return self.control("stats").json()

    def violations(self):
        return self.control("violations").json()

    def state(self):
        """All that the server holds, without ids, times and versions; sorted lines."""
        return self.control("state?stable=true").body.decode().splitlines()

    def requests(self):
        """Those of control, too."""
        return self.logged()
