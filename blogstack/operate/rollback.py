"""Rolling a service back to an older version."""

from __future__ import annotations

import time

from blogstack.aws.changes import stop_deployment, update_parameter
from blogstack.aws.images import has_image
from blogstack.aws.services import ServiceDeployment, read_deployment, read_images, read_services, running_deployment
from blogstack.aws.session import AwsError, Session, Trouble
from blogstack.aws.stacks import StackState, read_stack
from blogstack.blueprint.names import Parameter
from blogstack.blueprint.workload import EcsService
from blogstack.facts.images import ecr_repository, tag_of, without_tag
from blogstack.operate.waiting import LOOKS, POLL, Pause, TookTooLong, reasons_of, retry, wait_for_stack
from blogstack.records import Record

_REVISIONS = 50
"""How many versions of a task definition are read, beginning with the newest."""


class CannotRollBack(Exception):
    """There is nothing to go back to; the text says why."""


class Failed(Exception):
    """The rollback failed; the text has AWS's reason."""


class StopDeployment(Record):
    """End the deployment that is in progress."""

    deployment: ServiceDeployment


class DeployTag(Record):
    """Deploy an older image with the template that is deployed.

    Attributes:
        stack: The workload's stack, as it is.
        before: The deployed tag.
        tag: The tag to deploy.
    """

    stack: StackState
    before: str
    tag: str


def plan_rollback(session: Session, workload: EcsService, tag: str | None) -> StopDeployment | DeployTag:
    """How to go back.

    Args:
        session: Session with AWS.
        workload: The service or the worker.
        tag: Tag of the image to go back to; None for the previous one.

    Raises:
        CannotRollBack: when there is nothing to go back to.
        AwsError: when a call fails.
    """
    stack = read_stack(session, workload.stack)
    service = (
        read_services(session, workload.cluster, [workload.service_name]).get(workload.service_name) if stack else None
    )
    if stack is None or service is None:
        raise CannotRollBack(f"{workload.service_name} is not deployed")
    running = running_deployment(session, workload.cluster, workload.service_name)
    if running and tag is None:
        return StopDeployment(running)
    if running or stack.is_busy:
        what = "a deployment of the service" if running else f"an update of {stack.name}"
        stop_it = ", or leave out --to to stop it" if running else ""
        raise CannotRollBack(f"{what} is in progress: wait until it has ended{stop_it}")
    before = stack.parameters.get(Parameter.IMAGE_TAG)
    if before is None:
        raise CannotRollBack(f"the file sets its image's tag: change the key image of {workload.name}, and deploy")
    if tag is None:
        tag = _previous_tag(session, workload, service.task_definition, before)
    elif tag == before:
        raise CannotRollBack(f"{tag} is deployed already")
    _check_image(session, workload, service.task_definition, tag)
    return DeployTag(stack, before, tag)


def _check_image(session: Session, workload: EcsService, task_definition: str, tag: str) -> None:
    """Refuse a tag that ECR does not have. Other registries are not asked, nor is ECR without the right to."""
    image = read_images(session, task_definition).get(workload.container_name, "")
    where = ecr_repository(without_tag(image))
    if where is None or where[1] != session.region:
        return
    account, region, repository = where
    try:
        found = has_image(session, repository, tag, account)
    except AwsError as error:
        if error.trouble is not Trouble.DENIED:
            raise
        return
    if not found:
        known = f"aws ecr list-images --region {region} --repository-name {repository}"
        raise CannotRollBack(f"there is no image {repository}:{tag}; `{known}` lists those that exist")


def _previous_tag(session: Session, workload: EcsService, task_definition: str, before: str) -> str:
    """The tag of the newest version of the task definition whose tag is not the deployed one."""
    family, _, revision = task_definition.rpartition(":")
    for number in range(int(revision) - 1, max(0, int(revision) - 1 - _REVISIONS), -1):
        try:
            image = read_images(session, f"{family}:{number}").get(workload.container_name, "")
        except AwsError as error:
            if (
                error.code == "ClientException"
            ):  # deleted: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
                continue
            raise
        found = tag_of(image)
        if found not in (None, before):
            return str(found)
    raise CannotRollBack(f"no version before {before} is known: name one with --to TAG")


def stop(session: Session, deployment: ServiceDeployment, stack: str, pause: Pause = time.sleep) -> None:
    """Stop a deployment, and wait until ECS has rolled back and CloudFormation has ended.

    Raises:
        Failed: when ECS cannot roll back.
        TookTooLong: after 36 hours.
        AwsError: when a call fails.
    """
    stop_deployment(session, deployment.arn)
    for _ in range(LOOKS):
        state = retry(lambda: read_deployment(session, deployment.arn), pause)
        if state.status == "ROLLBACK_FAILED":
            raise Failed(state.reason or state.status)
        if state.status in ("ROLLBACK_SUCCESSFUL", "STOPPED", "SUCCESSFUL"):
            break
        pause(POLL)
    else:
        raise TookTooLong(deployment.arn)
    if state.status == "SUCCESSFUL":
        raise Failed("the deployment ended before it could be stopped: run the command again to go back")
    after = wait_for_stack(session, stack, pause)
    if after is not None and after.status.endswith("FAILED"):
        raise Failed(reasons_of(session, after))


def deploy(session: Session, plan: DeployTag, pause: Pause = time.sleep) -> None:
    """Deploy an older image and wait.

    Raises:
        Failed: when CloudFormation could not.
        TookTooLong: after 36 hours.
        AwsError: when a call fails.
    """
    changed = {Parameter.IMAGE_TAG: plan.tag}
    if not update_parameter(session, plan.stack.name, plan.stack.parameters, changed):
        return
    after = wait_for_stack(session, plan.stack.name, pause)
    if after is None or after.status != "UPDATE_COMPLETE":
        raise Failed(reasons_of(session, after) if after else "the stack no longer exists")
