"""Names that a first deployment creates but that exist already: CloudFormation does not adopt existing resources."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.aws.session import AwsError
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code

_RECORDS = ("A", "AAAA", "CNAME")


def check(account: Account) -> Iterator[Problem]:
    """Look for the record, the log group and the repository, where their stacks are new."""
    session, blueprint = account.session, account.blueprint
    edge, tasks, registry = blueprint.edge, blueprint.tasks, blueprint.registry
    if account.creates(tasks.stack):
        groups = session.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=tasks.log_group)
        if any(group["logGroupName"] == tasks.log_group for group in groups):
            delete = f"aws logs delete-log-group --region {session.region} --log-group-name {tasks.log_group}"
            message = f"the log group {tasks.log_group} exists already"
            yield Problem(Code.NAME_TAKEN, message, ("name",), f"choose another name, or delete it: {delete}")
    if registry and account.creates(registry.stack) and _has_repository(account, registry.repository):
        message = f"the repository {registry.repository} exists already"
        delete = f"aws ecr delete-repository --region {session.region} --repository-name {registry.repository} --force"
        help = f"use it with image.uri, choose another image.repository, or delete it with its images: {delete}"
        yield Problem(Code.NAME_TAKEN, message, ("image", "repository"), help)
    tls = edge.tls if edge and account.creates(edge.stack) else None
    if tls and tls.hosted_zone_id:
        found = session.call(
            "route53", "list_resource_record_sets", HostedZoneId=tls.hosted_zone_id, StartRecordName=tls.domain
        )["ResourceRecordSets"]
        taken = [each["Type"] for each in found if each["Name"].rstrip(".") == tls.domain and each["Type"] in _RECORDS]
        if taken:
            message = f"{tls.domain} already has a record of type {' and '.join(taken)}"
            help = "delete it when you switch over, or deploy under another name first"
            yield Problem(Code.NAME_TAKEN, message, ("domain", "name"), help)


def _has_repository(account: Account, name: str) -> bool:
    try:
        return bool(account.session.call("ecr", "describe_repositories", repositoryNames=[name])["repositories"])
    except AwsError as error:
        if error.code != "RepositoryNotFoundException":
            raise
    return False
