"""Quotas of the account that a deployment may exceed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blogstack.aws.session import AwsError, Trouble
from blogstack.deploy.preflight.account import Account, Finding, Problem, Unchecked
from blogstack.deploy.preflight.usage import latest_usage
from blogstack.diagnostics import Code

# Service and code of each quota, as `aws service-quotas list-service-quotas` shows them; their defaults:
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
# https://docs.aws.amazon.com/general/latest/gr/ecs-service.html
_VPCS = ("vpc", "L-F678F1CE")
_ADDRESSES = ("ec2", "L-0263D0A3")
_VCPUS = ("fargate", "L-3032A538")
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html: imported certificates have a quota of their own.
_CERTIFICATES = ("acm", "L-F141DD1D")
_RUNNING_VCPUS = {"Service": "Fargate", "Type": "Resource", "Resource": "vCPU", "Class": "Standard/OnDemand"}
"""Dimensions of the metric that counts the vCPUs of all tasks in the region that are not on Spot:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html"""
_KEY_TYPES = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")
_CPU_UNITS = 1024
"""CPU units of a vCPU."""


def check(account: Account) -> Iterator[Finding]:
    """Compare what exists plus what the deployment adds with the quotas."""
    session, network = account.session, account.blueprint.network
    if network is not None and account.creates(network.stack):
        path = ("network",)
        there = sum(1 for _ in session.pages("ec2", "describe_vpcs", "Vpcs"))
        yield from _compare(account, "VPCs", _VPCS, there + 1, path)
        gateways = sum(zone.has_nat for zone in network.zones)
        if gateways:
            there = len(session.call("ec2", "describe_addresses")["Addresses"])
            yield from _compare(account, "Elastic IP addresses", _ADDRESSES, there + gateways, path)
    edge = account.blueprint.edge
    if edge and edge.tls and edge.tls.certificate_arn is None and account.creates(edge.stack):
        kinds = {"keyTypes": _KEY_TYPES}  # only RSA's up to 2048 bits unless asked
        found = session.pages("acm", "list_certificates", "CertificateSummaryList", Includes=kinds)
        there = sum(certificate.get("Type") == "AMAZON_ISSUED" for certificate in found)
        yield from _compare(account, "ACM certificates", _CERTIFICATES, there + 1, ("domain",))
    deployed = [service for service in account.blueprint.services if account.deploys(service.stack)]
    units = sum(account.added_tasks(service) * service.container.cpu for service in deployed)
    if units:
        running = 0.0
        try:
            running = latest_usage(session, _RUNNING_VCPUS)
        except AwsError as error:
            if error.trouble is Trouble.CREDENTIALS:
                raise
            yield Unchecked(f"vCPUs in use ({error.operation})")
        needed = math.ceil(running + units / _CPU_UNITS)
        yield from _compare(account, "Fargate vCPUs", _VCPUS, needed, ("service", "cpu"))


def _compare(
    account: Account, what: str, quota: tuple[str, str], needed: int, path: tuple[str, ...]
) -> Iterator[Finding]:
    service, code = quota
    try:
        limit = _quota(account, service, code)
    except AwsError as error:
        if error.trouble is Trouble.CREDENTIALS:
            raise
        yield Unchecked(f"the quota of {what} ({error.operation})")
        return
    if needed > limit:
        message = f"{needed} {what} would be needed, but the account's quota in {account.session.region} is {limit:g}"
        raise_it = (
            f"aws service-quotas request-service-quota-increase --region {account.session.region}"
            f" --service-code {service} --quota-code {code} --desired-value {needed}"
        )
        yield Problem(Code.QUOTA, message, path, f"request a quota of {needed}: {raise_it}")


def _quota(account: Account, service: str, code: str) -> float:
    """The account's value, or AWS's default if the account has no value of its own."""
    names = {"ServiceCode": service, "QuotaCode": code}
    try:
        answer = account.session.call("service-quotas", "get_service_quota", **names)
    except AwsError as error:
        if error.code != "NoSuchResourceException":
            raise
        answer = account.session.call("service-quotas", "get_aws_default_service_quota", **names)
    return float(answer["Quota"]["Value"])
