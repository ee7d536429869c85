"""Every kind of error that pydantic has becomes a diagnostic."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails, ErrorTypeInfo
from pydantic_core._pydantic_core import list_all_errors

from blogstack.config.errors import to_diagnostics
from blogstack.diagnostics import Code
from blogstack.source.parse import parse

TEXT = b'name: blog-api\nregion: us-east-1\nscaling: {min: 3}\ntags: {team: "x"}\n'
DOCUMENT = parse("blogstack.yaml", TEXT)
PLACES: list[tuple[str | int, ...]] = [("name",), ("region",), ("scaling",), ("scaling", "min"), ("tags", "team")]


@pytest.mark.parametrize("loc", PLACES, ids=lambda loc: ".".join(map(str, loc)))
@pytest.mark.parametrize("kind", list_all_errors(), ids=lambda kind: kind["type"])
def test_every_kind_of_error(kind: ErrorTypeInfo, loc: tuple[str | int, ...]) -> None:
    """Also those that no current key causes, for every kind of value."""
    value: Any = DOCUMENT.plain()
    for step in loc:
        value = value[step]
    message = kind["example_message_python"]
    details = ErrorDetails(type=kind["type"], loc=loc, msg=message, input=value)
    if context := kind.get("example_context"):
        details["ctx"] = {**context, "min_length": 99} if "min_length" in context else context
    (diagnostic,) = to_diagnostics(DOCUMENT, DOCUMENT.plain(), [details])
    assert diagnostic.code.id.startswith("BS2")
    assert diagnostic.span is not None
    assert diagnostic.message
    assert diagnostic.help


class Plain(BaseModel, strict=True, extra="forbid"):
    """Keys of the language's names, limited by pydantic's means alone."""

    name: str = Field("x", pattern="^[a-z]+$")
    region: str = Field("x", max_length=3)
    alarms: int = Field(2, ge=1, multiple_of=2)
    logs: float = Field(1, lt=5)
    kms_key: bytes = b""
    tags: dict[str, int] = Field({}, min_length=1)
    domain: set[int] = set()


@pytest.mark.parametrize(
    ("key", "value", "code", "message"),
    [
        ("name", "A1", Code.WRONG_TYPE, "name: String should match pattern '^[a-z]+$'"),
        ("region", "us-east-1", Code.OUT_OF_RANGE, "region has 9 characters"),
        ("tags", {}, Code.OUT_OF_RANGE, "tags has 0 keys"),
        ("kms_key", "x", Code.WRONG_TYPE, "kms_key: Input should be a valid bytes"),
        ("domain", "x", Code.WRONG_TYPE, "domain: Input should be a valid set"),
        ("alarms", 0, Code.OUT_OF_RANGE, "alarms: Input should be greater than or equal to 1"),
        ("alarms", 3, Code.OUT_OF_RANGE, "alarms: Input should be a multiple of 2"),
        ("logs", 5, Code.OUT_OF_RANGE, "logs: Input should be less than 5"),
    ],
)
def test_limits_by_pydantic_alone(key: str, value: object, code: Code, message: str) -> None:
    """A key that somebody adds without the language's types still has its limits in a diagnostic."""
    document = parse("blogstack.yaml", json.dumps({key: value}).encode())
    with pytest.raises(ValidationError) as caught:
        Plain.model_validate({key: value})
    (diagnostic,) = to_diagnostics(document, document.plain(), caught.value.errors())
    assert (diagnostic.code, diagnostic.message) == (code, message)
