"""Regions and partitions: the resources that a file names by their ARNs are where the service is."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.workloads import Container, Workload
from blogstack.diagnostics import Code
from blogstack.facts.regions import partition
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.source.document import KeyPath

_PARTITIONS = "https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html"


@rule(
    Code.OTHER_REGION,
    Scope[Config],
    reads=("region", "kms_key"),
    source="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
)
def key_region(scope: Scope[Config]) -> Iterator[Finding]:
    """AWS services use KMS keys in their region."""
    key, region = scope.value.kms_key, scope.value.region
    if key and (other := _region(key)) != region:
        message = f"the key is in {other}, the service in {region}"
        yield Finding(("kms_key",), message, "use a key in the same region")
    elif key:
        yield from _other_partition(scope, ("kms_key",), key)


@rule(
    Code.OTHER_REGION,
    Scope[Config],
    reads=("region", "domain.certificate_arn"),
    source="https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html",
)
def certificate_region(scope: Scope[Config]) -> Iterator[Finding]:
    """A load balancer uses certificates in its region."""
    arn, region = scope.value.domain and scope.value.domain.certificate_arn, scope.value.region
    path = ("domain", "certificate_arn")
    if arn and (other := _region(arn)) != region:
        message = f"the certificate is in {other}, the load balancer in {region}"
        help = "use a certificate in the same region, or remove the key to have one issued"
        yield Finding(path, message, help)
    elif arn:
        yield from _other_partition(scope, path, arn)


@rule(Code.OTHER_REGION, Scope[Config], reads=("region", "image.credentials"), source=_PARTITIONS)
def credentials_partition(scope: Scope[Config]) -> Iterator[Finding]:
    """The credentials of a registry are in the service's partition."""
    if credentials := scope.value.image.credentials:
        yield from _other_partition(scope, ("image", "credentials"), credentials)


@rule(
    Code.OTHER_REGION,
    Scope[Workload],
    reads=("permissions[].resources",),
    outside=("region",),
    source=_PARTITIONS,
)
def permissions_partition(scope: Scope[Workload]) -> Iterator[Finding]:
    """IAM accepts no policy on resources of another partition."""
    for number, statement in enumerate(scope.value.task.permissions):
        for place, resource in enumerate(statement.resources):
            if resource != "*":
                path = scope.at("permissions", number, "resources", place)
                yield from _other_partition(scope, path, resource)


@rule(Code.OTHER_REGION, Scope[Container], reads=("secrets",), outside=("region",), source=_PARTITIONS)
def secrets_partition(scope: Scope[Container]) -> Iterator[Finding]:
    """A secret that is named by its ARN is in the service's partition."""
    for variable, source in scope.value.section.secrets.items():
        if source.name is not None and source.name.startswith("arn:"):
            yield from _other_partition(scope, scope.at("secrets", variable), source.name)


@rule(Code.OTHER_REGION, Scope[Config], reads=("region", "database.existing.secret"), source=_PARTITIONS)
def database_partition(scope: Scope[Config]) -> Iterator[Finding]:
    """The secret of an existing database is in the service's partition."""
    if scope.value.database is not None and (existing := scope.value.database.existing) is not None:
        yield from _other_partition(scope, ("database", "existing", "secret"), existing.secret)


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _other_partition(
    scope: Scope[Config] | Scope[Workload] | Scope[Container], path: KeyPath, arn: str
) -> Iterator[Finding]:
    region, other = scope.config.region, arn.split(":")[1]
    here = partition(region)
    if other != here and not set("*?") & set(other):
        message = f"{arn} is in the partition {other}, but {region} is in {here}"
        yield Finding(path, message, f"write arn:{here}:…, and make sure that the resource exists there")
