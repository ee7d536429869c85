"""OpenTelemetry: sent to where the environment says, and not even imported otherwise."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2

from tests.app.service import ROOT, Service, eventually


def test_metrics_go_to_the_collector_that_the_environment_names(tmp_path: Path) -> None:
    received: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            received.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        environment = {
            "SQLITE_PATH": str(tmp_path / "blog.db"),
            "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
            "OTEL_TRACES_EXPORTER": "none",
            "OTEL_LOGS_EXPORTER": "none",
            "OTEL_METRIC_EXPORT_INTERVAL": "200",
        }
        with Service(environment) as service:
            assert httpx2.get(f"{service.url}/posts").status_code == 200
            eventually(lambda: bool(received))
        collector.shutdown()
    assert set(received) == {"/v1/metrics"}


def test_nothing_of_it_is_loaded_unless_it_is_asked_for() -> None:
    code = "import app.__main__, sys; sys.exit(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60)
    assert done.returncode == 0
