"""The conditions across the keys of a file: required keys, task sizes, and keys that exclude each other.

They apply to a file without environments. Otherwise they apply to each merged environment, which a schema cannot check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from blogstack.config import Config
from blogstack.config.fields import Field, Kind, Type, fields_of, marked, type_of
from blogstack.config.marks import Excludes, RequiredUnless, Requires
from blogstack.config.service import Service
from blogstack.config.types import Section
from blogstack.config.types.sizes import cpu_schemas, spellings_of_memory
from blogstack.facts.fargate import TASK_SIZES
from blogstack.source.document import KeyPath

Json = dict[str, Any]

CPU, MEMORY = (Service.model_fields[key].default for key in ("cpu", "memory"))
"""The default size of a service."""


_NOT_OFFERED = {"doNotSuggest": True}
A_VALUE: Json = {"not": {"type": "null"}}
"""The schema of a key that has a value."""


def file_conditions() -> Json:
    """The conditions on a file without environments, to be added to the schemas of its keys."""
    schema = _required(type_of(Config))
    sections: dict[str, list[Json]] = {"service": default_sizes()}
    for section, condition in _exclusions():
        sections.setdefault(section, []).append(condition)
    for section, conditions in sections.items():
        schema["properties"][section] = {**schema["properties"].get(section, {}), "allOf": conditions}
    return schema


def without_suggestions(schema: Any) -> Any:  # noqa: ANN401 (JSON)
    """The same schema, whose keys an editor does not suggest: it suggests them where they are described."""
    if isinstance(schema, list):
        return [without_suggestions(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: without_suggestions(inner) for key, inner in schema.items()}
    if isinstance(properties := made.get("properties"), dict):
        made["properties"] = {
            key: {**inner, "doNotSuggest": True} if isinstance(inner, dict) else inner
            for key, inner in properties.items()
        }
    return made


def _exclusions() -> Iterator[tuple[str, Json]]:
    """The conditions from the marks of keys, each with the name of its section."""
    for section in fields_of(Config).values():
        if section.type.kind is Kind.SECTION:
            for field, excludes in marked(section.type.python, Excludes):
                yield section.name, one_of(excludes.key, field)
            for condition in requirements(section.type.python):
                yield section.name, condition
            for field, unless in marked(section.type.python, RequiredUnless):
                yield section.name, _either(field.name, unless.key)
            for inner in fields_of(section.type.python).values():
                conditions = requirements(inner.type.python) if inner.type.kind is Kind.SECTION else []
                if conditions:
                    yield section.name, {"properties": {inner.name: {"allOf": conditions}}}


def requirements(model: type[Section]) -> list[Json]:
    """The conditions on the keys of one mapping that require another key."""
    return [_requires(field, requires) for field, requires in marked(model, Requires)]


def _either(first: str, second: str) -> Json:
    """A condition that one of two keys has a value; an editor asks for the first."""
    has = {key: {"properties": {key: {**A_VALUE, **_NOT_OFFERED}}, "required": [key]} for key in (first, second)}
    return {"if": {"not": has[second]}, "then": has[first]}


def one_of(other: str, field: Field) -> Json:
    """A condition on two keys that exclude each other; an editor underlines the key of `field`."""
    both = {"properties": {other: A_VALUE, field.name: A_VALUE}, "required": [other, field.name]}
    message = f"keep only one of {other} and {field.name}"
    return _when(both, {field.name: {"enum": [None], "errorMessage": message}})


def json_type(field: Field) -> str:
    """The type of a key's value in JSON Schema: of a mapping or of a string."""
    return "object" if field.type.kind is Kind.SECTION else "string"


def _requires(field: Field, requires: Requires) -> Json:
    """A condition on a key that requires another one; a number counts as a string."""
    absent: Json = {"type": "null"}
    absent_or_alike = absent
    if requires.unlike:
        absent_or_alike = {"type": ["string", "null"], "not": {"type": "string", "not": {"pattern": requires.unlike}}}
    other = {"properties": {requires.key: {"not": absent_or_alike}}, "required": [requires.key]}
    unmet = {"properties": {field.name: {"not": absent}}, "required": [field.name], "not": other}
    return _when(unmet, {field.name: {"enum": [None], "errorMessage": f"{field.name} requires {requires.words}"}})


def _required(type: Type) -> Json:
    """The keys that a mapping and the mappings in it must have; not those of lists, whose items keep `required`."""
    if type.kind is Kind.MAPPING:
        below = _required(type.inner[1])
        return {"additionalProperties": below} if below else {}
    if type.kind is not Kind.SECTION:
        return {}
    fields = fields_of(type.python).values()
    needed = [field.name for field in fields if field.required]
    # Editors suggest each key once, where the parts describe it.
    properties = {field.name: {**schema, **_NOT_OFFERED} for field in fields if (schema := _required(field.type))}
    return ({"required": needed} if needed else {}) | ({"properties": properties} if properties else {})


def required_keys() -> Iterator[KeyPath]:
    """The paths of the required keys, except those below names that the user chooses."""
    yield from _paths(_required(type_of(Config)), ())


def _paths(schema: Json, at: KeyPath) -> Iterator[KeyPath]:
    for key in schema.get("required", ()):
        yield (*at, key)
    for key, inner in schema.get("properties", {}).items():
        yield from _paths(inner, (*at, key))


def task_sizes() -> Json:
    """The memory sizes for each cpu. Null is checked by the key's own type."""
    return {
        "allOf": [
            _when({**service, "required": ["cpu", "memory"]}, {"memory": memory_choices(sizes, f"with cpu {cpu}")})
            for cpu, sizes in TASK_SIZES.items()
            for service in with_cpu(cpu)
        ]
    }


def default_sizes() -> list[Json]:
    """The task sizes if only one of the two keys is written and the other has its default."""
    fit = [known for known, sizes in TASK_SIZES.items() if MEMORY in sizes]
    message = f"the default memory {MEMORY} fits cpu {' or '.join(map(str, fit))}: add memory"
    default = memory_choices(TASK_SIZES[CPU], f"with the default cpu {CPU}")
    alone = {"required": ["cpu"], "not": {"required": ["memory"]}}
    return [
        *(
            _when({**service, **alone}, {"cpu": {"enum": fit, "errorMessage": message}})
            for service in with_cpu(*(known for known in TASK_SIZES if known not in fit))
        ),
        _when({"not": {"required": ["cpu"]}}, {"memory": default}),
    ]


def with_cpu(*units: int) -> list[Json]:
    """A service with one of some cpus, as a number and as a string: in one `anyOf` they would hide the hover texts."""
    return [{"properties": {"cpu": schema}} for schema in cpu_schemas(*units)]


def memory_choices(sizes: Sequence[int], when: str) -> Json:
    """The memory sizes, in every spelling; `when`: the beginning of the message."""
    choices = f"{', '.join(map(str, sizes[:-1]))} or {sizes[-1]}"
    return {"enum": [*spellings_of_memory(sizes), None], "errorMessage": f"{when} choose {choices}"}


def _when(condition: Json, properties: Json) -> Json:
    return {"if": condition, "then": {"properties": properties}}
