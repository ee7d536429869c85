"""What the rest of a file says of its environments: what they may not change, and which sizes they make together.

Each is a condition on the rest, and then something about every environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blogstack.config.sizes import cpu_schemas, spellings_of_memory
from blogstack.facts.fargate import TASK_SIZES
from blogstack.facts.images import ECR_PATTERN
from blogstack.schema.conditions import CPU, MEMORY, one_of, required_keys, sold, with_cpu
from blogstack.source.document import KeyPath
from blogstack.source.environments import ENVIRONMENTS, WITH_URI

Json = dict[str, Any]

_ABSENT: Json = {"type": "null"}


def across() -> list[Json]:
    """The schemas of a whole file that has environments."""
    return [_registry(), *_exclusive(), *_missing(), *_sizes()]


def _registry() -> Json:
    """Without an image that exists there is one registry stack for all."""
    refused: Json = {}
    for path in WITH_URI:
        _put(refused, path, False)
    uri = {"type": ["string", "number"], "errorMessage": "an environment can change it, not take it back"}
    kept = {"image": {"properties": {"uri": uri}}}
    return {"if": _given(("image", "uri")), "then": _each(kept), "else": _each(refused)}


def _exclusive() -> Iterator[Json]:
    """What the rest of the file has and an environment's own key excludes, unless null takes it back."""
    yield _each({"network": one_of("existing", "create", "object")})
    mapping, in_ecr = {"type": "object"}, {"type": "string", "pattern": ECR_PATTERN}
    for section, other, key, schema in (
        ("network", "create", "existing", mapping),
        ("network", "existing", "create", mapping),
        ("image", "credentials", "uri", in_ecr),
    ):
        kept = {"not": {"properties": {other: _ABSENT}, "required": [other]}}
        condition = {"properties": {key: schema}, "required": [key], **kept}
        wrong = {key: {"type": "null", "errorMessage": f"it excludes {section}.{other}: add {other}: null"}}
        then = _each({section: {"if": condition, "then": {"properties": wrong}}})
        yield {"if": _given((section, other)), "then": then}


def _missing() -> Iterator[Json]:
    """A section that the rest of the file does not have must be whole in an environment."""
    for path in required_keys():
        if len(path) > 1:
            inside: Json = {}
            _put(inside, path[:-1], {"if": {"type": "object"}, "then": {"required": [path[-1]]}})
            yield {"if": {"not": _given(path)}, "then": _each(inside)}


def _sizes() -> Iterator[Json]:
    """A memory beside the cpu of the rest of the file, and a cpu beside its memory; null is the default again."""
    default = {"properties": {"cpu": _ABSENT}, "required": ["cpu", "memory"]}
    memory = {"memory": sold(TASK_SIZES[CPU], f"with the default cpu {CPU}")}
    yield _each({"service": {"if": default, "then": {"properties": memory}}})
    for cpu, sizes in TASK_SIZES.items():
        for given in _of_service(cpu_schemas(cpu), "cpu", default=cpu == CPU):
            memory = {"memory": sold(sizes, f"with cpu {cpu}")}
            yield {"if": given, "then": _alone("cpu", {"required": ["memory"]}, memory)}
        unfit: Json = {"not": {"enum": spellings_of_memory(sizes)}}
        message = f"cpu {cpu} does not go with the memory outside of the environments: add memory"
        wrong = {"cpu": {"type": "null", "errorMessage": message}}  # none of these is null
        for given in _of_service([unfit], "memory", default=MEMORY not in sizes):
            for own in with_cpu(cpu):
                yield {"if": given, "then": _alone("memory", {**own, "required": ["cpu"]}, wrong)}


def _of_service(schemas: list[Json], key: str, *, default: bool) -> Iterator[Json]:
    """Files whose service has a key of some schemas; `default`: also those that leave it at its default."""
    for schema in schemas:
        yield {"properties": {"service": {"properties": {key: schema}, "required": [key]}}, "required": ["service"]}
    if default:
        yield {"not": _given(("service", key))}


def _alone(other: str, condition: Json, then: Json) -> Json:
    """Environments that change only one of the two."""
    only = {**condition, "not": {"required": [other]}}
    return _each({"service": {"if": only, "then": {"properties": then}}})


def _given(path: KeyPath) -> Json:
    """Files in which a key has a value."""
    schema: Json = {"not": _ABSENT}
    for step in reversed(path):
        schema = {"properties": {str(step): schema}, "required": [str(step)]}
    return schema


def _each(properties: Json) -> Json:
    """Something about some keys of every environment."""
    return {"properties": {ENVIRONMENTS: {"additionalProperties": {"properties": properties}}}}


def _put(properties: Json, path: KeyPath, schema: Json | bool) -> None:
    """Say something about the key at a path."""
    *parents, last = map(str, path)
    for step in parents:
        properties = properties.setdefault(step, {}).setdefault("properties", {})
    properties[last] = schema
