"""Secrets: `Ref` returns the ARN; ministack returns the name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-secretsmanager-secret.html
"""

from typing import Any

from .ministack_modules import ministack, service
from .resource_types import Made, Props

TYPE = "AWS::SecretsManager::Secret"


def install() -> None:
    """Convert between the ARN outside and the name inside."""
    handlers = ministack("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    own = handlers[TYPE]

    def create(logical_id: str, props: Props, stack_name: str) -> Made:
        return _by_arn(own["create"](logical_id, props, stack_name))

    def update(arn: str, old: Props, new: Props, stack_name: str, *logical_id: str) -> Made:
        return _by_arn(own["update"](_name(arn), old, new, stack_name, *logical_id))

    def delete(arn: str, props: Props) -> None:
        own["delete"](_name(arn), props)

    handlers[TYPE] = {**own, "create": create, "update": update, "delete": delete}


def _by_arn(made: tuple[str, dict[str, Any]]) -> Made:
    arn = str(made[1]["Arn"])
    return arn, {"Id": arn}


def _name(arn: str) -> str:
    secrets = service("secretsmanager")._secrets
    return next((name for name, secret in secrets.items() if secret["ARN"] == arn), arn)
