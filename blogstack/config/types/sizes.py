"""CPU and memory of tasks and containers, in AWS's numbers or in the form that ECS accepts: `0.5 vCPU`, `1 GB`.

The sizes are listed once, in facts/fargate.py: the strings, their patterns and the limits follow from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from pydantic_core import CoreSchema, core_schema

from blogstack.config.types.base import BARE_NUMBER, JsonSchema, fault, with_error_message
from blogstack.diagnostics import Code
from blogstack.facts.fargate import TASK_SIZES
from blogstack.records import Record
from blogstack.words import shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

_GB = 1024  # MiB; and CPU units to a vCPU
_MEMORIES = sorted({memory for memories in TASK_SIZES.values() for memory in memories})
_MAX_MEMORY = _MEMORIES[-1]


def _fraction(amount: int) -> str:
    """1024ths as a decimal number without a leading zero: .25, .5, 1, 2."""
    return f"{amount / _GB:g}".removeprefix("0")


def _fraction_pattern(text: str) -> str:
    """The same as a regular expression, with or without the leading zero."""
    return rf"0?\{text}" if text.startswith(".") else text


_VCPUS = {_fraction(units): units for units in TASK_SIZES}
_VCPU_TEXT = re.compile(rf"0?({'|'.join(map(re.escape, _VCPUS))}) ?v[Cc][Pp][Uu]")
_PARTS_OF_GB = [_fraction(memory) for memory in _MEMORIES if memory < _GB]
_GB_TEXT = re.compile(rf"([1-9][0-9]{{0,2}}|{'|'.join(map(_fraction_pattern, _PARTS_OF_GB))}) ?GB")
"""A memory size in GB, also one that is too large, which is another error."""


class _Cpu:
    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_cpu_units)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        number = {"type": "integer", "enum": list(TASK_SIZES)}
        text = {"type": "string", "pattern": f"^(?:{_VCPU_TEXT.pattern})$"}
        return with_error_message({"anyOf": [number, text]}, self.in_words())

    def in_words(self) -> str:
        return f"CPU units ({', '.join(map(str, TASK_SIZES))}) or vCPUs, as in `0.5 vCPU`"


class _Memory(Record):
    low: int
    offer: str

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        from blogstack.config.types.patterns import number_pattern  # not at every start

        number = {"type": "integer", "minimum": self.low, "maximum": _MAX_MEMORY}
        amounts = "|".join([number_pattern(1, _MAX_MEMORY // _GB), *map(_fraction_pattern, _PARTS_OF_GB)])
        text = {"type": "string", "pattern": f"^(?:{amounts}) ?GB$"}
        return with_error_message({"anyOf": [number, text]}, self.in_words())

    def check(self, value: object) -> int:
        """The memory in MiB."""
        if isinstance(value, int) and not isinstance(value, bool):
            mebibytes = value
        else:
            match = _GB_TEXT.fullmatch(value) if isinstance(value, str) else None
            if not match:
                help = "write MiB as in 1024, or GB as in `1 GB`"
                raise fault(Code.WRONG_TYPE, "is not a memory size", BARE_NUMBER if _is_number(value) else help)
            mebibytes = int(float(match[1]) * _GB)
        if not self.low <= mebibytes <= _MAX_MEMORY:
            raise fault(
                Code.OUT_OF_RANGE,
                f"{value}",
                f"{self.offer} {self.low} MiB to {_MAX_MEMORY} MiB ({_MAX_MEMORY // _GB} GB)",
            )
        return mebibytes

    def in_words(self) -> str:
        return f"MiB ({self.low} to {_MAX_MEMORY}) or GB, as in `1 GB`"


def cpu_schemas(*units: int) -> list[JsonSchema]:
    """The schemas of some numbers of CPU units, as numbers and as strings."""
    numbers = "|".join(_fraction_pattern(text) for text, known in _VCPUS.items() if known in units)
    return [{"enum": list(units)}, {"type": "string", "pattern": f"^(?:{numbers}) ?v[Cc][Pp][Uu]$"}]


def spellings_of_memory(sizes: Iterable[int]) -> list[int | str]:
    """Every way to write some sizes, which are in MiB: all the numbers, then the strings."""
    numbers = list(sizes)
    gigabytes = [_fraction(size) for size in numbers if size % _GB == 0 or size in _MEMORIES]
    texts = [text for number in gigabytes for text in ([f"0{number}", number] if number.startswith(".") else [number])]
    return [*numbers, *(f"{text}{space}GB" for text in texts for space in (" ", ""))]


def _cpu_units(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value not in TASK_SIZES:
            units = _VCPUS.get(str(value))
            help = f"write {units} or `{value} vCPU`: 1024 CPU units are one vCPU" if units else _CPU_HELP
            raise fault(Code.NOT_A_CHOICE, f"{value} is not a number of CPU units that Fargate offers", help)
        return value
    if not isinstance(value, str):
        raise fault(Code.WRONG_TYPE, "is neither CPU units nor vCPUs", _CPU_HELP)
    match = _VCPU_TEXT.fullmatch(value)
    if not match:
        units = _VCPUS.get(value.removeprefix("0"))
        help = f"write {units} or `{value} vCPU`" if units else BARE_NUMBER if _is_number(value) else _CPU_HELP
        raise fault(Code.NOT_A_CHOICE, f"{shorten(value)!r} is not a CPU size of Fargate", help)
    return _VCPUS[match[1]]


def _is_number(value: object) -> bool:
    return isinstance(value, str) and value.isdecimal()


_CPU_HELP = f"choose {', '.join(map(str, TASK_SIZES))} (1024 is one vCPU; `0.5 vCPU` is 512)"

Cpu = Annotated[int, _Cpu()]
"""CPU units, 1024 to a vCPU: one of the numbers that Fargate offers."""

Memory = Annotated[int, _Memory(_MEMORIES[0], "Fargate offers")]
"""Memory of a task in MiB."""

# At least 6 MiB: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
ContainerMemory = Annotated[int, _Memory(6, "a container can have")]
"""Memory of one container in MiB."""
