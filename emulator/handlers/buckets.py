"""Buckets: the settings in a template, applied with S3's calls for them."""

from typing import Any

from .api import ApiError, call, request
from .ministack_modules import service
from .resource_types import Props, extend, without

# Names in a lifecycle rule that differ between the template and the API.
RENAMED = {"Id": "ID"}
INSIDE = {
    "ExpirationInDays": ("Expiration", "Days"),
    "NoncurrentVersionExpirationInDays": ("NoncurrentVersionExpiration", "NoncurrentDays"),
    "ExpiredObjectDeleteMarker": ("Expiration", "ExpiredObjectDeleteMarker"),
}


def install() -> None:
    """Correct the type."""
    extend("AWS::S3::Bucket", check=_check, amend=_amend, check_delete=_check_empty)


def _check(props: Props) -> None:
    for operation, settings in _settings("a-bucket", props):
        request("s3", operation, settings)


def _amend(bucket: str, props: Props, _attributes: dict[str, Any]) -> None:
    if bucket in service("s3")._buckets:
        for operation, settings in _settings(bucket, props):
            call("s3", operation, settings)


def _check_empty(bucket: str) -> None:
    """CloudFormation deletes only empty buckets.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
    """
    if service("s3")._buckets.get(bucket, {}).get("objects"):
        raise ApiError("s3", "DeleteBucket", "BucketNotEmpty", "The bucket you tried to delete is not empty")


def _settings(bucket: str, props: Props) -> list[tuple[str, Props]]:
    """The calls and their parameters, with the API's names where CloudFormation's differ."""
    calls: list[tuple[str, Props]] = []
    if "BucketEncryption" in props:
        rules = [
            {"ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault")}
            | without(rule, "ServerSideEncryptionByDefault")
            for rule in props["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        calls.append(("PutBucketEncryption", {"ServerSideEncryptionConfiguration": {"Rules": rules}}))
    if "LifecycleConfiguration" in props:
        rules = [_lifecycle_rule(rule) for rule in props["LifecycleConfiguration"]["Rules"]]
        calls.append(("PutBucketLifecycleConfiguration", {"LifecycleConfiguration": {"Rules": rules}}))
    for name, operation in (
        ("OwnershipControls", "PutBucketOwnershipControls"),
        ("PublicAccessBlockConfiguration", "PutPublicAccessBlock"),
        ("VersioningConfiguration", "PutBucketVersioning"),
    ):
        if name in props:
            calls.append((operation, {name: props[name]}))
    return [(operation, {"Bucket": bucket, **settings}) for operation, settings in calls]


def _lifecycle_rule(rule: Props) -> Props:
    made: Props = {"Filter": {"Prefix": rule.get("Prefix", "")}}
    for key, value in without(rule, "Prefix").items():
        if key in INSIDE:
            outer, inner = INSIDE[key]
            made.setdefault(outer, {})[inner] = value
        else:
            made[RENAMED.get(key, key)] = value
    return made
