"""Causes in the health checks: of the container, and of the load balancer.

The reasons for a target's state: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html,
and how ECS reports them: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from blogstack.aws.services import StoppedTask
from blogstack.diagnostics import Code
from blogstack.doctor.cause import Cause
from blogstack.doctor.snapshot import WorkloadState
from blogstack.source.document import KeyPath

_EVENT = re.compile(r"is unhealthy in .*? due to \(reason (.*?)\)", re.DOTALL)
_CODES = re.compile(r"codes: \[(\d+)")
_TARGET_GROUP_CHECK = re.compile(r"failed ELB health checks", re.IGNORECASE)
_CONTAINER_CHECK = re.compile(r"failed container health checks", re.IGNORECASE)
_TIMED_OUT = re.compile(r"timed out", re.IGNORECASE)
_READY = re.compile(
    r"Uvicorn running|Application startup complete|Listening at|Listening on|Starting development server"
)
"""What the servers of FastAPI and Django log when they are ready."""
_BAD_REQUEST, _NOT_FOUND = 400, 404


def check_causes(state: WorkloadState) -> Iterator[Cause]:
    """Why tasks of a workload are unhealthy."""
    yield from _of_container(state)
    reasons = _reasons(state)
    if not reasons or state.workload.exposure is None:
        return
    if slow := _slow_start(state):
        yield slow
        return
    exposure = state.workload.exposure
    codes = [int(match[1]) for reason in reasons if (match := _CODES.search(reason))]
    path, port, name = exposure.health_path, exposure.port, state.workload.name
    where = state.workload.locate("health", "path")
    if _BAD_REQUEST in codes:
        yield _cause(
            state,
            Code.HOST_REFUSED,
            state.workload.locate("framework"),
            f"{name} answers the load balancer's check of {path} with 400: it refuses the Host header",
            "the check sends the task's own address as Host: allow it, as docs/django.md shows",
            reasons,
        )
    elif codes:
        help = "check a path that exists" if codes[0] == _NOT_FOUND else "check a path that needs no log-in"
        yield _cause(
            state,
            Code.TARGET_STATUS,
            where,
            f"{name} answers the load balancer's check of {path} with {codes[0]}, not {exposure.success_codes}",
            f"{help}: set service.health.path; or add the status to load_balancer.health_check.success_codes",
            reasons,
        )
    elif any(_TIMED_OUT.search(reason) for reason in reasons):
        # A port that nobody listens on refuses at once; what is dropped on the way takes its time.
        yield _cause(
            state,
            Code.TARGET_SILENT,
            state.workload.locate("port"),
            f"{name} does not answer the load balancer's check on port {port} in time",
            f"either {path} takes longer than the check waits, or a security group no longer admits the load balancer:"
            " `blogstack doctor --drift` shows a rule that was changed by hand",
            reasons,
        )
    else:
        yield _cause(
            state,
            Code.TARGET_SILENT,
            state.workload.locate("port"),
            f"{name} does not answer the load balancer's check on port {port}",
            f"let the server listen on 0.0.0.0:{port}, not on localhost or on another port; or set service.port",
            reasons,
        )


def _of_container(state: WorkloadState) -> Iterator[Cause]:
    failed = [task for task in state.stopped if _CONTAINER_CHECK.search(task.reason)]
    if failed:
        check = state.workload.container.check
        command = " ".join(check.command[1:]) if check else ""  # the first word is how it is run
        yield _cause(
            state,
            Code.CONTAINER_UNHEALTHY,
            state.workload.locate("health"),
            f"the container's health check of {state.workload.name} fails: {command}",
            "run the command in the image: programs that it uses, such as curl, must be there; or set health.command",
            (failed[0].reason, *_lines(state, failed[0])),
        )


def _reasons(state: WorkloadState) -> tuple[str, ...]:
    """What the load balancer says about unhealthy targets; for targets that are gone, ECS's events say it."""
    found = [target.description or target.reason for target in state.targets if target.state == "unhealthy"]
    events = state.service.messages if state.service else ()
    found += [match[1] for event in events if (match := _EVENT.search(event))]
    found += [task.reason for task in state.stopped if _TARGET_GROUP_CHECK.search(task.reason)]
    return tuple(dict.fromkeys(found))


def _slow_start(state: WorkloadState) -> Cause | None:
    """Whether the start takes longer than the checks wait, according to the log."""
    assert state.workload.exposure is not None
    grace = state.workload.exposure.check.start
    for task in state.stopped:
        ready = next((line for line in state.logs.get(task.id, ()) if _READY.search(line.text)), None)
        if not (ready and task.started and _TARGET_GROUP_CHECK.search(task.reason)):
            continue
        seconds = round((ready.time - task.started).total_seconds())
        if seconds > grace:
            return _cause(
                state,
                Code.SLOW_START,
                ("load_balancer", "health_check", "grace_period"),
                f"{state.workload.name} took {seconds} seconds to start, but checks count after {grace}",
                f"set load_balancer.health_check.grace_period to {2 * seconds}s, or give the task more cpu",
                (ready.text, task.reason),
            )
    return None


def _lines(state: WorkloadState, task: StoppedTask) -> tuple[str, ...]:
    return tuple(line.text for line in state.logs.get(task.id, ())[-8:])


def _cause(
    state: WorkloadState, code: Code, path: KeyPath, message: str, help: str, evidence: tuple[str, ...]
) -> Cause:
    return Cause(code=code, workload=state.workload.name, path=path, message=message, help=help, evidence=evidence)
