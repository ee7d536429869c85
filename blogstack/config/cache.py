"""The key `cache`: Valkey on Amazon ElastiCache.

Limits: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
"""

from typing import Annotated

from pydantic import Field

from blogstack.config.types import Form, Section, Variable, Whole


class CacheVariables(Section):
    """Names of the variables that the containers get with the cache, as secrets."""

    url: Variable = Field("CACHE_URL", examples=["REDIS_URL"])
    """Variable with the URL of the primary node, rediss://:TOKEN@HOST:PORT, for Redis clients."""
    host: Variable = Field("CACHE_HOST", examples=["REDIS_HOST"])
    """Variable with the host name of the primary node, which stays the same after a failover."""
    port: Variable = Field("CACHE_PORT", examples=["REDIS_PORT"])
    """Variable with the port, which accepts TLS only."""
    token: Variable = Field("CACHE_TOKEN", examples=["REDIS_PASSWORD"])
    """Variable with the token, which is the password of the default user."""


class Cache(Section):
    """Valkey on Amazon ElastiCache; `cache: {}` uses every default."""

    engine_version: Annotated[
        str, Form(r"[1-9](?:\.[0-9])?", "a Valkey version", "write major and minor version, as in 8.2")
    ] = Field("8.2", examples=["8.2"])
    """Valkey version, major.minor; it can be upgraded, but not downgraded."""
    node_type: Annotated[
        str, Form(r"cache\.[a-z0-9]+\.[a-z0-9]+", "a node type", "write it like cache.t4g.micro", 40)
    ] = Field("cache.t4g.micro", examples=["cache.m7g.large"])
    """Node type, which sets memory and CPU; when the memory is full, keys with an expiry time are evicted."""
    multi_az: bool = True
    """Whether there is a replica in another zone, which takes over within a minute."""
    backup_retention: Annotated[int, Whole(0, 35, "days")] = 1
    """Days that daily backups are kept; 0: there are none."""
    variables: CacheVariables = CacheVariables.model_construct()
    """Names of the variables that the containers get, instead of the default names."""
