"""What a rule is: its code, the keys that it reads, its source and its check; and RULES, the list of all rules.

A rule is a function below `@rule`; its docstring states the rule in one sentence. The type of its argument is what the
rule is over: a configuration of one environment (`Scope[Config]`), a workload in it (`Scope[Workload]`, or of one kind:
`Scope[EcsService]`, which is `Scope[WebService]` or `Scope[WorkerService]`; `Scope[EcsJob]`), a container of these or
only a sidecar (`Scope[Container]`, `Scope[Sidecar]`), all environments of a file (`File`), the templates of one
environment (`Scope[Stacks]`), one template as text (`Rendered`), or a file among others (`Files`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Generic, TypeVar

from blogstack.config import Config
from blogstack.config.fields import type_at
from blogstack.config.sidecars import Sidecar
from blogstack.config.workloads import (
    JOBS,
    SERVICE,
    SERVICES,
    WORKERS,
    Container,
    EcsJob,
    EcsService,
    Place,
    WebService,
    WorkerService,
    Workload,
)
from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.records import Record
from blogstack.source.document import NAME, Document, KeyPath
from blogstack.source.environments import RefusedKey
from blogstack.words import dotted

T = TypeVar("T")
Subject = TypeVar("Subject")
Check = Callable[[Subject], Iterator["Finding"]]


class Finding(Record):
    """What a rule reports.

    Attributes:
        path: The key in the file that the user would change; None: nothing in the file.
        help: What to do about it.
        also: Other keys that take part. The finding points at the first of all keys that the environment itself sets.
        at_key: Whether the finding points at the key instead of its value.
    """

    path: KeyPath | None
    message: str
    help: str
    also: tuple[KeyPath, ...] = ()
    at_key: bool = False

    def diagnostic(self, code: Code, document: Document | None) -> Diagnostic:
        """The finding at its place in a document."""
        return Diagnostic(code, self.message, self._span(document) if document else None, self.help)

    def _span(self, document: Document) -> Span | None:
        if self.path is None:
            return None
        if self.at_key:
            return document.locate_key(self.path)
        return document.locate(document.first_of_environment((self.path, *self.also)))


class Scope(Record, Generic[T], kw_only=True):
    """Where a rule looks, in one environment.

    Attributes:
        value: What the rule is over.
        place: Where its keys are in the file.
        config: The environment's configuration.
        document: The file, with the environment merged over it if there is one.
        faulty: Keys of the file that are at their defaults in `config`, because their values are invalid.
        environment: Name of the environment; None in a file without environments.
    """

    value: T
    place: Place
    config: Config
    document: Document
    faulty: Collection[KeyPath]
    environment: str | None

    def narrow(self, value: Subject, place: Place) -> Scope[Subject]:
        """The scope of something inside."""
        return Scope(
            value=value,
            place=place,
            config=self.config,
            document=self.document,
            faulty=self.faulty,
            environment=self.environment,
        )

    def at(self, *path: str | int) -> KeyPath:
        """A key path relative to `value`, such as ("scaling", "min"), as a path in the file."""
        return self.place.at(*path)

    def is_written(self, path: KeyPath) -> bool:
        """Whether a key has a valid value in the file."""
        return self.document.has(path) and path not in self.faulty

    def first_written(self, *paths: KeyPath) -> KeyPath:
        """The path to point at: the first of some paths that is written in the file, else the first of all."""
        return next((path for path in paths if self.is_written(path)), paths[0])

    def default_mark(self, path: KeyPath) -> str:
        """What follows the value of a key in a message: " (the default)" if the key is not written."""
        return "" if self.is_written(path) else " (the default)"


class File(Record):
    """A file, and the configuration of each environment that is compiled and has a valid name.

    Attributes:
        refused: The keys in environments that all environments share.
    """

    document: Document
    environments: tuple[Scope[Config], ...]
    refused: tuple[RefusedKey, ...] = ()


class StackTree(Record, kw_only=True):
    """A stack as plain data.

    Attributes:
        kind: Which stack of the service it is, such as "tasks".
        name: Its name on AWS.
        tree: Its template, with the user's overrides.
        origins: For each logical ID the key of the file that the resource comes from.
    """

    kind: str
    name: str
    tree: Mapping[str, Any]
    origins: Mapping[str, KeyPath]


Stacks = tuple[StackTree, ...]
"""The stacks of one environment, in the order of deployment."""


class Rendered(Record):
    """A template as text: the name of its stack and its size in bytes."""

    stack: str
    size: int


class Files(Record):
    """What only one file may define, as pairs of kind and name; and the first file that defines each."""

    definitions: tuple[tuple[str, str], ...]
    defining_files: Mapping[tuple[str, str], str]


class Rule(Record, kw_only=True):
    """A rule.

    Attributes:
        over: Type of what the check takes.
        reads: Names of the keys that it reads, relative to what it is over; for a rule over templates, of those that
            it points at. `X.*` is every key in X. A test compares them with what happens.
        outside: Names of the keys that it reads elsewhere in the file.
        needs: Top-level keys that it does not read, but whose errors make its findings useless.
        source: Address of the page that the rule comes from; None for a rule that needs no source.
    """

    code: Code
    check: Check[Any]
    over: object
    reads: tuple[str, ...]
    outside: tuple[str, ...]
    needs: tuple[str, ...]
    source: str | None

    @property
    def text(self) -> str:
        """The rule in one sentence."""
        return (self.check.__doc__ or "").partition("\n")[0]

    @property
    def keys(self) -> tuple[str, ...]:
        """Full names of the keys that it reads."""
        places = _PLACES.get(self.over)
        if places is None:
            return (*self.reads, *self.outside)
        paths = (place.at(*name.split(".")) for place in places for name in self.reads)
        return (*(dotted(path) for path in paths if _is_key(path)), *self.outside)


RULES: list[Rule] = []
"""Every rule, once the package is imported."""


def rule(
    code: Code,
    over: type[Subject],
    *,
    reads: tuple[str, ...] = (),
    outside: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    source: str | None = None,
) -> Callable[[Check[Subject]], Check[Subject]]:
    """Turn the check below it into a rule; the arguments are the attributes of Rule."""

    def add(check: Check[Subject]) -> Check[Subject]:
        RULES.append(Rule(code=code, check=check, over=over, reads=reads, outside=outside, needs=needs, source=source))
        return check

    return add


_FURTHER, _WORKER, _JOB = (Place((section, NAME)) for section in (SERVICES, WORKERS, JOBS))
_SIDECARS = tuple(Place(place.at("sidecars", NAME)) for place in (SERVICE, _FURTHER, _WORKER))
_PLACES: Mapping[object, tuple[Place, ...]] = {
    Scope[Workload]: (SERVICE, _FURTHER, _WORKER, _JOB),
    Scope[EcsService]: (SERVICE, _FURTHER, _WORKER),
    Scope[WebService]: (SERVICE, _FURTHER),
    Scope[WorkerService]: (_WORKER,),
    Scope[EcsJob]: (_JOB,),
    Scope[Container]: (SERVICE, _FURTHER, _WORKER, _JOB, *_SIDECARS),
    Scope[Sidecar]: _SIDECARS,
}
"""Where in the language the relative names of keys are; NAME is a key that the user chooses."""


def _is_key(path: KeyPath) -> bool:
    """Whether the language has a key: a worker, for example, has no port."""
    steps: list[str | int] = []
    for step in path:
        name, is_item, _ = str(step).partition("[]")
        steps += [name, 0] if is_item else [] if name == "*" else [name]
    try:
        return type_at(Config, tuple(steps)) is not None
    except KeyError:
        return False
