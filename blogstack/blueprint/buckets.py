"""Decisions about the buckets stack."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import BUCKETS, Imported, Naming, Output
from blogstack.blueprint.rights import Right
from blogstack.config import Config
from blogstack.records import Record


class Bucket(Record, kw_only=True):
    """A bucket.

    Attributes:
        name: In the file.
        logical_id: Of the bucket.
        policy: Logical ID of its policy.
        versioned: Whether it keeps what is overwritten or deleted.
    """

    name: str
    logical_id: str
    policy: str
    versioned: bool


class Buckets(Record, kw_only=True):
    """The buckets stack.

    Attributes:
        buckets: At least one.
        kms_key: ARN of the key for the objects; None for S3's own.
    """

    stack: str
    title: str
    buckets: tuple[Bucket, ...]
    kms_key: str | None
    tags: Mapping[str, str]

    def bucket_name(self, bucket: Bucket) -> Imported:
        """The name on AWS of one of the buckets."""
        return Imported(self.stack, Output.BUCKET_NAME.format(bucket.logical_id))

    @property
    def rights(self) -> tuple[Right, ...]:
        """What the tasks may do: read, write and delete objects, and list them.

        With the right to list, S3 answers 404 for an object that does not exist, and otherwise 403:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        arns = tuple(Imported(self.stack, Output.BUCKET_ARN.format(bucket.logical_id)) for bucket in self.buckets)
        objects = Right(("s3:GetObject", "s3:PutObject", "s3:DeleteObject"), arns, "/*")
        return objects, Right(("s3:ListBucket",), arns)


def resolve_buckets(config: Config, naming: Naming) -> Buckets | None:
    """The buckets stack; None without buckets."""
    if not config.buckets:
        return None
    return Buckets(
        stack=naming.stack(BUCKETS),
        title=naming.application,
        buckets=tuple(_bucket(name, config.buckets[name].versioned) for name in sorted(config.buckets)),
        kms_key=config.kms_key,
        tags=naming.tags,
    )


def _bucket(name: str, versioned: bool) -> Bucket:
    words = ids.camel_case(name)
    return Bucket(
        name=name, logical_id=ids.BUCKET.format(words), policy=ids.BUCKET_POLICY.format(words), versioned=versioned
    )
