"""Whether a deployed environment does what it should: its stacks, its services, and requests from here."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from blogstack.aws.stacks import StackState
from blogstack.blueprint.edge import Edge
from blogstack.blueprint.names import Output
from blogstack.doctor.snapshot import Snapshot, WorkloadState
from blogstack.records import Record

_SECONDS = 10


class Check(Record):
    """The result of a check.

    Attributes:
        name: What was checked.
        passed: None if it could not be checked from here.
        detail: What was found.
    """

    name: str
    passed: bool | None
    detail: str


def verify(snapshot: Snapshot, names: list[str]) -> Iterator[Check]:
    """Every check, in order.

    Args:
        snapshot: What AWS says.
        names: The stacks that should exist.
    """
    for name in names:
        stack = snapshot.stacks.get(name)
        yield Check(name, stack is not None and stack.is_complete, stack.status if stack else "does not exist")
    for state in snapshot.workloads:
        yield _service(state)
        if state.targets:
            healthy = [target for target in state.targets if target.state == "healthy"]
            used = [target for target in state.targets if target.state not in ("unused", "draining")]
            detail = f"{len(healthy)} of {len(used)} healthy"
            yield Check(f"{state.workload.name} targets", len(healthy) == len(used) > 0, detail)
    yield from _requests(snapshot)


def _service(state: WorkloadState) -> Check:
    name, service = f"{state.workload.name} tasks", state.service
    if service is None or not service.is_active:
        return Check(name, False, "there is no ECS service")
    detail = f"{service.running} of {service.desired} running"
    if len(service.rollouts) > 1:
        return Check(name, False, f"{detail}; a deployment is in progress")
    return Check(name, service.is_stable, detail)


def _requests(snapshot: Snapshot) -> Iterator[Check]:
    edge, stack = snapshot.blueprint.edge, snapshot.load_balancer
    url = stack.outputs.get(Output.URL) if stack else None
    if url is None:
        return
    if edge and edge.internal:
        yield Check(url, None, "the load balancer is internal: run this inside its network")
        return
    for state in snapshot.workloads:
        if exposure := state.workload.exposure:
            base = f"https://{exposure.own_host}" if exposure.own_host else url
            for path in exposure.own_paths:
                takes_errors = exposure.errors_are_healthy and path == exposure.health_path
                # The load balancer of another application may let in others only, which its file says.
                silent = False if edge else None
                found = _answer(f"{base}{path}", exposure.own_headers, any_status=takes_errors, silent=silent)
                yield _with_record(found, edge, stack) if found.passed is False else found
    if edge and edge.tls:
        yield _redirect(url)


def _answer(url: str, headers: Mapping[str, str], *, any_status: bool, silent: bool | None) -> Check:
    """A request.

    Args:
        url: What to request.
        headers: What to send, by name.
        any_status: Whether an error status counts as a success, as in the load balancer's check.
        silent: What no answer at all means; None: nothing.
    """
    asked = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 (http or https, from the stack)
    try:
        with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310
            return Check(url, True, str(answer.status))
    except urllib.error.HTTPError as error:
        return Check(url, any_status, str(error.code))
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            return Check(url, False, f"the certificate is not valid: {error.reason.verify_message}")
        return Check(url, silent, f"no answer: {error.reason}")
    except (OSError, http.client.HTTPException) as error:
        return Check(url, silent, f"no answer: {error}")


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Answers with the redirect instead of following it."""

    def redirect_request(self, *_: object) -> None:
        """No other request."""


def _with_record(check: Check, edge: Edge | None, stack: StackState | None) -> Check:
    """A failed request, with the DNS record that its name needs if that is created by hand."""
    if not (edge and edge.tls and edge.tls.elsewhere and stack):
        return check
    balancer = stack.outputs.get(Output.LOAD_BALANCER_DNS_NAME)
    return Check(check.name, check.passed, f"{check.detail}; its DNS record must point to {balancer}")


def _redirect(url: str) -> Check:
    """Whether plain HTTP is redirected to HTTPS."""
    name = f"http://{urlsplit(url).hostname or ''}"
    try:
        with urllib.request.build_opener(_StayHere).open(f"{name}/", timeout=_SECONDS) as answer:
            return Check(name, False, f"{answer.status}, not a redirect")
    except urllib.error.HTTPError as error:
        target = error.headers.get("Location", "")
        redirects = error.code in (301, 302, 307, 308) and target.startswith("https://")
        return Check(name, redirects, f"{error.code} {target}".strip())
    except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
        return Check(name, False, f"no answer: {getattr(error, 'reason', error)}")
