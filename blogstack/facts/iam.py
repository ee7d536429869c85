"""IAM's policies: their form, and how long those of a role may be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

Json = dict[str, Any]

# AWS IAM user guide, "IAM and AWS STS quotas", character limits: all inline policies of a role together, without
# white space. It cannot be raised.
ROLE_CHARACTERS = 10_240

# Amazon ECS developer guide, "Monitor Amazon ECS containers with ECS Exec", task role. They know no resource.
EXEC_ACTIONS = tuple(
    f"ssmmessages:{action}"
    for action in ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
)


def allow(actions: Sequence[str], resources: Iterable[object]) -> Json:
    """A statement that allows actions on resources."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def document(statements: Iterable[Json]) -> Json:
    """A policy of some statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def characters(documents: Iterable[Json]) -> int:
    """How many characters of a role's limit some policies take."""
    return sum(len(re.sub(r"\s", "", json.dumps(policy, ensure_ascii=False))) for policy in documents)
