"""The bucket for the load balancer's access logs, which stands before the load balancer and outlives it."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, s3

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.access_logs import AccessLogs
from blogstack.facts.iam import Json, allow, document
from blogstack.templates.stack import Stack, tagged

_ORIGIN = ("load_balancer", "access_logs")
# Kept when the stack goes, but not when its very creation fails: nothing has been written yet.
_KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def add_bucket(stack: Stack, logs: AccessLogs, tags: dict[str, str]) -> None:
    """The bucket, who may write into it, and its name for the load balancer, which asks for both to be there."""
    bucket = s3.Bucket(
        names.ACCESS_LOG_BUCKET,
        # The one kind of encryption that a load balancer can write with: Elastic Load Balancing user guide, "Enable
        # access logs for your Application Load Balancer", requirements.
        BucketEncryption=s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[
                s3.ServerSideEncryptionRule(
                    ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
                )
            ]
        ),
        LifecycleConfiguration=s3.LifecycleConfiguration(
            Rules=[s3.LifecycleRule(Id="Expire", Status="Enabled", ExpirationInDays=logs.days)]
        ),
        OwnershipControls=s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        Tags=tagged(tags),
        **_KEPT,
    )
    stack.add(bucket, *_ORIGIN)
    policy = s3.BucketPolicy(
        names.ACCESS_LOG_BUCKET_POLICY,
        Bucket=Ref(bucket),
        PolicyDocument=document([_write(logs), _refuse_without_tls()]),
        **_KEPT,
    )
    stack.add(policy, *_ORIGIN)
    stack.export("AccessLogBucketName", "Where the load balancer logs requests", Ref(bucket))


def _write(logs: AccessLogs) -> Json:
    """Source: the same page, "Attach a policy to your S3 bucket"; this account in the path shuts others out."""
    account = Sub(f"arn:${{AWS::Partition}}:iam::{logs.account}:root")
    writer = {"AWS": account} if logs.account else {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    return allow(["s3:PutObject"], [_objects("AWSLogs/${AWS::AccountId}/*")]) | {"Principal": writer}


def _refuse_without_tls() -> Json:
    """Source: Amazon S3 user guide, "Security best practices for Amazon S3", encryption of data in transit."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [GetAtt(names.ACCESS_LOG_BUCKET, "Arn"), _objects("*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _objects(path: str) -> Sub:
    return Sub(f"${{{names.ACCESS_LOG_BUCKET}.Arn}}/{path}")
