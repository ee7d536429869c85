"""The requests after a deployment: what counts as an answer, and for whom."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from blogstack.deploy.execution.checks import request
from blogstack.deploy.execution.context import Context, Failed
from blogstack.deploy.execution.events import Event, Note, Outcome
from blogstack.deploy.steps import Request
from tests.support.fake_aws import FakeAws
from tests.support.web import Web, web

EDGE = "blog-api-edge"
BALANCER = "blog-api-1234567890.eu-west-1.elb.amazonaws.com"
URL = f"http://{BALANCER}"


@pytest.fixture
def internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    with web(tmp_path, "blog.example.com") as started:
        for name, value in started.environment.items():
            monkeypatch.setenv(name, value)
        # urllib keeps what the environment said at its first request in this process.
        monkeypatch.setattr(urllib.request, "_opener", None)
        yield started


def asked(
    *,
    paths: tuple[str, ...],
    restriction: str | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
    host: str | None = None,
    **others: bool,
) -> tuple[str, ...]:
    """The output while the paths were requested.

    Raises:
        Failed: when the step fails.
    """
    outputs = [{"OutputKey": "Url", "OutputValue": URL}, {"OutputKey": "LoadBalancerDnsName", "OutputValue": BALANCER}]
    stack = {"StackName": EDGE, "CreationTime": datetime(2026, 1, 1, tzinfo=UTC), "StackStatus": "CREATE_COMPLETE"}
    aws = FakeAws({"cloudformation:DescribeStacks": {"Stacks": [{**stack, "Outputs": outputs}]}})
    told: list[Event] = []
    context = Context(
        session=aws.session,
        tag="v1",
        templates={},
        services={},
        folder=".",
        emit=told.append,
        pause=lambda _: None,
    )
    settings = {"errors_are_healthy": False, "internal": False, "is_direct": False, **others}
    step = Request(edge_stack=EDGE, host=host, headers=headers, paths=paths, restriction=restriction, **settings)
    assert request(context, "requests", step) is Outcome.DONE
    return tuple(note.text for note in told if isinstance(note, Note))


def test_every_path_answers(internet: Web) -> None:
    assert asked(paths=("/health", "/ready")) == (f"{URL}/health answers", f"{URL}/ready answers")
    assert internet.requested == [f"{URL}/health", f"{URL}/ready"]


def test_a_route_by_header(internet: Web) -> None:
    internet.headers["X-Version"] = "2"
    with pytest.raises(Failed, match="status 404"):
        asked(paths=("/health",))
    assert asked(paths=("/health",), headers={"X-Version": "2"}) == (f"{URL}/health answers",)
    (note,) = asked(paths=("/health",), headers={"X-Version": "2"}, internal=True)
    assert note == f"to check it, run inside the network: curl -fsS -H 'X-Version: 2' '{URL}/health'"


def test_a_name_whose_record_is_made_later(internet: Web) -> None:
    """The load balancer is requested by its own name, with the domain as host; the certificate is for the domain."""
    said = asked(paths=("/health",), host="blog.example.com", is_direct=True)
    assert said == ("https://blog.example.com/health answers",)
    assert internet.requested == ["https://blog.example.com/health"]
    assert internet.tunnels == [f"{BALANCER}:443"]
    (note,) = asked(paths=("/health",), host="blog.example.com", is_direct=True, internal=True)
    curl = f"curl -fsS --connect-to ::{BALANCER}:443 'https://blog.example.com/health'"
    assert note == f"to check it, run inside the network: {curl}"


def test_errors_that_stay(internet: Web) -> None:
    """BS514, after a minute of requests."""
    internet.statuses["/health"] = 503
    with pytest.raises(Failed) as caught:
        asked(paths=("/health",))
    assert caught.value.code.id == "BS514"
    assert str(caught.value) == f"{URL}/health: status 503"
    assert len(internet.requested) > 10


def test_an_error_of_the_request_ends_sooner(internet: Web) -> None:
    """A path that does not exist: after 15 seconds, with what to change; a new rule would answer by then."""
    internet.statuses["/health"] = 404
    with pytest.raises(Failed, match="/health: status 404") as caught:
        asked(paths=("/health",))
    assert caught.value.help.startswith("set health.path to a path that answers 200")
    requests = len(internet.requested)
    internet.statuses["/health"] = 503
    with pytest.raises(Failed, match="/health: status 503"):
        asked(paths=("/health",))
    assert requests < len(internet.requested) - requests


def test_errors_that_the_check_takes_for_healthy(internet: Web) -> None:
    """Only of the first path: that of the load balancer's check."""
    internet.statuses |= {"/": 404, "/ready": 404}
    assert asked(paths=("/",), errors_are_healthy=True) == (f"{URL}/ answers",)
    with pytest.raises(Failed, match="/ready: status 404"):
        asked(paths=("/", "/ready"), errors_are_healthy=True)


def test_no_answer_for_who_is_not_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """No failure when `allowed_cidrs` may be the reason."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setattr(urllib.request, "_opener", None)
    (note,) = asked(paths=("/health",), restriction="allowed_cidrs admits only 198.51.100.0/24")
    expected = f"to check it, run there: curl -fsS '{URL}/health'"
    assert note == f"no answer: allowed_cidrs admits only 198.51.100.0/24; {expected}"
    with pytest.raises(Failed, match="no answer"):
        asked(paths=("/health",))


def test_inside_the_network() -> None:
    assert asked(paths=("/health",), internal=True) == (
        f"to check it, run inside the network: curl -fsS '{URL}/health'",
    )
