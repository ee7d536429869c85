"""What the service itself may do."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.iam import EXEC_ACTIONS, ROLE_CHARACTERS, allow, characters, document
from blogstack.rules.finding import Finding


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
