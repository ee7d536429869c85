"""The release step: a task that runs once until it exits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from blogstack.aws.changes import NotStarted
from blogstack.aws.changes import run_task as aws_run_task
from blogstack.aws.logs import last_lines
from blogstack.aws.session import AwsError, Session
from blogstack.deploy.execution.context import Context, Failed
from blogstack.deploy.execution.events import Note, Outcome
from blogstack.deploy.execution.outputs import network_of, output_of
from blogstack.deploy.steps import RunTask
from blogstack.diagnostics import Code

_DAY = 86400.0
_LOG_LINES = 20


def run_task(context: Context, step: str, action: RunTask) -> Outcome:
    """Run the task, or wait for the one that an earlier run started, until it exits with 0.

    Raises:
        Failed: when it cannot start, or exits with another code.
        AwsError: when AWS does not answer.
    """
    session = context.session
    definition = output_of(session, action.tasks_stack, action.task_definition)
    # At most 128 letters, digits, hyphens, slashes and underscores:
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    started_by = re.sub(r"[^A-Za-z0-9/_-]", "-", f"blogstack/{definition.rpartition('/')[2]}")[:128]
    running = session.call("ecs", "list_tasks", cluster=action.cluster, startedBy=started_by)["taskArns"]
    if running:
        context.emit(Note(step, "the release step of an earlier run is still running: waiting for it to end"))
    arn = running[0] if running else _start(session, action, definition, started_by)
    task: dict[str, Any] = {}
    for _ in context.waits(_DAY):
        task = context.retry(step, lambda: _describe(session, action.cluster, arn))
        if task.get("lastStatus") == "STOPPED":
            break
    else:
        raise Failed(Code.RELEASE_FAILED, "the release step still runs after a day", f"stop it: {arn}")
    codes = [container.get("exitCode") for container in task["containers"]]
    if codes and codes[0] == 0:
        return Outcome.DONE
    log = _log(session, definition, arn)
    reason = task.get("stoppedReason", "")
    why = f"exited with {codes[0]}" if codes and codes[0] is not None else f"did not run: {reason}"
    containers = [each["reason"] for each in task["containers"] if each.get("reason")]
    help = f"fix it and deploy again; its log: aws logs tail {action.log_group} --region {session.region} --since 1h"
    message = f"the release step {why}; the service was not updated"
    raise Failed(Code.RELEASE_FAILED, message, help, evidence=(*containers, *log))


def _start(session: Session, action: RunTask, definition: str, started_by: str) -> str:
    network = network_of(session, action.placement, action.tasks_stack)
    try:
        return aws_run_task(
            session, cluster=action.cluster, task_definition=definition, network=network, started_by=started_by
        )
    except NotStarted as error:
        message = f"the release step was not started: {error}"
        raise Failed(Code.RELEASE_FAILED, message, "deploy again in a few minutes") from None


def _describe(session: Session, cluster: str, arn: str) -> dict[str, Any]:
    # ECS forgets a stopped task after an hour, and its exit code with it.
    tasks = session.call("ecs", "describe_tasks", cluster=cluster, tasks=[arn])["tasks"]
    return (
        tasks[0]
        if tasks
        else {"lastStatus": "STOPPED", "containers": [], "stoppedReason": "ECS no longer knows the task"}
    )


def _log(session: Session, definition: str, task: str) -> Sequence[str]:
    """The last lines of the first container's log, without secrets; empty if they cannot be read."""
    try:
        described = session.call("ecs", "describe_task_definition", taskDefinition=definition)["taskDefinition"]
        container = described["containerDefinitions"][0]
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.rpartition('/')[2]}"
        lines = last_lines(session, options["awslogs-group"], stream, _LOG_LINES)
    except (AwsError, KeyError):
        return ()
    return [line.text for line in lines]
