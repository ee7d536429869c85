"""Plan -> a script for sh, bash and zsh, to run from a file or to paste into a shell.

It is one subshell in parentheses. The subshell ends at the first command that fails, so that nothing is deployed to an
environment after one that failed, and the user's shell keeps running. Parts joined by `&&` would not do: a shell
ignores `set -e` in all but the last of them
(https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html, `set -e`).

The script has no comments; it prints them instead: an interactive zsh does not accept comments and would run `#` as a
command (https://zsh.sourceforge.io/Doc/Release/Options.html, INTERACTIVE_COMMENTS).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from blogstack.blueprint import Blueprint
from blogstack.blueprint.names import Imported, Output, Parameter
from blogstack.blueprint.network import Placement
from blogstack.deploy.image_build import build_command, sources
from blogstack.deploy.plan import make_plans
from blogstack.deploy.shell_functions import FUNCTIONS
from blogstack.deploy.steps import (
    RECORD,
    Action,
    CheckPlatform,
    CheckZones,
    CreateServiceRoles,
    DeployStack,
    FindImage,
    Phase,
    Plan,
    PushImage,
    Request,
    RunTask,
    ShowAddress,
    ShowLogs,
    ShowRecords,
    ShowRunCommands,
    Step,
    WaitStable,
)


def deployment_script(blueprints: Sequence[Blueprint], files: Mapping[str, str], folder: str = ".") -> str:
    """The commands that deploy an application, in order.

    Args:
        blueprints: Of one application, one for each environment.
        files: The path of each stack's template, by the name of the stack.
        folder: Folder of the user's file; the paths of the image's build are relative to it.
    """
    plans = make_plans(blueprints)
    blocks: list[Iterable[str]] = [["set -eu", FUNCTIONS]]
    for before, plan in zip((None, *plans), plans, strict=False):
        blocks.append([f'echo "=== {_title(plan, before, alone=len(plans) == 1)}"', *_settings(plan, before, folder)])
        blocks.extend(_blocks(plan, files, folder))
    body = "\n\n".join("\n".join(block) for block in blocks)
    return f"({body}\n)\n"


def _title(plan: Plan, before: Plan | None, *, alone: bool) -> str:
    application = f"{plan.name} in {plan.environment}" if plan.environment else plan.name
    if alone:
        platforms = [step.action.name for step in plan.steps if isinstance(step.action, CheckPlatform)]
        place = f" behind the load balancer of {platforms[0]}" if platforms else ""
        return f"{application}{place}: the first deployment, and every later one"
    if plan.environment is None:
        return f"{plan.name}: the image, once for all environments"
    if before is not None and before.environment is not None:
        return f"{application}: the same commit, once {before.environment} is healthy"
    return application


def _settings(plan: Plan, before: Plan | None, folder: str) -> Iterator[str]:
    """Region, account and tag; the tag is chosen once for all plans of an image: a new commit may follow meanwhile."""
    yield f"export AWS_REGION={plan.region} AWS_DEFAULT_REGION={plan.region}"
    if before is None or before.image != plan.image:
        if plan.image is not None:
            yield f"TAG=${{TAG:?set TAG to the tag of {plan.image} to deploy}}"
        else:
            yield "TAG=$(git rev-parse --short=12 HEAD) || " + _refuse("commit first: the tag is the git commit")
            # The tag would not describe what is not committed.
            uncommitted = "there are uncommitted changes: commit first, because the image's tag is the commit"
            yield f"UNCOMMITTED=$(git status --porcelain -- {' '.join(sources(plan, folder))})"
            yield f'test -z "$UNCOMMITTED" || {_refuse(uncommitted)}'
    yield "IDENTITY=$(aws sts get-caller-identity --query \"join(' as ', [Account, Arn])\" --output text)"
    yield f'echo "==> Tag $TAG, region {plan.region}, account $IDENTITY"'


def _blocks(plan: Plan, files: Mapping[str, str], folder: str) -> Iterator[Iterable[str]]:
    """The steps under a heading for each phase."""
    for phase, group in groupby(plan.steps, key=lambda step: step.phase):
        steps = list(group)
        commands = [line for step in steps for line in _commands(step.action, files, folder)]
        yield [f'echo "==> {_heading(plan, phase, steps)}"', *_notes(plan, phase), *commands]


def _heading(plan: Plan, phase: Phase, steps: Sequence[Step]) -> str:
    match phase:
        case Phase.ROLES:
            return "The service-linked roles: an account has each of them once, and most accounts have them already"
        case Phase.IMAGE if plan.builds_image:
            return "The repository, then the image, once for each commit: a tag cannot be moved"
        case Phase.IMAGE:
            return "The image of this commit"
        case Phase.STACKS:
            return "The stacks that the service needs"
        case Phase.RELEASE:
            return "The release step, in the new image; the service is updated only when it exits with 0"
        case Phase.WORKLOADS:
            what = "The service" if len(steps) == 1 else "The workloads"
            return f"{what}; meanwhile, in a second terminal: aws logs tail {plan.log_group} --follow"
        case Phase.CHECKS:
            return "Checking the service"


def _notes(plan: Plan, phase: Phase) -> Iterator[str]:
    minutes = max((s.action.minutes for s in plan.steps if isinstance(s.action, DeployStack)), default=0)
    if phase is Phase.WORKLOADS and minutes:
        yield f'echo "==> Each deployment takes {minutes} minutes plus the time that the tasks take to start and stop"'
        options = f" --env {plan.environment}" if plan.environment else ""
        yield f'echo "==> To stop it and go back, in a second terminal: blogstack rollback{options}"'
    if phase is Phase.WORKLOADS and plan.email is not None:
        yield f'echo "==> AWS asks {plan.email} once to confirm; until then it mails no alarms"'


def _commands(action: Action, files: Mapping[str, str], folder: str) -> Iterator[str]:
    match action:
        case CreateServiceRoles():
            yield from _create_service_roles(action)
        case DeployStack():
            yield from _deploy_stack(action, files[action.stack])
        case CheckZones():
            yield from _check_zones(action)
        case CheckPlatform():
            why = f"deploy {action.name} first: this application is behind its load balancer"
            yield f"stack_exists {action.stack} || {_refuse(why)}"
        case PushImage():
            yield from _push_image(action, folder)
        case FindImage():
            yield f"{_describe_image(action.repository)} >/dev/null"
        case RunTask():
            yield from _run_task(action)
        case WaitStable():
            yield f"aws ecs wait services-stable --cluster {action.cluster} --services {action.service}"
        case Request():
            yield from _request(action)
        case ShowRunCommands():
            yield from _show_run_commands(action)
        case ShowRecords():
            yield f"BALANCER={_output(action.edge_stack, Output.LOAD_BALANCER_DNS_NAME)}"
            for name in action.names:
                yield f'echo "==> {RECORD.format(name=name, balancer="$BALANCER")}"'
        case ShowAddress():
            yield f'echo "==> The other tasks reach {action.service} at {action.url}"'
        case ShowLogs():
            yield f"aws logs tail {action.log_group} --since 10m"


def _check_zones(action: CheckZones) -> Iterator[str]:
    subnets = "aws ec2 describe-subnets --filters Name=default-for-az,Values=true"
    why = f"fewer than {action.zones} zones have a default subnet: list letters in network.create.availability_zones"
    yield f"if ! stack_exists {action.stack}; then"
    yield f"  ZONES=$({subnets} --query 'length(Subnets)' --output text)"
    yield f'  test "$ZONES" = 0 || test "$ZONES" -ge {action.zones} || {_refuse(why)}'
    yield "fi"


def _create_service_roles(action: CreateServiceRoles) -> Iterator[str]:
    yield f"for SERVICE in {' '.join(action.services)}; do"
    yield '  aws iam create-service-linked-role --aws-service-name "$SERVICE.amazonaws.com" >/dev/null 2>&1 || :'
    yield "done"


def _deploy_stack(action: DeployStack, file: str) -> Iterator[str]:
    if action.creation_parameters:
        yield f"stack_exists {action.stack} || {_deploy(action, file, action.creation_parameters)}"
    yield _deploy(action, file, action.parameters)


def _deploy(action: DeployStack, file: str, parameters: Mapping[str, str]) -> str:
    values = [f'{Parameter.IMAGE_TAG}="$TAG"'] if action.image_tag else []
    values += [f"{name}={shlex.quote(value)}" for name, value in parameters.items()]
    overrides = f" --parameter-overrides {' '.join(values)}" if values else ""
    return f"deploy_stack {action.stack} --template-file {shlex.quote(file)}{overrides}"


def _push_image(action: PushImage, folder: str) -> Iterator[str]:
    yield f"REPOSITORY={_output(action.registry_stack, Output.REPOSITORY_URI)}"
    yield f"if ! {_describe_image(action.repository)} >/dev/null 2>&1; then"
    yield f"  {build_command(action.build, folder)}"
    yield '  aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY%%/*}"'
    yield '  docker push "$REPOSITORY:$TAG"'
    yield "fi"


def _describe_image(repository: str) -> str:
    return f'aws ecr describe-images --repository-name {repository} --image-ids imageTag="$TAG"'


def _network(action: RunTask | ShowRunCommands) -> Iterator[str]:
    """Set NETWORK to where tasks run."""
    public_ip = "ENABLED" if action.placement.assign_public_ip else "DISABLED"
    yield f"SUBNETS={_subnets(action.placement)}"
    yield f"GROUP={_output(action.tasks_stack, Output.TASK_SECURITY_GROUP_ID)}"
    yield f'NETWORK="awsvpcConfiguration={{subnets=[$SUBNETS],securityGroups=[$GROUP],assignPublicIp={public_ip}}}"'


def _run_command(cluster: str, task_definition: str) -> str:
    return (
        f"aws ecs run-task --cluster {cluster} --launch-type FARGATE --task-definition {task_definition}"
        " --propagate-tags TASK_DEFINITION --network-configuration"
    )


def _show_run_commands(action: ShowRunCommands) -> Iterator[str]:
    yield from _network(action)
    for family in action.families:
        yield f"echo \"==> To run {family} now: {_run_command(action.cluster, family)} '$NETWORK'\""


def _run_task(action: RunTask) -> Iterator[str]:
    cluster = action.cluster
    yield f"RELEASE={_output(action.tasks_stack, action.task_definition)}"
    yield from _network(action)
    run = _run_command(cluster, '"$RELEASE"')
    yield f"TASK=$({run} \"$NETWORK\" --query 'tasks[0].taskArn' --output text)"
    # When ECS cannot start a task for lack of capacity, the CLI reports no error, but no task either.
    yield 'test "$TASK" != None || ' + _refuse("AWS has no capacity for the release step at the moment: try again")
    yield f'wait_for_task {cluster} "$TASK"'
    yield (
        f'EXIT=$(aws ecs describe-tasks --cluster {cluster} --tasks "$TASK"'
        " --query 'tasks[0].containers[0].exitCode' --output text)"
    )
    failed = f"the release step failed; read its log with: aws logs tail {action.log_group} --since 1h"
    yield f'test "$EXIT" = 0 || {_refuse(failed)}'


def _request(action: Request) -> Iterator[str]:
    yield f"URL=https://{action.host}" if action.host else f"URL={_output(action.edge_stack, Output.URL)}"
    if action.is_direct:
        yield f"BALANCER={_output(action.edge_stack, Output.LOAD_BALANCER_DNS_NAME)}"
    for path in action.paths:
        curl = action.curl(path, "$BALANCER")
        if action.internal:  # whoever deploys may be outside
            yield f"echo \"to check it, run inside the network: {curl} '$URL{path}'\""
            continue
        request = f'{curl} {_PATIENTLY} "$URL"{shlex.quote(path)}'
        if action.restriction:  # 7: no connection, 28: no answer in time
            why = f"no answer: {action.restriction}; to check it, run there"
            request += f""" || case $? in 7 | 28) echo "{why}: {curl} '$URL{path}'" ;; *) exit 1 ;; esac"""
        yield request


# A name in DNS, and targets that have just become healthy, may take some seconds.
_PATIENTLY = "--max-time 10 --retry 5 --retry-delay 5 --retry-all-errors"


def _refuse(why: str) -> str:
    return f'{{ echo "{why}" >&2; exit 1; }}'


def _subnets(placement: Placement) -> str:
    """The tasks' subnets, joined by commas: existing ones, or the outputs of the network stack."""
    existing = [subnet for subnet in placement.task_subnets if isinstance(subnet, str)]
    if existing:
        return ",".join(existing)
    created = [subnet for subnet in placement.task_subnets if isinstance(subnet, Imported)]
    outputs = " || ".join(f"OutputKey=='{subnet.output}'" for subnet in created)
    return _query(created[0].stack, f"join(',', Stacks[0].Outputs[?{outputs}].OutputValue)")


def _output(stack: str, key: str) -> str:
    return _query(stack, f"Stacks[0].Outputs[?OutputKey=='{key}'].OutputValue")


def _query(stack: str, query: str) -> str:
    return f'$(aws cloudformation describe-stacks --stack-name {stack} --query "{query}" --output text)'
