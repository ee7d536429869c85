"""The key `load_balancer`: who may reach the service, and how its targets are checked."""

import re
from typing import Annotated, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from blogstack.config.sidecars import SidecarName
from blogstack.config.types import (
    Choices,
    Duration,
    Form,
    JsonSchema,
    Section,
    UniqueItems,
    Whole,
    fault,
    with_error_message,
)
from blogstack.config.types.cidr import Cidr
from blogstack.diagnostics import Code
from blogstack.words import shorten

# The policies with forward secrecy and nothing older than TLS 1.2:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
# https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17 asks for one with Res or TLS13-1-3
# (docs/decisions/0015-security-baseline.md).
TlsPolicy = Literal[
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
]
_TLS_POLICIES = {
    "ELBSecurityPolicy-TLS13-1-2-2021-06": "TLS 1.3 and 1.2",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": "TLS 1.3 and 1.2 without CBC ciphers",
    "ELBSecurityPolicy-TLS13-1-3-2021-06": "TLS 1.3 only",
    "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09": "TLS 1.3 and 1.2, with post-quantum key exchange",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09": "TLS 1.3 and 1.2 without CBC ciphers, with post-quantum key exchange",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09": "TLS 1.3 only, with post-quantum key exchange",
}
# 200 to 499, values and ranges: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html
_CODE = "[234][0-9]{2}"


class HealthCheck(Section):
    """The target group's check, which requests service.health.path.

    Limits: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
    """

    interval: Annotated[int, Duration(5, 300)] = 15
    """Time between two checks."""
    timeout: Annotated[int, Duration(2, 120)] = 5
    """Time after which a check has failed; it must be below the interval."""
    healthy_threshold: Annotated[int, Whole(2, 10, "checks")] = 2
    """Passed checks in a row that make a target healthy."""
    unhealthy_threshold: Annotated[int, Whole(2, 10, "checks")] = 3
    """Failed checks in a row that make a target unhealthy."""
    success_codes: Annotated[
        str,
        Form(
            rf"{_CODE}(?:-{_CODE})?(?:,{_CODE}(?:-{_CODE})?)*",
            "a list of HTTP codes",
            "write 200 or 200-299,302",
        ),
    ] = "200"
    """HTTP status codes that pass, from 200 to 499."""
    grace_period: Annotated[int, Duration(0, 7200)] | None = Field(None, examples=["3m"])
    """Time after a task's start in which failed checks do not count; the default: django 120s, others 60s."""


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
# S3 would also accept `yes` and `off`; whoever writes them wants true or false.
_BUCKET = r"(?!(?:yes|off)$)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"


class _AccessLogs:
    """Whether there are access logs, or an existing bucket for them."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        bucket = {"type": "string", "pattern": f"^(?:{_BUCKET})$"}
        return with_error_message({"anyOf": [{"type": "boolean"}, bucket]}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return "true or false, or the name of an existing bucket, 3 to 63 characters"

    def check(self, value: object) -> bool | str:
        """The value itself; an error when it is neither a boolean nor a bucket's name."""
        help = "write true for a new bucket, the name of an existing bucket, or false for no logs"
        if not isinstance(value, bool | str):
            raise fault(Code.WRONG_TYPE, "is neither true, false nor a bucket name", help)
        if isinstance(value, str) and not re.fullmatch(_BUCKET, value):
            raise fault(Code.WRONG_FORM, f"{shorten(value)!r} is not a bucket name", help)
        return value


class Targets(Section):
    """The tasks of a service as the load balancer sees them."""

    container: SidecarName | None = Field(None, examples=["proxy"])
    """Sidecar that gets the requests, on its port, and passes them on; null: the service's own container."""
    deregistration_delay: Annotated[int, Duration(0, 3600)] = 30
    """Time that a stopping task has to answer the requests in flight."""
    # 1 second to 7 days:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions
    stickiness: Annotated[int, Duration(1, 604800)] | None = Field(None, examples=["1h"])
    """Time for which a cookie keeps a client's requests on the same task; null: any task."""
    health_check: HealthCheck = HealthCheck.model_construct()
    """The target group's check."""


class Front(Section):
    """The application load balancer itself."""

    internal: bool = False
    """Whether it is in the private subnets, reachable only from inside the network."""
    allowed_cidrs: UniqueItems[Annotated[str, Cidr()]] = Field(("0.0.0.0/0",), min_length=1, max_length=25)
    """IPv4 CIDR blocks that may connect."""
    idle_timeout: Annotated[int, Duration(1, 4000)] = 60
    """Time after which an idle connection is closed; the service's keep-alive must be longer."""
    tls_policy: Annotated[TlsPolicy, Choices(_TLS_POLICIES)] = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    """Security policy of the TLS listener: versions and ciphers."""
    access_logs: Annotated[bool | str, _AccessLogs()] = Field(True, examples=["my-access-logs"])
    """Whether requests are logged to a new bucket, for logs.retention days; or the name of an existing bucket."""
    waf: bool = False
    """Whether AWS WAF protects it: AWS's common rules and lists, and a rate limit per address; it costs extra."""
    deletion_protection: bool = True
    """Whether AWS refuses to delete the load balancer."""


# The keys of the last base come first.
class LoadBalancer(Targets, Front):
    """The application load balancer in front of the tasks."""
