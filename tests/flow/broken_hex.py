"""What may stand where Hex should be: web servers, filters, logins, proxies, bad certificates."""

import http.client
import http.server
import socket
import ssl
import subprocess
import threading
import urllib.parse


def page(title, text="", status=200):
    """An answer that is a web page."""
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{text}</body></html>"
    return status, {"Content-Type": "text/html; charset=utf-8"}, body


def json_answer(status, body):
    return status, {"Content-Type": "application/json"}, body


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the server's rule says; what it leaves to others goes to the server behind."""

    protocol_version = "HTTP/1.1"

    def handle_any(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        answer = self.server.rule(self.command, self.path)
        if answer == "silence":
            self.server.is_over.wait(30)
            self.close_connection = True
        elif answer is None:
            self.reply(*self.ask_behind(body))
        else:
            self.reply(*answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_CONNECT = handle_any

    def ask_behind(self, body):
        behind = urllib.parse.urlsplit(self.server.behind)
        path = urllib.parse.urlsplit(self.path)
        target = path.path + (f"?{path.query}" if path.query else "")
        connection = http.client.HTTPConnection(behind.netloc, timeout=20)
        headers = {k: v for k, v in self.headers.items() if k.lower() in
                   ("authorization", "content-type")}
        connection.request(self.command, target, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.headers), content

    def reply(self, status, headers, body):
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # clients that refuse a certificate hang up


class Front:
    """A server on a free port. rule(method, path): an answer, "silence", or None: go behind."""

    def __init__(self, rule, behind=None, certificate=None):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.rule = rule
        self.server.behind = behind
        self.server.is_over = threading.Event()
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def close(self):
        self.server.is_over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def closed_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Certificates:
    """An authority of our own and what it signs, as PEM files of key and certificate."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = f"{folder}/authority.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-keyout", f"{folder}/authority.key", "-out", self.authority,
                     "-subj", "/CN=A company's authority", "-days", "2")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)

    def signed(self, name, address="IP:127.0.0.1", days=2):
        """A certificate for address, signed by the authority."""
        base = f"{self.folder}/{name}"
        with open(f"{base}.ext", "w", encoding="ascii") as file:
            file.write(f"subjectAltName={address}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", f"{base}.key", "-out", f"{base}.csr", "-subj", f"/CN={name}")
        self.openssl("x509", "-req", "-in", f"{base}.csr", "-CA", self.authority, "-CAkey",
                     f"{self.folder}/authority.key", "-CAcreateserial", "-days", str(days),
                     "-extfile", f"{base}.ext", "-out", f"{base}.crt")
        return self.together(base)

    def self_signed(self, name):
        base = f"{self.folder}/{name}"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-keyout", f"{base}.key", "-out", f"{base}.crt", "-subj",
                     f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-addext",
                     "basicConstraints=critical,CA:FALSE", "-days", "2")
        return self.together(base)

    def together(self, base):
        with open(f"{base}.pem", "w", encoding="ascii") as out:
            for kind in ("key", "crt"):
                with open(f"{base}.{kind}", encoding="ascii") as part:
                    out.write(part.read())
        return f"{base}.pem"
