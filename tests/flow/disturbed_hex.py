"""A server between hexmeta and hexsim that disturbs what passes, the same way each time.

What goes wrong with a request depends on the seed, on the request and on how often it came, not
on the order in which requests arrive side by side: a sequence can be played again.
"""

import http.client
import http.server
import json
import os
import random
import signal
import socket
import threading
import time
import urllib.parse

# What an answer may be instead of what it should be, and how often in relation to others.
FAULTS = {
    "400": 2, "403": 3, "404": 3, "409": 1, "422": 2, "500": 3, "502": 2, "503": 3,
    "401": 1, "429": 3, "429 after 0": 1, "429 after 1": 1, "page 403": 1, "page 404": 1,
    "page 200": 2, "cut": 3, "garbage": 2, "array": 1, "empty": 1, "short export": 3,
    "slow": 2, "other cursor": 1, "same cursor": 1,
}
# A scope that a token lacks is a 403 for these.
SCOPES = {
    "queried-tables": ("/queriedTables",),
    "cells": ("/api/v1/cells",),
    "data-connections": ("/api/v1/data-connections",),
    "collections": ("/api/v1/collections",),
    "users": ("/api/v1/users",),
    "groups": ("/api/v1/groups",),
}
PAGED = ("/api/v1/projects", "/api/v1/cells")


class Request:
    """One that came, and what became of it."""

    def __init__(self, method, target, body):
        self.method = method
        split = urllib.parse.urlsplit(target)
        self.path, self.query = split.path, split.query
        self.body = body
        self.fault = None
        self.status = None
        self.is_last_page = None
        parts = split.path.split("/")
        self.project = parts[4] if len(parts) > 4 and parts[3] == "projects" else None
        if self.project == "export":
            self.project = json.loads(body or b"{}").get("projectId")
        elif split.path == "/api/v1/cells":
            self.project = urllib.parse.parse_qs(split.query).get("projectId", [None])[0]

    @property
    def is_listing(self):
        return self.path == "/api/v1/projects"

    @property
    def kind(self):
        """What is asked for, without whose it is."""
        if self.is_listing:
            return "listing"
        if self.path.endswith(("/export", "/runs", "/queriedTables")):
            return self.path.rpartition("/")[2]
        if self.path.startswith("/api/v1/projects/"):
            return "lookup"
        return self.path.removeprefix("/api/v1/")

    def key(self):
        return f"{self.method} {self.path}?{self.query} {self.project}"


class Disturbance:
    """What is to go wrong in one run; nothing by default."""

    def __init__(self, seed=0, share=0.0, kinds=None, lost=(), stop_at=None, how=None, edits=None):
        self.seed = seed
        self.share = share
        self.kinds = kinds or list(FAULTS)
        self.lost = lost
        self.stop_at = stop_at  # the number of the request at which the process gets a signal
        self.how = how
        self.edits = edits or {}  # number of a listing page: what happens before it is answered

    def fault(self, request, attempt):
        rng = random.Random(f"{self.seed} {request.key()}")
        if rng.random() >= self.share:
            return None
        kind = rng.choices(self.kinds, [FAULTS[kind] for kind in self.kinds])[0]
        return kind if attempt < rng.choice((1, 1, 2, 1000)) else None


def error(status, **fields):
    body = {"reason": "no", "traceId": "1f2e3d"} | fields
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, body)
        status, headers, content = self.server.front.answer(request, self.headers)
        promised = len(content)
        if request.fault == "cut":
            content = content[: len(content) // 2]
            promised = len(content) + 10
            self.close_connection = True
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {promised}")
        try:
            self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = handle_any

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # a client that was killed


class Front:
    """Stands before hexsim, on a free port."""

    def __init__(self, behind):
        self.behind = urllib.parse.urlsplit(behind).netloc
        self.page_size = None
        self.process = None
        self.lock = threading.Lock()
        self.idle = []  # connections to hexsim
        self.begin(Disturbance())
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.front = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def begin(self, disturbance):
        """Forgets the requests so far; from now on these things go wrong."""
        self.disturbance = disturbance
        self.requests = []
        self.attempts = {}
        self.pages = 0

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        for connection in self.idle:
            connection.close()

    # ---- answering ----

    def answer(self, request, headers):
        with self.lock:
            disturbance = self.disturbance
            self.requests.append(request)
            attempt = self.attempts.get(request.key(), 0)
            self.attempts[request.key()] = attempt + 1
            if len(self.requests) == disturbance.stop_at and self.process is not None:
                os.kill(self.process.pid, disturbance.how or signal.SIGKILL)
            edit = None
            if request.is_listing:
                self.pages += 1
                edit = disturbance.edits.get(self.pages)
        if edit is not None:
            edit()
        request.fault = disturbance.fault(request, attempt)
        lost = any(request.path.startswith(prefix) or request.path.endswith(prefix)
                   for scope in disturbance.lost for prefix in SCOPES[scope])
        if lost and request.path != "/api/v1/users/me":
            answer = error(403, reason="The token lacks a scope")
        elif request.fault is None or request.fault in ("cut", "short export", "slow",
                                                        "other cursor", "same cursor"):
            answer = self.ask(request, headers)
        else:
            answer = self.instead(request)
        if request.fault == "slow":
            time.sleep(0.2)
        answer = self.mangle(request, *answer)
        request.status = answer[0]
        return answer

    def instead(self, request):
        words = request.fault.split()
        page = b"<!DOCTYPE html><html><body>Proxy</body></html>"
        if words[0] == "page":
            return int(words[1]), {"Content-Type": "text/html"}, page
        if words[0] == "429":
            status, headers, body = error(429)
            return status, headers | ({"Retry-After": words[2]} if words[1:] else {}), body
        if words[0].isdigit():
            if words[0] == "401":
                return 401, {"Content-Type": "text/plain"}, b"Unauthorized"
            return error(int(words[0]))
        body = {"garbage": b'{"values": [{"id": \x00\xff', "array": b"[1, 2]", "empty": b""}
        return 200, {"Content-Type": "application/json"}, body[words[0]]

    def mangle(self, request, status, headers, body):
        """Whole answers that are not what Hex said; and what was said on the last page."""
        if status != 200 or not (request.is_listing or request.kind == "export"):
            return status, headers, body
        if request.fault == "short export" and request.kind == "export":
            value = json.loads(body)
            content = value["content"]
            value["content"] = content[: len(content) * 2 // 3]
            body = json.dumps(value).encode()
        if request.is_listing and request.fault in (None, "slow", "short export"):
            request.is_last_page = json.loads(body)["pagination"].get("after") is None
        if request.is_listing and request.fault in ("other cursor", "same cursor"):
            value = json.loads(body)
            asked = urllib.parse.parse_qs(request.query).get("after", ["nonsense"])[0]
            after = "bm9uc2Vuc2U" if request.fault == "other cursor" else asked
            value["pagination"]["after"] = after
            body = json.dumps(value).encode()
        return status, headers, body

    def ask(self, request, headers):
        """What hexsim says."""
        query = request.query
        if self.page_size is not None and (
                request.path in PAGED or request.kind == "queriedTables"):
            pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
            pairs = [(k, str(self.page_size) if k == "limit" else v) for k, v in pairs]
            query = urllib.parse.urlencode(pairs)
        target = request.path + (f"?{query}" if query else "")
        sent = {name: headers[name] for name in ("Authorization", "Content-Type")
                if name in headers}
        for _ in range(2):
            with self.lock:
                connection = self.idle.pop() if self.idle else None
            try:
                if connection is None:
                    connection = http.client.HTTPConnection(self.behind, timeout=30)
                    connection.connect()
                    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.request(request.method, target, request.body or None, sent)
                answer = connection.getresponse()
                body = answer.read()
                kept = {name: value for name, value in answer.headers.items()
                        if name.lower() in ("content-type", "retry-after", "x-trace-id")}
                with self.lock:
                    self.idle.append(connection)
                return answer.status, kept, body
            except (http.client.HTTPException, OSError):
                connection.close()
        raise RuntimeError("hexsim does not answer")
