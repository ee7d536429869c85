"""What all stores have in common: their names, and the variables that the containers get with them.

A private service gives a variable too, with its address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from blogstack.config.types import Form
from blogstack.records import Record
from blogstack.source.document import KeyPath

if TYPE_CHECKING:
    from blogstack.config import Config
    from blogstack.config.buckets import Bucket
    from blogstack.config.queues import Queue
    from blogstack.config.services import FurtherService

# Every word starts with a letter, so that no two names have the same logical ID: a-b is AB, ab is Ab.
StoreName = Annotated[
    str,
    Form(
        "[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*",
        "the name of a queue or bucket",
        "use a-z and 0-9, and single hyphens with a letter after each; start with a letter",
        30,
    ),
]
"""Name of a queue or bucket; it becomes part of variables and logical IDs."""

MAX_STORES = 10
"""Maximum number of queues and of buckets in a file, which fit into a template (BS402), and the permissions into the
task role (BS333)."""


class StoreVariable(Record, kw_only=True):
    """A variable that every container gets with a store.

    Attributes:
        name: Of the variable.
        store: The key path of the store, as in ("buckets", "media").
        value: Which of the store's values it contains: a key of the store's `variables`.
    """

    name: str
    store: KeyPath
    value: str

    @property
    def path(self) -> KeyPath:
        """The path of the key that sets its name."""
        return (*self.store, "variables", self.value)


def store_variables(config: Config) -> Iterator[StoreVariable]:
    """The variables of all stores, kind by kind, and of private services, without the database's sslmode.

    The file may set that one itself.
    """
    if config.database is not None:
        for value in ("host", "port", "name", "user", "password", "url"):
            if name := getattr(config.database.variables, value):
                yield StoreVariable(name=name, store=("database",), value=value)
    if config.cache is not None:
        for value in ("url", "host", "port", "token"):
            name = getattr(config.cache.variables, value)
            yield StoreVariable(name=name, store=("cache",), value=value)
    yield from _of_named("queues", config.queues, "url", "{}_QUEUE_URL")
    yield from _of_named("buckets", config.buckets, "name", "{}_BUCKET")
    private = {each.name: config.services[each.name] for each in config.further_services() if each.is_private}
    yield from _of_named("services", private, "url", "{}_URL")


def _of_named(
    section: str, stores: Mapping[str, Bucket | Queue | FurtherService], value: str, default: str
) -> Iterator[StoreVariable]:
    """The variable of each store in a section; `default`: its name, for the store's name in capitals."""
    for name, store in stores.items():
        variable = getattr(store.variables, value) or default.format(name.upper().replace("-", "_"))
        yield StoreVariable(name=variable, store=(section, name), value=value)
