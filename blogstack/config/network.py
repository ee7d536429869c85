"""The key `network`: the network to create, an existing one, or that of another application."""

import re
from typing import Annotated, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from blogstack.config.fields import check_exclusions
from blogstack.config.marks import Excludes
from blogstack.config.types import Choices, Form, JsonSchema, Section, UniqueItems, fault, with_error_message
from blogstack.config.types.cidr import Cidr
from blogstack.diagnostics import Code
from blogstack.words import plural, shorten

_HEX = "(?:[0-9a-f]{8}|[0-9a-f]{17})"
SubnetId = Annotated[str, Form(f"subnet-{_HEX}", "a subnet ID", "write it like subnet-0123456789abcdef0")]
_SUBNETS = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]


class _Zones:
    """A number of availability zones, or their letters."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        letter = {"type": "string", "pattern": "^[a-z]$"}
        letters = {"type": "array", "items": letter, "minItems": 2, "maxItems": 3, "uniqueItems": True}
        return with_error_message({"anyOf": [{"type": "integer", "enum": [2, 3]}, letters]}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return "2 or 3, or the letters of two or three zones, as in [a, c]"

    def check(self, value: object) -> int | tuple[str, ...]:
        """The number, or the letters as a tuple."""
        help = f"write {self.in_words()}"
        if isinstance(value, bool) or not isinstance(value, int | list | tuple):
            raise fault(Code.WRONG_TYPE, "is neither a number of zones nor a list of zone letters", help)
        if isinstance(value, int):
            if value not in (2, 3):
                raise fault(Code.OUT_OF_RANGE, plural(value, "availability zones"), help)
            return value
        for letter in value:
            if not isinstance(letter, str) or not re.fullmatch("[a-z]", letter):
                raise fault(Code.WRONG_FORM, f"{shorten(str(letter))!r} is not a zone letter", help)
        if len(value) not in (2, 3):
            raise fault(Code.OUT_OF_RANGE, plural(len(value), "availability zones"), help)
        if len(set(value)) != len(value):
            raise fault(Code.WRONG_FORM, "duplicate zone", help)
        return tuple(value)


class Create(Section):
    """A network to create for the service."""

    # /16: the widest VPC that AWS allows. /22: the narrowest whose subnets are /27, a load balancer's minimum.
    cidr: Annotated[str, Cidr(16, 22, private=True)] = "10.0.0.0/16"
    """IPv4 CIDR block of the network, /16 to /22, in a private address range."""
    availability_zones: Annotated[int | tuple[str, ...], _Zones()] = Field(2, examples=[3, ["a", "c"]])
    """Number of availability zones, 2 or 3, or the letters of two or three zones, which fix the zones."""
    egress: Annotated[
        Literal["nat", "nat_per_az", "endpoints", "public_ip"],
        Choices(
            {
                "nat": "one NAT gateway for the private subnets: if its zone fails, all tasks lose the internet",
                "nat_per_az": "a NAT gateway in each zone: if a zone fails, only its own tasks lose the internet",
                "endpoints": "VPC endpoints: AWS's services only, no internet",
                "public_ip": "tasks in the public subnets with public addresses: the lowest cost, no private subnets",
            }
        ),
    ] = "nat"
    """How tasks reach ECR, logs and secrets: one NAT gateway, one per zone, VPC endpoints, or public addresses."""
    flow_logs: bool = True
    """Whether the network's traffic is logged to CloudWatch Logs."""


class Existing(Section):
    """An existing network."""

    vpc_id: Annotated[str, Form(f"vpc-{_HEX}", "a VPC ID", "write it like vpc-0123456789abcdef0")] = Field(
        examples=["vpc-0123456789abcdef0"]
    )
    """The VPC."""
    public_subnet_ids: UniqueItems[SubnetId] = Field((), max_length=20, examples=[_SUBNETS])
    """Subnets of the load balancer: two or more, unless it is internal."""
    private_subnet_ids: UniqueItems[SubnetId] = Field((), max_length=16, examples=[_SUBNETS])
    """Subnets of the tasks; required unless egress is public_ip."""
    database_subnet_ids: UniqueItems[SubnetId] = Field((), max_length=20, examples=[_SUBNETS])
    """Subnets of the database and the cache, in two or more zones; required with either of them."""
    egress: Annotated[
        Literal["nat", "endpoints", "public_ip"],
        Choices(
            {
                "nat": "its private subnets have a route to the internet, through a NAT gateway or otherwise",
                "endpoints": "its private subnets reach AWS through VPC endpoints only",
                "public_ip": "tasks run in the public subnets, with public addresses",
            }
        ),
    ] = "nat"
    """How the private subnets reach AWS: nat or endpoints; public_ip: tasks run in the public subnets."""


class OtherNetwork(Section):
    """The network of the application that `uses` names."""

    egress: Annotated[
        Literal["nat", "endpoints", "public_ip"],
        Choices(
            {
                "nat": "the tasks reach the internet from private subnets: that file has nat or nat_per_az",
                "endpoints": "the tasks reach AWS through VPC endpoints only",
                "public_ip": "tasks run in the public subnets, with public addresses",
            }
        ),
    ] = "nat"
    """What that application's network offers: the same as in its file, where nat_per_az is nat."""


_EITHER = Excludes("existing", "keep one of the two; in an environment null removes the other one")


class Network(Section):
    """The network to create, an existing one, or that of another application: one of the three."""

    create: Annotated[Create | None, _EITHER] = None
    """Create a network with these settings."""
    existing: Existing | None = Field(
        None,
        examples=[
            {
                "vpc_id": "vpc-0123456789abcdef0",
                "public_subnet_ids": _SUBNETS,
                "private_subnet_ids": _SUBNETS,
                "egress": "nat",
            }
        ],
    )
    """Use an existing network."""

    shared: Annotated[OtherNetwork | None, _EITHER] = Field(None, examples=[{"egress": "public_ip"}])
    """What the network of the application in `uses` is like."""

    _exclusions = model_validator(mode="after")(check_exclusions)
