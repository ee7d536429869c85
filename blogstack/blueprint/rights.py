"""What the task role allows on the resources of other stacks."""

from __future__ import annotations

from blogstack.blueprint.names import Imported
from blogstack.records import Record


class Right(Record):
    """Permissions for some actions on resources that a stack exports.

    Attributes:
        actions: IAM actions, as in s3:GetObject.
        resources: Their ARNs.
        path: What follows each ARN, as in `/*` for the objects in a bucket.
    """

    actions: tuple[str, ...]
    resources: tuple[Imported, ...]
    path: str = ""
