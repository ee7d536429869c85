"""What the roles may do."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.service import Service
from blogstack.config.sidecars import Sidecar
from blogstack.document import KeyPath
from blogstack.iam import EXEC_ACTIONS, ROLE_CHARACTERS, allow, characters, document
from blogstack.regions import partition
from blogstack.rules.finding import Finding
from blogstack.rules.sidecars import SIDECARS


def role_too_long(config: Config) -> Iterator[Finding]:
    """IAM takes only so much of inline policies for a role."""
    service = config.service
    policies = [document(allow(s.actions, s.resources) for s in service.permissions)]
    if service.exec:
        policies.append(document([allow(EXEC_ACTIONS, ["*"])]))
    if (length := characters(policies)) > ROLE_CHARACTERS:
        message = f"the task role's policies have {length:,} characters, and IAM takes {ROLE_CHARACTERS:,} for a role"
        help = "name what belongs together by one pattern, as in arn:aws:s3:::bucket/uploads/*"
        yield Finding(("service", "permissions"), message, help)


def other_partition(config: Config) -> Iterator[Finding]:
    """The roles have rights on what is in their own partition; of any other IAM refuses the policy."""
    own = partition(config.region)
    for path, arn in _arns(config):
        other = arn.split(":")[1]
        if other != own and not set("*?") & set(other):
            message = f"{arn} is in the partition {other}, and {config.region} in {own}"
            yield Finding(path, message, f"write arn:{own}:…, and see that it exists there")


def _arns(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """The ARNs in the policies of both roles."""
    service = config.service
    for number, statement in enumerate(service.permissions):
        for place, resource in enumerate(statement.resources):
            if resource != "*":
                yield ("service", "permissions", number, "resources", place), resource
    if config.image.credentials:
        yield ("image", "credentials"), config.image.credentials
    containers: dict[KeyPath, Service | Sidecar] = {("service",): service}
    containers |= {(*SIDECARS, name): sidecar for name, sidecar in service.sidecars.items()}
    for where, container in containers.items():
        for variable, source in container.secrets.items():
            if source.name.startswith("arn:"):
                yield (*where, "secrets", variable), source.name
