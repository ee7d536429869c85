"""The stores next to the database, and what the tasks get with them.

All workloads get the variables of all stores, and share one task role with the permissions for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.buckets import Buckets, resolve_buckets
from blogstack.blueprint.cache import Cache, resolve_cache
from blogstack.blueprint.names import Imported, Naming
from blogstack.blueprint.network import Placement
from blogstack.blueprint.queues import Queues, resolve_queues
from blogstack.blueprint.rights import Right
from blogstack.config import Config
from blogstack.config.stores import store_variables
from blogstack.records import Record
from blogstack.source.document import KeyPath


class Stores(Record, kw_only=True):
    """The stores next to the database.

    Attributes:
        cache: None for none.
        queues: None for none.
        buckets: None for none.
        environment: The variables that the tasks get, each with the exported value.
        secrets: The secret variables that the tasks get, each with the ARN of its secret and the key of the JSON.
        key_services: The services through which the tasks use the stores' key, such as s3; none with AWS's own key.
    """

    cache: Cache | None
    queues: Queues | None
    buckets: Buckets | None
    environment: Mapping[str, Imported]
    secrets: Mapping[str, tuple[Imported, str]]
    key_services: tuple[str, ...]

    @property
    def rights(self) -> tuple[Right, ...]:
        """What the tasks may do with the stores."""
        return tuple(right for store in (self.queues, self.buckets) if store for right in store.rights)


def resolve_stores(config: Config, naming: Naming, placement: Placement) -> Stores:
    """Every store of a configuration but its database."""
    cache = resolve_cache(config, naming, placement)
    queues, buckets = resolve_queues(config, naming), resolve_buckets(config, naming)
    values: dict[KeyPath, Imported] = {}
    if queues:
        values |= {("queues", queue.name): queues.url(queue) for queue in queues.queues}
    if buckets:
        values |= {("buckets", bucket.name): buckets.bucket_name(bucket) for bucket in buckets.buckets}
    variables = list(store_variables(config))
    return Stores(
        cache=cache,
        queues=queues,
        buckets=buckets,
        environment={v.name: values[v.store] for v in variables if v.store in values},
        secrets={v.name: (cache.secret, v.value) for v in variables if v.store == ("cache",)} if cache else {},
        key_services=tuple(name for name, store in (("sqs", queues), ("s3", buckets)) if store and config.kms_key),
    )
