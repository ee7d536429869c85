"""What becomes of the data in a resource that is replaced or deleted, according to its policies."""

from __future__ import annotations

from typing import Any

from blogstack.diff.effects import Effect
from blogstack.facts.updates import DATA, DATABASE, SNAPSHOT_BY_DEFAULT


def describe_data(body: dict[str, Any], effect: Effect) -> str | None:
    """What becomes of the data in a resource; None for a resource without data.

    Args:
        body: The resource in the template whose policy applies: the new template when it is replaced, the old one when
            it is deleted.
        effect: MAY_REPLACE, REPLACED or DELETED.

    The policies: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    type = body["Type"]
    if type not in DATA:
        return None
    attribute = "DeletionPolicy" if effect is Effect.DELETED else "UpdateReplacePolicy"
    by_default = "Snapshot" if effect is Effect.DELETED and type in SNAPSHOT_BY_DEFAULT else "Delete"
    policy = body.get(attribute, by_default)
    old = {
        "Retain": f"the old one is kept, with {DATA[type]}, outside of the stack",
        "RetainExceptOnCreate": f"the old one is kept, with {DATA[type]}, outside of the stack",
        "Snapshot": f"a last snapshot is kept{'; automated backups are deleted' if type == DATABASE else ''}",
        "Delete": f"deleted with it: {DATA[type]}",
    }.get(policy, f"{policy} decides")
    parts = [] if effect is Effect.DELETED else ["the new one is empty"]
    parts.append(f"{old} ({attribute}: {policy})")
    if type == DATABASE and body.get("Properties", {}).get("DeletionProtection") is True:
        parts.append("AWS deletes it only after deletion_protection is turned off")
    return "; ".join(parts)
