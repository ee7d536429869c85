"""IAM policies: how to write them, and how long those of a role may be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

Json = dict[str, Any]

ROLE_CHARACTERS = 10_240
"""The most characters that all inline policies of a role have together, without white space; it cannot be raised.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
"""

MANAGED_CHARACTERS = 6_144
"""The most characters of a managed policy, without white space.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
"""

EXEC_ACTIONS = tuple(
    f"ssmmessages:{action}"
    for action in ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
)
"""What a task role must allow for ECS Exec, on every resource: the actions support no narrower one.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""


def allow(actions: Sequence[str], resources: Iterable[object]) -> Json:
    """A statement that allows actions, such as `s3:GetObject`, on resources: ARNs, or references to them."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def document(statements: Iterable[Json]) -> Json:
    """A policy document that consists of the statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def count_characters(documents: Iterable[Json]) -> int:
    """How many of ROLE_CHARACTERS the policies use: white space does not count."""
    return sum(len(re.sub(r"\s", "", json.dumps(policy, ensure_ascii=False))) for policy in documents)
