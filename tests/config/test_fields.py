"""The walk over the models, and the marks on the keys."""

from __future__ import annotations

from typing import get_args

import pytest

from blogstack.config import Config
from blogstack.config.deployment import Deployment
from blogstack.config.fields import Kind, fields_of, marked, merge_rules, type_at, walk
from blogstack.config.marks import Excludes, OnlyWith, RequiredUnless, Requires
from blogstack.config.types import Section, Whole
from blogstack.source.document import NAME


def test_every_key_is_walked_once_before_what_it_holds() -> None:
    paths = [field.path for field in walk(Config)]
    assert len(paths) == len(set(paths))
    assert ("scaling", "schedules", 0, "cron") in paths
    assert ("service", "sidecars", NAME, "health", "command") in paths
    names = {name for path in paths for name in path if isinstance(name, str)}
    assert {field.name for field in walk(Config)} == names - {NAME}


def test_a_type_is_taken_apart() -> None:
    limit = type_at(Config, ("scaling", "cpu"))
    assert limit is not None
    assert (limit.kind, limit.python, limit.nullable, limit.find(Whole)) == (
        Kind.SCALAR,
        int,
        True,
        Whole(1, 100, "percent"),
    )
    condition = type_at(Config, ("service", "sidecars", "proxy", "depends_on", "config"))
    assert condition is not None
    assert condition.choices == ("START", "HEALTHY", "COMPLETE", "SUCCESS")
    assert type_at(Config, ("overrides", "service", "Service", "Properties", "A", "B")) is None
    with pytest.raises(KeyError):
        type_at(Config, ("service", "cpus"))


def test_marks_name_keys_and_values_that_exist() -> None:
    """A mark that names a key by a string would have no effect after the key is renamed."""
    for key in merge_rules(Config).shared:
        if key.unless:
            assert type_at(Config, key.unless)
    strategies = get_args(Deployment.model_fields["strategy"].annotation)
    for _, only in marked(Deployment, OnlyWith):
        assert set(only.strategies) < set(strategies)
    models: list[type[Section]] = [field.type.section for field in walk(Config) if field.type.section]
    pairs = [(model, mark.key) for model in models for _, mark in marked(model, Excludes)]
    pairs += [(model, mark.key) for model in models for _, mark in marked(model, Requires)]
    pairs += [(model, mark.key) for model in models for _, mark in marked(model, RequiredUnless)]
    assert len(pairs) == 26
    assert all(key in fields_of(model) for model, key in pairs)


def test_merge_rules() -> None:
    rules = merge_rules(Config)
    assert {key.path for key in rules.shared if key.unless is None} >= {("name",), ("image", "repository")}
    assert rules.is_atomic(("service", "secrets", "TOKEN"))
    assert rules.is_atomic(("service", "sidecars", "proxy", "secrets", "TOKEN"))
    assert not rules.is_atomic(("service", "secrets"))
    assert rules.is_atomic(("service", "environment", "TOKEN"))
    assert not rules.is_atomic(("service", "environment"))
    assert rules.is_in_template(("overrides", "tasks", "TaskRole", "Metadata"))
    assert not rules.is_in_template(("overrides", "tasks", "TaskRole"))
