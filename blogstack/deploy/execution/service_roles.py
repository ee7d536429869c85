"""The roles of AWS's own services, which an account has once."""

from __future__ import annotations

from blogstack.aws.session import AwsError, Trouble
from blogstack.deploy.execution.context import Context, Failed
from blogstack.deploy.execution.events import Note, Outcome
from blogstack.deploy.steps import CreateServiceRoles
from blogstack.diagnostics import Code

# The page of each service:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
_NAMES = {
    "ecs": "AWSServiceRoleForECS",
    "ecs.application-autoscaling": "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "rds": "AWSServiceRoleForRDS",
    "elasticache": "AWSServiceRoleForElastiCache",
}

# The error code of IAM for a role that exists already, and that of the emulated AWS:
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
_EXISTS = frozenset(["InvalidInput", "EntityAlreadyExists"])


def create_service_roles(context: Context, step: str, action: CreateServiceRoles) -> Outcome:
    """Create the roles that the account lacks (docs/decisions/0020-service-linked-roles.md).

    Raises:
        Failed: when a role is missing and may not be created.
        AwsError: when AWS does not answer.
    """
    outcome = Outcome.UNCHANGED
    for service in action.services:
        name = f"{service}.amazonaws.com"
        try:
            context.session.call("iam", "create_service_linked_role", AWSServiceName=name)
            context.emit(Note(step, f"created {_NAMES[service]}, once for the account"))
            outcome = Outcome.DONE
        except AwsError as error:
            if error.trouble is Trouble.DENIED:
                _look_up(context, step, service)
            elif error.code not in _EXISTS:
                raise
    return outcome


def _look_up(context: Context, step: str, service: str) -> None:
    """Make sure that a role exists, because the identity may not create it."""
    try:
        context.session.call("iam", "get_role", RoleName=_NAMES[service])
    except AwsError as error:
        if error.code in ("NoSuchEntity", "NoSuchEntityException"):
            command = f"aws iam create-service-linked-role --aws-service-name {service}.amazonaws.com"
            message = f"the account has no role {_NAMES[service]}, and you may not create it"
            raise Failed(Code.NO_SERVICE_ROLE, message, f"ask an administrator to run: {command}") from None
        if error.trouble is not Trouble.DENIED:
            raise
        context.emit(
            Note(step, f"not checked, because a permission is missing: whether the account has {_NAMES[service]}")
        )
