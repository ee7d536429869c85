"""Decisions about the cache stack."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.names import CACHE, Imported, Naming, Output, Value
from blogstack.blueprint.network import Placement
from blogstack.config import Config
from blogstack.records import Record

PORT = 6379


class Cache(Record, kw_only=True):
    """The cache stack.

    Attributes:
        nodes: Number of nodes: the primary and its replicas.
        backup_retention: Days; 0 for no backups.
        kms_key: ARN of the key for data and secrets; None for AWS's own.
    """

    stack: str
    title: str
    vpc: Value
    subnets: tuple[Value, ...]
    engine_version: str
    node_type: str
    nodes: int
    port: int
    backup_retention: int
    kms_key: str | None
    tags: Mapping[str, str]

    @property
    def secret(self) -> Imported:
        """ARN of the secret with url, host, port and token."""
        return Imported(self.stack, Output.CACHE_SECRET_ARN)

    @property
    def replication_group(self) -> Imported:
        """ID of the replication group; the IDs of its nodes begin with it."""
        return Imported(self.stack, Output.CACHE_REPLICATION_GROUP_ID)

    @property
    def security_group(self) -> Imported:
        """ID of the security group."""
        return Imported(self.stack, Output.CACHE_SECURITY_GROUP_ID)


def resolve_cache(config: Config, naming: Naming, placement: Placement) -> Cache | None:
    """The cache stack; None without a cache."""
    cache = config.cache
    if cache is None:
        return None
    return Cache(
        stack=naming.stack(CACHE),
        title=naming.application,
        vpc=placement.vpc,
        subnets=placement.database_subnets,
        engine_version=cache.engine_version,
        node_type=cache.node_type,
        nodes=2 if cache.multi_az else 1,
        port=PORT,
        backup_retention=cache.backup_retention,
        kms_key=config.kms_key,
        tags=naming.tags,
    )
