"""Every configuration of the accept and reject cases, as the rules get it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from blogstack.config import Config
from blogstack.config.fields import merge_rules
from blogstack.config.validate import validate
from blogstack.diagnostics import Rejected
from blogstack.rules import config_scope
from blogstack.rules.rule import File, Scope
from blogstack.source.environments import split
from blogstack.source.parse import parse
from tests.cases import ACCEPT, REJECTED


@cache
def files() -> tuple[File, ...]:
    """The files that are YAML, with those of their environments that have the shape of a configuration."""
    return tuple(_files())


def configurations() -> tuple[Scope[Config], ...]:
    """The configuration of each environment of each file."""
    return tuple(scope for file in files() for scope in file.environments)


def _files() -> Iterator[File]:
    for path in [*sorted(ACCEPT.glob("*/blogstack.yaml")), *REJECTED]:
        try:
            document = parse(path.name, path.read_bytes())
        except Rejected:
            continue
        scopes = []
        environments, refused = split(document, merge_rules(Config))
        for environment in environments:
            try:
                validation = validate(environment.document)
            except Rejected:
                continue
            scopes.append(config_scope(environment.document, validation, environment.name or None))
        yield File(document, tuple(scopes), refused)
