"""Causes in the stopped tasks: from ECS's reasons, exit codes and the last lines of the log.

The reasons: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from blogstack.aws.logs import LogLine
from blogstack.aws.services import ContainerEnd, StoppedTask
from blogstack.blueprint.registry import PLATFORMS
from blogstack.diagnostics import Code
from blogstack.doctor.cause import Cause
from blogstack.doctor.snapshot import WorkloadState
from blogstack.source.document import KeyPath
from blogstack.words import plural

_PULL = "CannotPullContainerError"
_NO_ANSWER = re.compile(
    r"i/o timeout|dial tcp|no such host|deadline exceeded|RequestCanceled|request canceled|connection timed out", re.I
)
_PLATFORM = re.compile(r"descriptor matching platform|no match for platform|exec format error", re.IGNORECASE)
_NO_IMAGE = re.compile(r"not found|manifest unknown|does not exist", re.IGNORECASE)
_SECRET = re.compile(r"unable to pull secrets|unable to retrieve secret|fetch secret|ssm parameters|json key", re.I)
_NO_ADDRESSES = re.compile(r"InsufficientFreeAddresses|free (?:IP )?addresses", re.IGNORECASE)
_NO_CAPACITY = re.compile(r"Capacity is unavailable|number of vCPUs|Fargate Spot capacity", re.IGNORECASE)
# strerror(3) of EROFS, as Python, Node and shells print it.
_READ_ONLY = re.compile(r"read-only file ?system", re.IGNORECASE)
_KILLED = 137
"""128 plus the number of SIGKILL, which ends a container that uses more memory than it has."""
_SHOWN = 8


def task_causes(state: WorkloadState) -> Iterator[Cause]:
    """What the newest stopped tasks of a workload show, each kind of cause once."""
    seen: set[Code] = set()
    for task in state.stopped:
        cause = _of_task(state, task)
        if cause and cause.code not in seen:
            seen.add(cause.code)
            yield cause
    for event in state.service.messages if state.service else ():
        if _NO_ADDRESSES.search(event) and Code.NO_ADDRESSES not in seen:
            seen.add(Code.NO_ADDRESSES)
            yield _no_addresses(state, event)
        elif _NO_CAPACITY.search(event) and Code.NO_CAPACITY not in seen:
            seen.add(Code.NO_CAPACITY)
            yield _no_capacity(state, event)


def _of_task(state: WorkloadState, task: StoppedTask) -> Cause | None:
    """Why a task stopped; None if it was stopped on purpose or because of its health checks."""
    reason = " ".join([task.reason, *(each.reason for each in task.containers)])
    lines = state.logs.get(task.id, ())
    text = "\n".join(line.text for line in lines)
    if _PLATFORM.search(reason) or _PLATFORM.search(text):
        architecture = state.workload.container.architecture.lower()
        return _cause(
            state,
            Code.IMAGE_ARCHITECTURE,
            ("image", "architecture"),
            f"the image of {state.workload.name} was not built for {architecture}",
            f"build it with `docker build --platform {PLATFORMS[architecture]}`, or set image.architecture",
            (reason, *_shown(lines)),
        )
    if _NO_ADDRESSES.search(reason):
        return _no_addresses(state, task.reason)
    if _NO_CAPACITY.search(reason):
        return _no_capacity(state, task.reason)
    if (_PULL in reason or "ResourceInitializationError" in reason) and _NO_ANSWER.search(reason):
        return _cause(
            state,
            Code.AWS_UNREACHABLE,
            ("network",),
            f"the tasks of {state.workload.name} cannot reach AWS: a request for image, secret or log timed out",
            "check the route of the subnets to a NAT gateway, or the VPC endpoints and their security group",
            (task.reason,),
        )
    if _SECRET.search(reason):
        return _secret(state, reason)
    if _PULL in reason:
        missing = bool(_NO_IMAGE.search(reason))
        code = Code.IMAGE_MISSING if missing else Code.IMAGE_FORBIDDEN
        what = "is not in its registry" if missing else "cannot be pulled: the registry refuses it"
        help = (
            "push the image with the tag that is deployed, or deploy a tag that exists"
            if missing
            else "check the registry's policy, or image.credentials"
        )
        return _cause(state, code, ("image",), f"the image of {state.workload.name} {what}", help, (task.reason,))
    ended = _ended(task)
    if ended is None:
        return None
    if "OutOfMemory" in ended.reason or (ended.exit_code == _KILLED and "memory" in reason.lower()):
        memory = state.workload.container.memory
        return _cause(
            state,
            Code.OUT_OF_MEMORY,
            state.workload.locate("memory"),
            f"{ended.name} was killed because it used more memory than the {memory} MiB of its task",
            "raise memory, or start fewer processes",
            (ended.reason or task.reason, *_shown(lines)),
        )
    if task.code == "EssentialContainerExited" and ended.exit_code is not None:
        if _READ_ONLY.search(text):
            return _cause(
                state,
                Code.CONTAINER_EXITS,
                state.workload.locate("readonly_root"),
                f"{ended.name} ended with exit code {ended.exit_code}: it writes outside of /tmp",
                "the root filesystem is read-only: let it write into /tmp, or set readonly_root: false",
                (task.reason, *_shown(lines)),
            )
        return _cause(
            state,
            Code.CONTAINER_EXITS,
            state.workload.locate("command"),
            f"{ended.name} exited by itself with code {ended.exit_code}" + _after(task),
            "the last lines of its log say why; to reproduce it, run the image with the same variables",
            (task.reason, *_shown(lines)),
        )
    return None


def _ended(task: StoppedTask) -> ContainerEnd | None:
    """The container that most likely ended first: one with an exit code other than 0. None if the task was stopped."""
    if task.code in ("ServiceSchedulerInitiated", "UserInitiated", "SpotInterruption"):
        return None
    ended = [each for each in task.containers if each.exit_code is not None or each.reason]
    return next((each for each in ended if each.exit_code), ended[0] if ended else None)


def _after(task: StoppedTask) -> str:
    if not (task.started and task.stopped):
        return ""
    return f", {plural(round((task.stopped - task.started).total_seconds()), 'seconds')} after it started"


def _secret(state: WorkloadState, reason: str) -> Cause:
    """The secret that a reason names, at its variable if the file has one."""
    path: KeyPath = state.workload.locate("secrets")
    name = "a secret"
    for secret in state.workload.all_secrets:
        if isinstance(secret.source, str) and secret.source.rpartition(":")[2] in reason:
            name, path = secret.variable, state.workload.locate("secrets", secret.variable)
            break
    if "json key" in reason.lower():
        what, help = "the secret's JSON has no such key", "correct `key`, or add the key to the secret"
    elif "AccessDenied" in reason or "not authorized" in reason:
        what, help = "the execution role may not read it", "check the policy of the secret and of its KMS key"
    else:
        what, help = "it does not exist", "create it, or correct its name; a deleted secret can be restored"
    return _cause(
        state, Code.SECRET_UNREADABLE, path, f"{name} of {state.workload.name} cannot be read: {what}", help, (reason,)
    )


def _no_addresses(state: WorkloadState, reason: str) -> Cause:
    return _cause(
        state,
        Code.NO_ADDRESSES,
        ("network",),
        f"the subnets have no free address for a task of {state.workload.name}",
        "use larger subnets, or lower scaling.max",
        (reason,),
    )


def _no_capacity(state: WorkloadState, reason: str) -> Cause:
    quota = "vCPUs" in reason
    return _cause(
        state,
        Code.NO_CAPACITY,
        state.workload.locate("scaling"),
        f"Fargate has no capacity for a task of {state.workload.name}",
        "request a higher quota of Fargate vCPUs in Service Quotas"
        if quota
        else "wait and deploy again, or lower scaling.spot",
        (reason,),
    )


def _shown(lines: tuple[LogLine, ...]) -> tuple[str, ...]:
    return tuple(line.text for line in lines[-_SHOWN:])


def _cause(
    state: WorkloadState, code: Code, path: KeyPath, message: str, help: str, evidence: tuple[str, ...]
) -> Cause:
    return Cause(
        code=code,
        workload=state.workload.name,
        path=path,
        message=message,
        help=help,
        evidence=tuple(each for each in evidence if each),
    )
