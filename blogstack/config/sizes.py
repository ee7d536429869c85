"""CPU and memory, in AWS's numbers or in the form that ECS itself takes: `0.5 vCPU`, `1 GB`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic_core import CoreSchema, core_schema

from blogstack.config.types import JsonSchema, fault, shorten
from blogstack.fargate import TASK_SIZES

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler


class _Cpu:
    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_cpu_units)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {
            "anyOf": [
                {"type": "integer", "enum": list(TASK_SIZES)},
                {"type": "string", "pattern": f"^(?:{_VCPU_TEXT.pattern})$"},
            ]
        }

    def in_words(self) -> str:
        return f"CPU units ({', '.join(map(str, TASK_SIZES))}) or vCPUs, as in `0.5 vCPU`"


class _Memory:
    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_mebibytes)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {
            "anyOf": [
                {"type": "integer", "minimum": 512, "maximum": 249856},
                {"type": "string", "pattern": f"^(?:{_GB_TEXT.pattern})$"},
            ]
        }

    def in_words(self) -> str:
        return "MiB (512 to 249856) or GB, as in `1 GB`"


_VCPU = {".25": 256, ".5": 512, **{str(units // 1024): units for units in TASK_SIZES if units >= 1024}}
_VCPU_TEXT = re.compile(r"0?(\.25|\.5|1|2|4|8|16|32) ?v[Cc][Pp][Uu]")
_GB_TEXT = re.compile(r"([1-9][0-9]{0,2}|0?\.5) ?GB")


def _cpu_units(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value not in TASK_SIZES:
            raise fault("NOT_A_CHOICE", f"{value} is not a number of CPU units that Fargate sells", _CPU_HELP)
        return value
    if not isinstance(value, str):
        raise fault("WRONG_TYPE", "is neither CPU units nor vCPUs", _CPU_HELP)
    match = _VCPU_TEXT.fullmatch(value)
    if not match:
        raise fault("NOT_A_CHOICE", f"{shorten(value)!r} is not a size that Fargate sells", _CPU_HELP)
    return _VCPU[match[1]]


def _mebibytes(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        mebibytes = value
    else:
        match = _GB_TEXT.fullmatch(value) if isinstance(value, str) else None
        if not match:
            raise fault("WRONG_TYPE", "is not an amount of memory", "write MiB as in 1024, or GB as in `1 GB`")
        mebibytes = int(float(match[1]) * 1024)
    if not 512 <= mebibytes <= 249856:
        raise fault("OUT_OF_RANGE", f"{value}", "Fargate sells 512 MiB to 249856 MiB (244 GB)")
    return mebibytes


_CPU_HELP = f"choose {', '.join(map(str, TASK_SIZES))} (1024 is one vCPU; `0.5 vCPU` is 512)"

Cpu = Annotated[int, _Cpu()]
"""CPU units, 1024 to a vCPU: one of the numbers that Fargate sells."""

Memory = Annotated[int, _Memory()]
"""Memory in MiB."""
