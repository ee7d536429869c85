"""What holds of a file as a whole, across its keys: what is required, task sizes, and what excludes what.

It is checked of a file without environments; with them, only what each becomes is a whole, which a schema cannot see.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args, get_origin

from blogstack.config import Config
from blogstack.config.service import Service
from blogstack.config.sizes import cpu_schemas, spellings_of_memory
from blogstack.config.types import Section
from blogstack.fargate import TASK_SIZES
from blogstack.images import ECR_PATTERN
from blogstack.wording import sections

Json = dict[str, Any]

_OUTSIDE_ECR = {"properties": {"uri": {"type": "string", "not": {"pattern": ECR_PATTERN}}}, "required": ["uri"]}
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
    found["properties"]["network"] = {**found["properties"]["network"], **_one_of("existing", "create", "object")}
    found["properties"]["image"] = {"allOf": [_one_of("uri", "repository", "string"), _CREDENTIALS]}
    # Editors offer each key once, where the parts describe it.
    found["properties"] = {key: {**schema, "doNotSuggest": True} for key, schema in found["properties"].items()}
    return found


def _required(model: type[Section]) -> Json:
    """The keys that a mapping and those inside it must have; not of lists, which keep that with their items."""
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    inside = {name: _inside(field.annotation) for name, field in model.model_fields.items()}
    properties = {name: schema for name, schema in inside.items() if schema}
    return ({"required": needed} if needed else {}) | ({"properties": properties} if properties else {})


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
            _when({**given, "required": ["cpu", "memory"]}, {"memory": _sold(sold, f"with cpu {cpu}")})
            for cpu, sold in TASK_SIZES.items()
            for given in _with_cpu(cpu)
        ]
    }


def _with_defaults() -> list[Json]:
    """The task sizes where only one of the two is given, so that the other is at its default."""
    cpu, memory = (Service.model_fields[key].default for key in ("cpu", "memory"))
    fit = [known for known, sold in TASK_SIZES.items() if memory in sold]
    message = f"the default memory {memory} goes with cpu {' or '.join(map(str, fit))}: add memory"
    alone = {"required": ["cpu"], "not": {"required": ["memory"]}}
    return [
        *(
            _when({**given, **alone}, {"cpu": {"enum": fit, "errorMessage": message}})
            for given in _with_cpu(*(known for known in TASK_SIZES if known not in fit))
        ),
        _when({"not": {"required": ["cpu"]}}, {"memory": _sold(TASK_SIZES[cpu], f"with the default cpu {cpu}")}),
    ]


def _with_cpu(*units: int) -> list[Json]:
    """A service with one of some cpus, as a number and as a text: as one choice they would hide the hover texts."""
    return [{"properties": {"cpu": schema}} for schema in cpu_schemas(*units)]


def _sold(sizes: Sequence[int], when: str) -> Json:
    choices = f"{', '.join(map(str, sizes[:-1]))} or {sizes[-1]}"
    return {"enum": [*spellings_of_memory(sizes), None], "errorMessage": f"{when} choose {choices}"}


def _one_of(one: str, other: str, kind: str) -> Json:
    both = {"properties": {one: {"type": kind}, other: {"type": kind}}, "required": [one, other]}
    message = f"keep one of {one} and {other}"
    return _when(both, {other: {"enum": [None], "errorMessage": message}})


def _when(condition: Json, properties: Json) -> Json:
    return {"if": condition, "then": {"properties": properties}}
