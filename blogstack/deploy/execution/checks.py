"""The checks after a deployment: the service is stable, and answers."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request

from blogstack.aws.services import read_services
from blogstack.blueprint.names import Output
from blogstack.deploy.execution.context import Context, Failed
from blogstack.deploy.execution.events import Note, Outcome
from blogstack.deploy.execution.outputs import network_of, output_of
from blogstack.deploy.steps import RECORD, Request, ShowAddress, ShowLogs, ShowRecords, ShowRunCommands, WaitStable
from blogstack.diagnostics import Code

# As `aws ecs wait services-stable`: 40 times 15 seconds.
_MINUTES_10 = 600.0
# A name in DNS, and targets that have just become healthy, may take some seconds.
_SECONDS_60 = 60.0
# A 4xx status is usually final: only a new rule of the load balancer may take some seconds.
_SECONDS_15 = 15.0
_CLIENT_ERRORS = range(400, 500)
_TIMEOUT = 10


def wait_stable(context: Context, step: str, action: WaitStable) -> Outcome:
    """Wait until a service runs the desired tasks, and no others.

    Raises:
        Failed: when it does not do so within ten minutes.
        AwsError: when AWS does not answer.
    """
    session = context.session
    for _ in context.waits(_MINUTES_10):
        services = context.retry(step, lambda: read_services(session, action.cluster, [action.service]))
        service = services[action.service]
        if service.is_stable:
            return Outcome.DONE
    counts = f"{service.running} of {service.desired} tasks running"
    message = f"{action.service} is not stable after ten minutes: {counts}"
    raise Failed(Code.NOT_STABLE, message, "`blogstack doctor` says why", evidence=service.messages[:5])


def request(context: Context, step: str, action: Request) -> Outcome:
    """Request the paths of a service through its load balancer.

    Raises:
        Failed: when a request does not succeed.
        AwsError: when AWS does not answer.
    """
    url = output_of(context.session, action.edge_stack, Output.URL)
    balancer = output_of(context.session, action.edge_stack, Output.LOAD_BALANCER_DNS_NAME) if action.is_direct else ""
    if action.host:
        url = f"https://{action.host}"
    headers = {**action.headers, **({"Host": action.host} if balancer and action.host else {})}
    asked_at = f"https://{balancer}" if balancer else url
    for number, path in enumerate(action.paths):
        if action.internal:  # whoever deploys may be outside
            context.emit(
                Note(step, f"to check it, run inside the network: {action.curl(path, balancer)} '{url}{path}'")
            )
            continue
        asked = urllib.request.Request(f"{asked_at}{path}", headers=headers)  # noqa: S310 (http or https, from the stack)
        why = _ask(context, asked, any_status=action.errors_are_healthy and number == 0, names_differ=bool(balancer))
        if why is None:
            context.emit(Note(step, f"{url}{path} answers"))
        elif isinstance(why, int) or action.restriction is None:
            says = f"status {why}" if isinstance(why, int) else why
            help = "`blogstack doctor` says why"
            if number == 0 and why in _CLIENT_ERRORS:
                help = f"set health.path to a path that answers 200: the load balancer requests it too; {help}"
            raise Failed(Code.NO_ANSWER, f"{url}{path}: {says}", help)
        else:
            there = f"to check it, run there: {action.curl(path, balancer)} '{url}{path}'"
            context.emit(Note(step, f"no answer: {action.restriction}; {there}"))
    return Outcome.DONE


def _ask(context: Context, asked: urllib.request.Request, *, any_status: bool, names_differ: bool) -> int | str | None:
    """None for a success; else the last answer's status, or why there was none.

    Args:
        context: Context of the step.
        asked: The request.
        any_status: Whether an error status is a success too.
        names_differ: Whether the certificate is for another name than the requested one.
    """
    why: int | str = ""
    answered = 0.0
    tls = ssl.create_default_context()
    tls.check_hostname = not names_differ
    for waited in context.waits(_SECONDS_60):
        try:
            with urllib.request.urlopen(asked, timeout=_TIMEOUT, context=tls):  # noqa: S310 (http or https, as our template says)
                return None
        except urllib.error.HTTPError as error:
            if any_status:
                return None
            if error.code != why:
                why, answered = error.code, waited
            if why in _CLIENT_ERRORS and waited - answered >= _SECONDS_15:
                return why
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            why = f"no answer: {getattr(error, 'reason', error)}"
    return why


def show_records(context: Context, step: str, action: ShowRecords) -> Outcome:
    """Report which DNS records must be created by hand.

    Raises:
        Failed: when the load balancer's stack does not exist.
        AwsError: when AWS does not answer.
    """
    balancer = output_of(context.session, action.edge_stack, Output.LOAD_BALANCER_DNS_NAME)
    for name in action.names:
        context.emit(Note(step, RECORD.format(name=name, balancer=balancer)))
    return Outcome.DONE


def show_address(context: Context, step: str, action: ShowAddress) -> Outcome:
    """Report where the other tasks reach a private service."""
    context.emit(Note(step, f"the other tasks reach {action.service} at {action.url}"))
    return Outcome.DONE


def show_logs(context: Context, step: str, action: ShowLogs) -> Outcome:
    """Report how to read the logs."""
    context.emit(Note(step, f"aws logs tail {action.log_group} --region {context.session.region} --follow"))
    return Outcome.DONE


def show_run_commands(context: Context, step: str, action: ShowRunCommands) -> Outcome:
    """Report how to run the jobs by hand.

    Raises:
        Failed: when a stack with their subnets or security group does not exist.
        AwsError: when AWS does not answer.
    """
    network = json.dumps(network_of(context.session, action.placement, action.tasks_stack))
    for family in action.families:
        command = (
            f"aws ecs run-task --region {context.session.region} --cluster {action.cluster} --launch-type FARGATE"
            f" --task-definition {family} --propagate-tags TASK_DEFINITION --network-configuration '{network}'"
        )
        context.emit(Note(step, f"to run {family} now: {command}"))
    return Outcome.DONE
