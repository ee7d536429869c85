"""The internet between blogstack and the emulated load balancer: a proxy on loopback that answers as the service would.

`http_proxy` and `https_proxy` in the environment bring every request here; a tunnel ends in a certificate of ours.
"""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast


class Web(ThreadingHTTPServer):
    """The proxy.

    Attributes:
        statuses: The status of each path that is not answered with `otherwise`.
        otherwise: The status of every other path.
        redirects: Whether plain HTTP leads to HTTPS.
        headers: What each request must have, or the answer is 404, as of a listener without a rule for it.
        requested: The URLs that were asked for, in order.
        tunnels: Where the tunnels of the requests by HTTPS lead.
    """

    daemon_threads = True

    def __init__(self, certificate: Path, key: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.certificate = certificate
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.statuses: dict[str, int] = {}
        self.otherwise = 200
        self.redirects = False
        self.headers: dict[str, str] = {}
        self.requested: list[str] = []
        self.tunnels: list[str] = []

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that send a program's requests here, and let it trust the certificate."""
        proxy = f"http://127.0.0.1:{self.server_port}"
        trusted = {"SSL_CERT_FILE": str(self.certificate), "CURL_CA_BUNDLE": str(self.certificate)}
        return {"http_proxy": proxy, "https_proxy": proxy, **trusted}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        web = cast(Web, self.server)
        host, path = self.headers["Host"], self.path if self.path.startswith("/") else f"/{self.path.split('/', 3)[3]}"
        plain = not isinstance(self.connection, ssl.SSLSocket)
        web.requested.append(f"{'http' if plain else 'https'}://{host}{path}")
        if plain and web.redirects:
            self.send_response(301)
            self.send_header("Location", f"https://{host}:443{path}")
        else:
            routed = all(self.headers.get(name) == value for name, value in web.headers.items())
            self.send_response(web.statuses.get(path, web.otherwise) if routed else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_CONNECT(self) -> None:
        cast(Web, self.server).tunnels.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.connection = self.request = cast(Web, self.server).context.wrap_socket(self.connection, server_side=True)
        self.setup()
        self.handle_one_request()
        self.wfile.flush()
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def web(folder: Path, *names: str) -> Iterator[Web]:
    """A proxy whose certificate is for some names."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    alternatives = ",".join(f"DNS:{name}" for name in names)
    subject = ["-subj", "/CN=emulated", "-addext", f"subjectAltName={alternatives}", "-days", "1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request, *subject, *files], check=True, capture_output=True)
    with Web(certificate, key) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
