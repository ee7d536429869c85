"""What CloudFormation does to a resource when one of its properties changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from blogstack.diff.values import MISSING, Path
from blogstack.facts.updates import CACHE, DATABASE, INTERRUPTING, REVISED
from blogstack.lint.provider_schemas import PropertyPath, resource_type


class Effect(Enum):
    """What happens to a resource, from the least to the most severe."""

    IN_PLACE = "in place"
    CREATED = "created"
    REVISED = "new revision"
    MAY_INTERRUPT = "may interrupt"
    MAY_REPLACE = "may be replaced"
    REPLACED = "replaced"
    DELETED = "deleted"

    @property
    def severity(self) -> int:
        """A number that is higher for a more severe effect."""
        return list(Effect).index(self)

    @property
    def moves(self) -> bool:
        """Whether a new resource, with another ID, replaces or may replace the old one."""
        return self in (Effect.REVISED, Effect.MAY_REPLACE, Effect.REPLACED)


class Verdict(NamedTuple):
    """What a change does.

    Attributes:
        reason: Reason for the effect, in a few words; "" if the effect says it.
        refused: Why AWS refuses the change; None if it does not.
    """

    effect: Effect
    reason: str = ""
    refused: str | None = None


def judge(type: str, path: Path, old: object, new: object, region: str = "us-east-1") -> Verdict:
    """What a change of one property does.

    Args:
        type: Type of the resource, such as AWS::RDS::DBInstance.
        path: Path of the property; items of lists are in brackets.
        old: The value before; MISSING for none.
        new: The value after; MISSING for none.
        region: The region whose provider schema is used.
    """
    schema = resource_type(type, region)
    if schema is None:
        return Verdict(Effect.MAY_REPLACE, "this resource type is unknown")
    names: PropertyPath = tuple("*" if step.startswith("[") else step for step in path)
    if _concerns(schema.create_only, names) or _concerns(schema.identifier, names):
        if type in REVISED:
            return Verdict(Effect.REVISED)
        return Verdict(Effect.REPLACED, f"{path[0]} is create-only")
    if decide := _CONDITIONS.get((type, path[0])):
        return decide(old, new)
    if (what := INTERRUPTING.get(type, {}).get(path[0])) is not None:
        return Verdict(Effect.MAY_INTERRUPT, what)
    if _concerns(schema.maybe_create_only, names):
        return Verdict(Effect.MAY_REPLACE, f"{path[0]} is create-only under conditions")
    return Verdict(Effect.IN_PLACE)


def _concerns(listed: frozenset[PropertyPath], names: PropertyPath) -> bool:
    """Whether a changed property is one of those listed, is inside one, or contains one."""
    return any(names[: len(path)] == path or path[: len(names)] == names for path in listed)


def _tenancy(old: object, new: object) -> Verdict:
    # aws-resource-ec2-vpc.html: only from dedicated to default without a replacement.
    if (old, new) == ("dedicated", "default"):
        return Verdict(Effect.IN_PLACE)
    return Verdict(Effect.REPLACED, "only a change from dedicated to default is made in place")


def _restored(_: object, new: object) -> Verdict:
    # aws-resource-rds-dbinstance.html: another source gives a new instance; without a source it is empty.
    what = "an empty database" if new is MISSING else "a database from another source"
    return Verdict(Effect.REPLACED, f"CloudFormation creates {what}")


def _storage(old: object, new: object) -> Verdict:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.ScalingUp.html
    shrinks = _numbers(new) < _numbers(old)
    refused = "RDS cannot reduce the storage of a database" if shrinks else None
    return Verdict(Effect.IN_PLACE, refused=refused)


def _version(old: object, new: object) -> Verdict:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
    older = _numbers(new) < _numbers(old)[: len(_numbers(new))]
    refused = "RDS cannot downgrade a database: restore a backup as another database" if older else None
    return Verdict(Effect.MAY_INTERRUPT, INTERRUPTING[DATABASE]["EngineVersion"], refused)


def _cache_version(old: object, new: object) -> Verdict:
    # aws-resource-elasticache-replicationgroup.html: no interruption, and no downgrade.
    older = _numbers(new) < _numbers(old)
    refused = "ElastiCache cannot downgrade a cache: an older version needs another cache" if older else None
    return Verdict(Effect.IN_PLACE, refused=refused)


def _numbers(value: object) -> tuple[int, ...]:
    """The numbers in a value such as 17.4; empty for a function or a missing value."""
    return tuple(map(int, value.split("."))) if isinstance(value, str) and value.replace(".", "").isdigit() else ()


def _backups(old: object, new: object) -> Verdict:
    # API_ModifyDBInstance: an outage can result from a change from 0 to another value or back.
    if "0" in (str(old), str(new)) or MISSING in (old, new):
        return Verdict(Effect.MAY_INTERRUPT, INTERRUPTING[DATABASE]["BackupRetentionPeriod"])
    return Verdict(Effect.IN_PLACE)


_CONDITIONS: Mapping[tuple[str, str], Callable[[Any, Any], Verdict]] = {
    ("AWS::EC2::VPC", "InstanceTenancy"): _tenancy,
    (CACHE, "EngineVersion"): _cache_version,
    (DATABASE, "AllocatedStorage"): _storage,
    (DATABASE, "BackupRetentionPeriod"): _backups,
    (DATABASE, "EngineVersion"): _version,
    # aws-attribute-updatereplacepolicy.html has it as its example.
    (DATABASE, "Engine"): lambda *_: Verdict(Effect.REPLACED, "another engine needs another database"),
    (DATABASE, "AvailabilityZone"): lambda *_: Verdict(Effect.REPLACED, "AvailabilityZone is create-only"),
    **{
        (DATABASE, name): _restored
        for name in (
            "DBClusterSnapshotIdentifier",
            "DBSnapshotIdentifier",
            "SourceDBClusterIdentifier",
            "SourceDBInstanceAutomatedBackupsArn",
            "SourceDBInstanceIdentifier",
            "SourceDbiResourceId",
        )
    },
}
"""Properties whose effect depends on their values, according to AWS's pages. Any other property that is create-only
under conditions counts as MAY_REPLACE."""
