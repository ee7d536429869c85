"""CPU and memory, in AWS's numbers or in the form that ECS itself takes: `0.5 vCPU`, `1 GB`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic_core import CoreSchema, core_schema

from blogstack.config.types import BARE_NUMBER, JsonSchema, fault, worded
from blogstack.facts.fargate import TASK_SIZES
from blogstack.words import shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler


class _Cpu:
    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_cpu_units)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        number = {"type": "integer", "enum": list(TASK_SIZES)}
        text = {"type": "string", "pattern": f"^(?:{_VCPU_TEXT.pattern})$"}
        return worded({"anyOf": [number, text]}, self.in_words())

    def in_words(self) -> str:
        return f"CPU units ({', '.join(map(str, TASK_SIZES))}) or vCPUs, as in `0.5 vCPU`"


@dataclass(frozen=True)
class _Memory:
    low: int
    sold: str

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        number = {"type": "integer", "minimum": self.low, "maximum": _MOST_MEMORY}
        text = {"type": "string", "pattern": f"^(?:{_GB_SOLD})$"}
        return worded({"anyOf": [number, text]}, self.in_words())

    def check(self, value: object) -> int:
        """The memory in MiB."""
        if isinstance(value, int) and not isinstance(value, bool):
            mebibytes = value
        else:
            match = _GB_TEXT.fullmatch(value) if isinstance(value, str) else None
            if not match:
                help = "write MiB as in 1024, or GB as in `1 GB`"
                raise fault("WRONG_TYPE", "is not an amount of memory", BARE_NUMBER if _is_number(value) else help)
            mebibytes = int(float(match[1]) * 1024)
        if not self.low <= mebibytes <= _MOST_MEMORY:
            raise fault("OUT_OF_RANGE", f"{value}", f"{self.sold} {self.low} MiB to {_MOST_MEMORY} MiB (244 GB)")
        return mebibytes

    def in_words(self) -> str:
        return f"MiB ({self.low} to {_MOST_MEMORY}) or GB, as in `1 GB`"


_MOST_MEMORY = 249856
_VCPU = {".25": 256, ".5": 512, **{str(units // 1024): units for units in TASK_SIZES if units >= 1024}}
_VCPU_TEXT = re.compile(r"0?(\.25|\.5|1|2|4|8|16|32) ?v[Cc][Pp][Uu]")
_GB_TEXT = re.compile(r"([1-9][0-9]{0,2}|0?\.5) ?GB")
_GB_SOLD = r"(?:[1-9][0-9]?|1[0-9]{2}|2[0-3][0-9]|24[0-4]|0?\.5) ?GB"
"""The same up to _MOST_MEMORY."""


def cpu_schemas(*units: int) -> list[JsonSchema]:
    """The schemas of some numbers of CPU units, as numbers and as texts."""
    texts = [text for text, known in _VCPU.items() if known in units]
    numbers = "|".join(f"0?\\{text}" if text.startswith(".") else text for text in texts)
    return [{"enum": list(units)}, {"type": "string", "pattern": f"^(?:{numbers}) ?v[Cc][Pp][Uu]$"}]


def spellings_of_memory(sizes: Iterable[int]) -> list[int | str]:
    """Every way to write one of some sizes in MiB: all the numbers, then the texts."""
    numbers = list(sizes)
    whole = [str(size // 1024) for size in numbers if size % 1024 == 0]
    texts = [*(["0.5", ".5"] if 512 in numbers else []), *whole]
    return [*numbers, *(f"{text}{space}GB" for text in texts for space in (" ", ""))]


def _cpu_units(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value not in TASK_SIZES:
            raise fault("NOT_A_CHOICE", f"{value} is not a number of CPU units that Fargate sells", _CPU_HELP)
        return value
    if not isinstance(value, str):
        raise fault("WRONG_TYPE", "is neither CPU units nor vCPUs", _CPU_HELP)
    match = _VCPU_TEXT.fullmatch(value)
    if not match:
        help = BARE_NUMBER if _is_number(value) else _CPU_HELP
        raise fault("NOT_A_CHOICE", f"{shorten(value)!r} is not a size that Fargate sells", help)
    return _VCPU[match[1]]


def _is_number(value: object) -> bool:
    return isinstance(value, str) and value.isdecimal()


_CPU_HELP = f"choose {', '.join(map(str, TASK_SIZES))} (1024 is one vCPU; `0.5 vCPU` is 512)"

Cpu = Annotated[int, _Cpu()]
"""CPU units, 1024 to a vCPU: one of the numbers that Fargate sells."""

Memory = Annotated[int, _Memory(512, "Fargate sells")]
"""Memory of a task in MiB."""

# Amazon ECS API reference, ContainerDefinition, memory: not less than 6 MiB.
ContainerMemory = Annotated[int, _Memory(6, "a container takes")]
"""Memory of one container in MiB."""
