"""What holds of a file as a whole, across its keys: what is required, task sizes, and what excludes what.

It is checked of a file without environments; with them, only what each becomes is a whole, which a schema cannot see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_origin

from blogstack.config import Config
from blogstack.config.errors import sections
from blogstack.config.service import Service
from blogstack.config.sizes import cpu_schemas, spellings_of_memory
from blogstack.config.types import Section
from blogstack.facts.fargate import TASK_SIZES
from blogstack.facts.images import ECR_PATTERN
from blogstack.source.document import KeyPath

Json = dict[str, Any]

CPU, MEMORY = (Service.model_fields[key].default for key in ("cpu", "memory"))
"""The size of a service that gives none."""

# A number is a text to us.
_NOWHERE_OR_IN_ECR = {"type": ["string", "null"], "not": {"type": "string", "not": {"pattern": ECR_PATTERN}}}
_OUTSIDE_ECR = {"properties": {"uri": {"not": _NOWHERE_OR_IN_ECR}}, "required": ["uri"]}
_CREDENTIALS: Json = {
    "if": {
        "properties": {"credentials": {"type": "string"}},
        "required": ["credentials"],
        "not": _OUTSIDE_ECR,
    },
    "then": {
        "properties": {"credentials": {"enum": [None], "errorMessage": "credentials are for a uri outside ECR"}},
    },
}


def whole() -> Json:
    """The schema of the whole, to be added to that of the parts."""
    found = _required(Config)
    found["properties"]["service"] = {**found["properties"].get("service", {}), "allOf": _with_defaults()}
    found["properties"]["network"] = {**found["properties"]["network"], **one_of("existing", "create", "object")}
    found["properties"]["image"] = {"allOf": [one_of("uri", "repository", "string"), _CREDENTIALS]}
    # Editors offer each key once, where the parts describe it.
    found["properties"] = {key: {**schema, "doNotSuggest": True} for key, schema in found["properties"].items()}
    return found


def _required(model: type[Section]) -> Json:
    """The keys that a mapping and those inside it must have; not of lists, which keep that with their items."""
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    inside = {name: _inside(field.annotation) for name, field in model.model_fields.items()}
    properties = {name: schema for name, schema in inside.items() if schema}
    return ({"required": needed} if needed else {}) | ({"properties": properties} if properties else {})


def required_keys() -> Iterator[KeyPath]:
    """The paths of the keys that their mapping must have, but for those below names of the user's own."""
    yield from _paths(_required(Config), ())


def _paths(schema: Json, at: KeyPath) -> Iterator[KeyPath]:
    for key in schema.get("required", ()):
        yield (*at, key)
    for key, inner in schema.get("properties", {}).items():
        yield from _paths(inner, (*at, key))


def _inside(annotation: object) -> Json:
    kind, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return _required(annotation)
    if kind is dict:
        below = _inside(inner[1])
        return {"additionalProperties": below} if below else {}
    if kind is tuple or not any(True for _ in sections(annotation)):
        return {}
    return next((found for choice in inner if (found := _inside(choice))), {})


def sizes() -> Json:
    """The task sizes: for each cpu that is given, the memory that goes with it. Null is another's business."""
    return {
        "allOf": [
            _when({**given, "required": ["cpu", "memory"]}, {"memory": sold(sizes, f"with cpu {cpu}")})
            for cpu, sizes in TASK_SIZES.items()
            for given in with_cpu(cpu)
        ]
    }


def _with_defaults() -> list[Json]:
    """The task sizes where only one of the two is given, so that the other is at its default."""
    fit = [known for known, sizes in TASK_SIZES.items() if MEMORY in sizes]
    message = f"the default memory {MEMORY} goes with cpu {' or '.join(map(str, fit))}: add memory"
    alone = {"required": ["cpu"], "not": {"required": ["memory"]}}
    return [
        *(
            _when({**given, **alone}, {"cpu": {"enum": fit, "errorMessage": message}})
            for given in with_cpu(*(known for known in TASK_SIZES if known not in fit))
        ),
        _when({"not": {"required": ["cpu"]}}, {"memory": sold(TASK_SIZES[CPU], f"with the default cpu {CPU}")}),
    ]


def with_cpu(*units: int) -> list[Json]:
    """A service with one of some cpus, as a number and as a text: as one choice they would hide the hover texts."""
    return [{"properties": {"cpu": schema}} for schema in cpu_schemas(*units)]


def sold(sizes: Sequence[int], when: str) -> Json:
    """The memory that is sold, however it is written; `when` begins the message."""
    choices = f"{', '.join(map(str, sizes[:-1]))} or {sizes[-1]}"
    return {"enum": [*spellings_of_memory(sizes), None], "errorMessage": f"{when} choose {choices}"}


def one_of(one: str, other: str, kind: str) -> Json:
    """Two keys of which only one can have a value of a kind."""
    both = {"properties": {one: {"type": kind}, other: {"type": kind}}, "required": [one, other]}
    message = f"keep one of {one} and {other}"
    return _when(both, {other: {"enum": [None], "errorMessage": message}})


def _when(condition: Json, properties: Json) -> Json:
    return {"if": condition, "then": {"properties": properties}}
