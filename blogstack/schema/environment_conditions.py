"""The conditions on environments: what they may not change, and which task sizes they have with the rest of the file.

Each consists of a condition on the rest of the file, and a schema that then applies to every environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blogstack.config import Config
from blogstack.config.fields import Field, Kind, fields_of, marked, merge_rules
from blogstack.config.marks import Excludes, Requires
from blogstack.config.types.sizes import cpu_schemas, spellings_of_memory
from blogstack.facts.fargate import TASK_SIZES
from blogstack.schema.conditions import A_VALUE, CPU, MEMORY, memory_choices, one_of, required_keys, with_cpu
from blogstack.source.document import KeyPath
from blogstack.source.environments import ENVIRONMENTS

Json = dict[str, Any]

_ABSENT: Json = {"type": "null"}


def environment_conditions() -> list[Json]:
    """The schemas of a complete file that has environments."""
    return [*_shared_keys(), *_exclusions(), *_missing_keys(), *_sizes()]


def _shared_keys() -> Iterator[Json]:
    """The keys that an environment may set only if the rest of the file has another key, such as an existing image."""
    shared = merge_rules(Config).shared
    for unless in dict.fromkeys(key.unless for key in shared if key.unless):
        refused: Json = {}
        kept: Json = {}
        for key in shared:
            if key.unless == unless:
                _put(refused, key.path, False)
        message = "an environment can change it, but not remove it"
        _put(kept, unless, {"type": ["string", "number"], "errorMessage": message})
        yield {"if": _has_value(unless), "then": _in_each_environment(kept), "else": _in_each_environment(refused)}


def _exclusions() -> Iterator[Json]:
    """Keys of the rest of the file that a key of an environment excludes, unless null removes them."""
    shared = {key.path for key in merge_rules(Config).shared if key.unless is None}
    for section in fields_of(Config).values():
        if section.type.kind is not Kind.SECTION:
            continue
        fields = fields_of(section.type.python)
        for field, excludes in marked(section.type.python, Excludes):
            if not shared & {(section.name, field.name), (section.name, excludes.key)}:
                yield _in_each_environment({section.name: one_of(excludes.key, field)})
                yield _exclude(section, field, excludes.key, A_VALUE)
                yield _exclude(section, fields[excludes.key], field.name, A_VALUE)
        for field, requires in marked(section.type.python, Requires):
            if requires.unlike:
                yield _exclude(section, field, requires.key, {"type": "string", "pattern": requires.unlike})


def _exclude(section: Field, field: Field, other: str, value: Json) -> Json:
    """A key of the rest of the file, and another one of an environment, whose value excludes it."""
    kept = {"not": {"properties": {field.name: _ABSENT}, "required": [field.name]}}
    condition = {"properties": {other: value}, "required": [other], **kept}
    message = f"it cannot be combined with {section.name}.{field.name}: add {field.name}: null"
    wrong = {other: {"type": "null", "errorMessage": message}}
    then = _in_each_environment({section.name: {"if": condition, "then": {"properties": wrong}}})
    return {"if": _has_value((section.name, field.name)), "then": then}


def _missing_keys() -> Iterator[Json]:
    """A section that the rest of the file does not have must be complete in an environment."""
    for path in required_keys():
        if len(path) > 1:
            inside: Json = {}
            _put(inside, path[:-1], {"if": {"type": "object"}, "then": {"required": [path[-1]]}})
            yield {"if": {"not": _has_value(path)}, "then": _in_each_environment(inside)}


def _sizes() -> Iterator[Json]:
    """A memory for the cpu of the rest of the file, and a cpu for its memory; null means the default."""
    default = {"properties": {"cpu": _ABSENT}, "required": ["cpu", "memory"]}
    memory = {"memory": memory_choices(TASK_SIZES[CPU], f"with the default cpu {CPU}")}
    yield _in_each_environment({"service": {"if": default, "then": {"properties": memory}}})
    for cpu, sizes in TASK_SIZES.items():
        for services in _services_with(cpu_schemas(cpu), "cpu", default=cpu == CPU):
            memory = {"memory": memory_choices(sizes, f"with cpu {cpu}")}
            yield {"if": services, "then": _if_without("cpu", {"required": ["memory"]}, memory)}
        unfit: Json = {"not": {"enum": spellings_of_memory(sizes)}}
        message = f"cpu {cpu} does not fit the memory outside of the environments: add memory"
        wrong = {"cpu": {"type": "null", "errorMessage": message}}  # none of these is null
        for services in _services_with([unfit], "memory", default=MEMORY not in sizes):
            for size in with_cpu(cpu):
                yield {"if": services, "then": _if_without("memory", {**size, "required": ["cpu"]}, wrong)}


def _services_with(schemas: list[Json], key: str, *, default: bool) -> Iterator[Json]:
    """Files whose service has a key that matches some schemas; `default`: also files in which it has its default."""
    for schema in schemas:
        yield {"properties": {"service": {"properties": {key: schema}, "required": [key]}}, "required": ["service"]}
    if default:
        yield {"not": _has_value(("service", key))}


def _if_without(other: str, condition: Json, then: Json) -> Json:
    """Environments that change only one of the two."""
    only = {**condition, "not": {"required": [other]}}
    return _in_each_environment({"service": {"if": only, "then": {"properties": then}}})


def _has_value(path: KeyPath) -> Json:
    """Files in which a key has a value."""
    schema: Json = {"not": _ABSENT}
    for step in reversed(path):
        schema = {"properties": {str(step): schema}, "required": [str(step)]}
    return schema


def _in_each_environment(properties: Json) -> Json:
    """A schema for some keys of every environment."""
    return {"properties": {ENVIRONMENTS: {"additionalProperties": {"properties": properties}}}}


def _put(properties: Json, path: KeyPath, schema: Json | bool) -> None:
    """Set the schema of the key at a path."""
    *parents, last = map(str, path)
    for step in parents:
        properties = properties.setdefault(step, {}).setdefault("properties", {})
    properties[last] = schema
