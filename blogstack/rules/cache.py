"""The cache: what ElastiCache offers, and its subnets."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.diagnostics import Code
from blogstack.facts.elasticache import facts, node_types_in
from blogstack.rules.database import PRODUCTION
from blogstack.rules.offers import not_offered
from blogstack.rules.rule import Finding, Scope, rule

_ELASTICACHE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/"


@rule(Code.CACHE_VERSION, Scope[Config], reads=("cache.engine_version",), source=f"{_ELASTICACHE}engine-versions.html")
def cache_version(scope: Scope[Config]) -> Iterator[Finding]:
    """ElastiCache offers certain versions of Valkey."""
    cache = scope.value.cache
    if cache is not None and cache.engine_version not in facts().versions:
        message = f"ElastiCache does not offer Valkey {cache.engine_version}"
        yield Finding(("cache", "engine_version"), message, f"choose {', '.join(facts().versions)}")


@rule(
    Code.CACHE_NODE_TYPE,
    Scope[Config],
    reads=("cache.node_type", "region"),
    source=f"{_ELASTICACHE}CacheNodes.SupportedTypes.html",
)
def cache_node_type(scope: Scope[Config]) -> Iterator[Finding]:
    """A region offers certain node types."""
    cache = scope.value.cache
    if cache is not None and (known := node_types_in(scope.value.region)) and cache.node_type not in known:
        yield not_offered(scope, "cache", "node_type", known, of="Valkey", fallback="cache.m6g.large")


@rule(
    Code.DATABASE_SUBNETS,
    Scope[Config],
    reads=("cache.multi_az", "network.existing.database_subnet_ids"),
    source=f"{_ELASTICACHE}SubnetGroups.html",
)
def cache_subnets(scope: Scope[Config]) -> Iterator[Finding]:
    """The nodes of a cache are in the database's subnets, in two zones if there are two nodes."""
    cache, existing = scope.value.cache, scope.value.network.existing
    needed = 2 if cache is not None and cache.multi_az else 1
    if cache is not None and existing and (count := len(existing.database_subnet_ids)) < needed:
        wanted = "two subnets" if needed == 2 else "a subnet"
        message = f"the cache needs {wanted}, but network.existing.database_subnet_ids lists {count or 'none'}"
        yield Finding(("cache",), message, "list private subnets in two or more availability zones")


@rule(Code.FRAGILE_DATABASE, Scope[Config], reads=("cache.multi_az",), source=f"{_ELASTICACHE}AutoFailover.html")
def fragile_cache(scope: Scope[Config]) -> Iterator[Finding]:
    """The cache of a production environment has a replica."""
    cache, environment = scope.value.cache, scope.environment
    if cache is not None and not cache.multi_az and environment in PRODUCTION:
        message = f"the cache of {environment} has no replica: the loss of its node is an outage, and its data is lost"
        yield Finding(("cache", "multi_az"), message, "remove the key: the default is true")
