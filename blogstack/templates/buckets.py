"""The buckets stack: private and encrypted buckets, which are kept when the stack is deleted."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, s3

from blogstack.blueprint import names
from blogstack.blueprint.buckets import Bucket, Buckets
from blogstack.blueprint.names import Output
from blogstack.config.buckets import OLD_VERSION_DAYS
from blogstack.facts.iam import document
from blogstack.templates.policies import deny_without_tls
from blogstack.templates.stack import KEPT, Stack, make_tags

# A client that has not completed its upload by then has given up; the parts cost money, and no list shows them:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
_UPLOAD_DAYS = 7


def lower(buckets: Buckets) -> Stack:
    """Build the buckets stack."""
    stack = Stack(names.BUCKETS, buckets.stack, f"{buckets.title}: the buckets")
    for bucket in buckets.buckets:
        _add_bucket(stack, buckets, bucket)
    return stack


def _add_bucket(stack: Stack, buckets: Buckets, bucket: Bucket) -> None:
    origin = ("buckets", bucket.name)
    made = stack.add(
        s3.Bucket(
            bucket.logical_id,
            BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[_encryption(buckets.kms_key)]),
            VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled" if bucket.versioned else "Suspended"),
            LifecycleConfiguration=s3.LifecycleConfiguration(Rules=[_uploads(), _old_versions()]),
            **private(),
            Tags=make_tags(buckets.tags),
            **KEPT,
        ),
        *origin,
    )
    everything = [GetAtt(made, "Arn"), Sub(f"${{{bucket.logical_id}.Arn}}/*")]
    stack.add(
        s3.BucketPolicy(
            bucket.policy,
            Bucket=Ref(made),
            PolicyDocument=document([deny_without_tls(["s3:*"], everything)]),
            **KEPT,
        ),
        *origin,
    )
    stack.export(Output.BUCKET_NAME.format(bucket.logical_id), f"Name of the bucket {bucket.name}", Ref(made))
    stack.export(Output.BUCKET_ARN.format(bucket.logical_id), f"ARN of the bucket {bucket.name}", GetAtt(made, "Arn"))


def private() -> dict[str, object]:
    """The properties of a bucket that neither an access control list nor a policy can make public."""
    return {
        "OwnershipControls": s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        "PublicAccessBlockConfiguration": s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
    }


def _encryption(kms_key: str | None) -> s3.ServerSideEncryptionRule:
    if kms_key is None:
        default = s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
        return s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=default)
    # With a key for the bucket, S3 asks KMS once for many objects:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    default = s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=kms_key)
    return s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=default, BucketKeyEnabled=True)


def _uploads() -> s3.LifecycleRule:
    abort = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=_UPLOAD_DAYS)
    return s3.LifecycleRule(Id="AbandonedUploads", Status="Enabled", AbortIncompleteMultipartUpload=abort)


def _old_versions() -> s3.LifecycleRule:
    """Also without versioning: a bucket may have been versioned before.

    A delete marker without older versions is deleted too: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    """
    return s3.LifecycleRule(
        Id="OldVersions",
        Status="Enabled",
        NoncurrentVersionExpirationInDays=OLD_VERSION_DAYS,
        ExpiredObjectDeleteMarker=True,
    )
