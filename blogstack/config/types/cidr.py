"""CIDR blocks: their form, and which are private."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic_core import CoreSchema, core_schema

from blogstack.config.types.base import JsonSchema, fault, with_error_message
from blogstack.diagnostics import Code
from blogstack.records import Record
from blogstack.words import shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

# https://www.rfc-editor.org/rfc/rfc1918, and for networks behind a carrier's NAT
# https://www.rfc-editor.org/rfc/rfc6598
_PRIVATE = {
    "10.0.0.0/8": "10",
    "172.16.0.0/12": r"172\.(?:1[6-9]|2[0-9]|3[01])",
    "192.168.0.0/16": r"192\.168",
    "100.64.0.0/10": r"100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])",
}


class Cidr(Record):
    """An IPv4 CIDR block whose host bits are zero, with a prefix length from `widest` to `narrowest`.

    `private`: only in the ranges that AWS recommends for a network:
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """

    widest: int = 0
    narrowest: int = 32
    private: bool = False

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        from blogstack.config.types.patterns import block_pattern  # not at every start

        ranges = rf"(?=(?:{'|'.join(_PRIVATE.values())})\.)" if self.private else ""
        pattern = rf"^{ranges}(?:{block_pattern(self.widest, self.narrowest)})$"
        return with_error_message({"type": "string", "pattern": pattern}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return f"an IPv4 CIDR block without host bits, /{self.widest} to /{self.narrowest}"

    def check(self, value: str) -> str:
        """The block itself; an error when it is not a block, has host bits, or is too wide or too narrow."""
        # Imported here, because both take time at every start.
        from ipaddress import AddressValueError, IPv4Network, NetmaskValueError

        from blogstack.config.types.patterns import OCTET

        try:
            block = IPv4Network(value, strict=False)
        except (AddressValueError, NetmaskValueError):
            block = None
        if block is None or not re.fullmatch(rf"{OCTET}(?:\.{OCTET}){{3}}/(?:[12]?[0-9]|3[0-2])", value):
            raise fault(Code.WRONG_FORM, f"{shorten(value)!r} is not an IPv4 CIDR block", "write one like 10.0.0.0/16")
        if str(block) != value:
            raise fault(Code.WRONG_FORM, f"{value} has host bits set", f"write {block}")
        if not self.widest <= block.prefixlen <= self.narrowest:
            elsewhere = "; for your own subnet plan use network.existing" if self.private else ""
            help = f"choose /{self.widest} to /{self.narrowest}{elsewhere}"
            raise fault(Code.OUT_OF_RANGE, f"{value} is a /{block.prefixlen}", help)
        if self.private and not any(block.subnet_of(IPv4Network(known)) for known in _PRIVATE):
            raise fault(Code.OUT_OF_RANGE, f"{value} is not in a private range", f"choose one in {', '.join(_PRIVATE)}")
        return value
