"""The checks of `blogstack verify`, with a server that answers as a load balancer would."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

import pytest

from blogstack.doctor.snapshot import read_snapshot, stack_names
from blogstack.doctor.verification import verify
from blogstack.pipeline import compile_text
from tests.doctor.answers import NOW, healthy, service, stopped, targets
from tests.support.fake_aws import FakeAws
from tests.support.web import web

FILE = b"name: shop\nregion: eu-west-1\ndomain: null\nservice: {health: {path: /health, ready_path: /ready}}\n"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/health": 200, "/ready": 503}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def checks(
    url: str, others: Mapping[str, object] = MappingProxyType({}), file: bytes = FILE
) -> dict[str, tuple[bool | None, str]]:
    """Each check, by name, of a service that is healthy except for some answers."""

    def stack(parameters: dict[str, str]) -> dict[str, object]:
        values = {"Url": url, "LoadBalancerDnsName": "shop-1.eu-west-1.elb.amazonaws.com"}
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in values.items()]
        name = parameters["StackName"]
        return {
            "Stacks": [
                {
                    "StackName": name,
                    "StackId": f"arn:{name}",
                    "CreationTime": NOW,
                    "StackStatus": "CREATE_COMPLETE",
                    "Outputs": outputs,
                }
            ]
        }

    answers = {**healthy(), "cloudformation:DescribeStacks": stack, **others}
    blueprint = compile_text("blogstack.yaml", file).blueprints[0]
    snapshot = read_snapshot(FakeAws(answers).session, blueprint)
    return {check.name: (check.passed, check.detail) for check in verify(snapshot, stack_names(blueprint))}


def test_requests(url: str) -> None:
    found = checks(url)
    assert found[f"{url}/health"] == (True, "200")
    assert found[f"{url}/ready"] == (False, "503")
    assert found["shop-service"] == (True, "CREATE_COMPLETE")
    assert found["service tasks"] == (True, "2 of 2 running")
    assert found["service targets"] == (True, "1 of 1 healthy")


def test_nobody_answers() -> None:
    found = checks("http://127.0.0.1:9")
    passed, detail = found["http://127.0.0.1:9/health"]
    assert not passed
    assert detail.startswith("no answer: ")


def test_nobody_answers_at_the_load_balancer_of_another_application() -> None:
    """Its file says who may connect, so this is no failure."""
    file = b"name: reports\nregion: eu-west-1\nuses: shop\n"
    file += b"service: {route: {path: /reports/*}, health: {path: /reports/health}}\n"
    passed, detail = checks("http://127.0.0.1:9", file=file)["http://127.0.0.1:9/reports/health"]
    assert passed is None
    assert detail.startswith("no answer: ")


def test_a_record_that_is_made_by_hand(url: str) -> None:
    """The target of the record is shown for a request that fails."""
    arn = b"arn:aws:acm:eu-west-1:123456789012:certificate/12345678-90ab-cdef"
    file = FILE.replace(b"null\n", b"{name: shop.example.com, certificate_arn: '" + arn + b"'}\n", 1)
    found = checks(url, file=file)
    assert found[f"{url}/health"] == (True, "200")
    where = "its DNS record must point to shop-1.eu-west-1.elb.amazonaws.com"
    assert found[f"{url}/ready"] == (False, f"503; {where}")


def test_unhealthy(url: str) -> None:
    sick = {"elbv2:DescribeTargetHealth": targets("unhealthy", "Target.Timeout", "Request timed out")}
    assert checks(url, sick)["service targets"] == (False, "0 of 1 healthy")
    fewer = stopped("Task failed to start") | {"ecs:DescribeServices": {"services": [service(running=1)]}}
    assert checks(url, fewer)["service tasks"] == (False, "1 of 2 running")


def test_an_error_that_the_load_balancer_takes(url: str) -> None:
    """`success_codes` apply to the health path here too, and to no other path."""
    file = FILE.replace(b"/health,", b"/nothing,") + b"load_balancer: {health_check: {success_codes: 200-404}}\n"
    found = checks(url, file=file)
    assert found[f"{url}/nothing"] == (True, "404")
    assert found[f"{url}/ready"] == (False, "503")


DOMAIN = b"domain: {name: shop.example.com, hosted_zone_id: Z0123456789ABCDEFGHIJ}"


def test_the_domain_with_its_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS with a certificate that is trusted, and the redirect, through a proxy as the environment names it."""
    file = FILE.replace(b"domain: null", DOMAIN)
    with web(tmp_path, "shop.example.com") as internet:
        for name, value in internet.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(urllib.request, "_opener", None)
        internet.redirects = True
        found = checks("https://shop.example.com", file=file)
        assert found["https://shop.example.com/health"] == (True, "200")
        assert found["http://shop.example.com"] == (True, "301 https://shop.example.com:443/")
        internet.redirects = False
        monkeypatch.delenv("SSL_CERT_FILE")
        monkeypatch.setattr(urllib.request, "_opener", None)
        found = checks("https://shop.example.com", file=file)
        assert found["https://shop.example.com/health"][0] is False
        assert found["https://shop.example.com/health"][1].startswith("the certificate is not valid: ")
        assert found["http://shop.example.com"] == (False, "200, not a redirect")
