"""IAM policies and trust policies: inline and exact, without managed policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from troposphere import AWSHelperFn, Ref

from blogstack.facts.iam import Json, allow, document
from blogstack.templates.stack import plain


def policy(name: str, statements: Iterable[Json]) -> AWSHelperFn:
    """An inline policy."""
    return plain(PolicyName=name, PolicyDocument=document(statements))


def trust(service: str, *, of_account: bool = True, **conditions: Json) -> Json:
    """A trust policy for an AWS service; with `of_account` only for resources of this account."""
    condition = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}} if of_account else {}
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document([{**statement, "Condition": {**condition, **conditions}} if of_account else statement])


def allow_principal(principal: Json, actions: Sequence[str], resource: object, condition: Json | None = None) -> Json:
    """A statement of a resource policy that allows a principal some actions."""
    statement = {**allow(actions, [resource]), "Principal": principal}
    return {**statement, "Condition": condition} if condition else statement


def deny_without_tls(actions: Sequence[str], resources: Iterable[object]) -> Json:
    """A statement of a resource policy that denies requests without TLS.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    return {**allow(actions, resources), "Effect": "Deny", "Principal": "*", "Condition": condition}
