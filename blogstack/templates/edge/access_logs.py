"""The bucket for the load balancer's access logs."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, s3

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.edge.access_logs import AccessLogs
from blogstack.facts.iam import Json, document
from blogstack.templates.buckets import private
from blogstack.templates.policies import allow_principal, deny_without_tls
from blogstack.templates.stack import KEPT, Stack, make_tags

_ORIGIN = ("load_balancer", "access_logs")


def add_bucket(stack: Stack, logs: AccessLogs, tags: Mapping[str, str]) -> tuple[AWSObject, AWSObject]:
    """The bucket and its policy, which must both exist before a load balancer can write."""
    bucket = s3.Bucket(
        ids.ACCESS_LOG_BUCKET,
        # The only encryption that a load balancer can write with:
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
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
        **private(),
        Tags=make_tags(tags),
        **KEPT,
    )
    stack.add(bucket, *_ORIGIN)
    everything = [GetAtt(ids.ACCESS_LOG_BUCKET, "Arn"), _objects("*")]
    policy = s3.BucketPolicy(
        ids.ACCESS_LOG_BUCKET_POLICY,
        Bucket=Ref(bucket),
        PolicyDocument=document([_write(logs), deny_without_tls(["s3:*"], everything)]),
        **KEPT,
    )
    return bucket, stack.add(policy, *_ORIGIN)


def _write(logs: AccessLogs) -> Json:
    """Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy

    With this account in the path, load balancers of other accounts cannot write.
    """
    account = Sub(f"arn:${{AWS::Partition}}:iam::{logs.account}:root")
    writer = {"AWS": account} if logs.account else {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    return allow_principal(writer, ["s3:PutObject"], _objects("AWSLogs/${AWS::AccountId}/*"))


def _objects(path: str) -> Sub:
    return Sub(f"${{{ids.ACCESS_LOG_BUCKET}.Arn}}/{path}")
