"""Reasons why a task cannot start: on AWS the deployment fails later, here it fails at once.

ECS reports them in the stopped tasks, and CloudFormation when the circuit breaker triggers:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
"""

import json
import re
from collections.abc import Callable
from typing import Any

from .api import ApiError
from .ministack_modules import account, region, service

Refuse = Callable[[str], ApiError]


def check(definition: dict[str, Any], refuse: Refuse) -> None:
    """Refuse a task whose roles, log group, secrets or repository do not exist."""
    for role in ("executionRoleArn", "taskRoleArn"):
        arn = definition.get(role)
        name = str(arn).rpartition("/")[2]
        if arn and name not in service("iam")._roles:
            raise refuse(f"ECS was unable to assume the role '{arn}' that was provided for this task.")
    for container in definition["containerDefinitions"]:
        _check_logs(container, refuse)
        for secret in _secrets(container):
            if not _resolves(secret):
                raise refuse(f"ResourceInitializationError: unable to pull secrets: {secret} cannot be retrieved")
        repository = re.fullmatch(
            rf"{account()}\.dkr\.ecr\.{region()}\.amazonaws\.com/([^:@]+)(?:[:@].*)?", container["image"]
        )
        if repository and repository[1] not in service("ecr")._repositories:
            raise refuse(f"CannotPullContainerError: {container['image']}: repository not found")


def _check_logs(container: dict[str, Any], refuse: Refuse) -> None:
    logging = container.get("logConfiguration") or {}
    options = logging.get("options") or {}
    if logging.get("logDriver") != "awslogs" or options.get("awslogs-create-group") == "true":
        return
    if options.get("awslogs-group") not in service("cloudwatch_logs")._log_groups:
        raise refuse(
            "ResourceInitializationError: failed to validate logger args: "
            f"the log group '{options.get('awslogs-group')}' does not exist"
        )


def _secrets(container: dict[str, Any]) -> list[str]:
    found = [item["valueFrom"] for item in container.get("secrets") or []]
    credentials = (container.get("repositoryCredentials") or {}).get("credentialsParameter")
    return [*found, credentials] if credentials else found


def _resolves(value: str) -> bool:
    """Whether a reference, in one of the forms in ECS's developer guide, names something that exists.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    manager = re.fullmatch(r"arn:aws[a-z-]*:secretsmanager:([^:]+):(\d+):secret:([^:]+)(:[^:]*:[^:]*:[^:]*)?", value)
    if manager:
        arn = value[: len(value) - len(manager[4] or "")]
        return _has_key(arn, (manager[4] or ":").split(":")[1])
    name = re.sub(r"arn:aws[a-z-]*:ssm:[^:]+:\d+:parameter/?", "/", value)
    parameters = service("ssm")._parameters
    return any(candidate in parameters for candidate in (value, name, name.removeprefix("/")))


def _has_key(arn: str, key: str) -> bool:
    for secret in service("secretsmanager")._secrets.values():
        if arn not in (secret["ARN"], secret["ARN"].rpartition("-")[0]):
            continue
        if not key:
            return True
        versions = secret["Versions"].values()
        current = [version for version in versions if "AWSCURRENT" in version["Stages"]]
        try:
            return key in json.loads(current[0]["SecretString"])
        except (ValueError, KeyError, IndexError, TypeError):
            return False
    return False
