"""The key `domain`: the service's domain name."""

from typing import Annotated

from pydantic import Field, model_validator

from blogstack.config.fields import check_exclusions
from blogstack.config.marks import RequiredUnless
from blogstack.config.types import Form, Section, UniqueItems

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]"
# Names of an ACM certificate, one of which is `name`: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
MAX_NAMES = 10


class Domain(Section):
    """The service's domain name, which enables TLS."""

    # 64 characters, the limit of a certificate's first name:
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    name: Annotated[
        str,
        Form(_NAME, "a domain name", "write it like blog.example.com", 64),
    ] = Field(examples=["blog.example.com"])
    """Domain name of the service."""
    hosted_zone_id: Annotated[
        Annotated[
            str,
            Form(
                "Z[A-Z0-9]{1,31}",
                "a hosted zone ID",
                "copy what follows /hostedzone/ in `aws route53 list-hosted-zones`",
                32,
            ),
        ]
        | None,
        RequiredUnless(
            "certificate_arn",
            "add hosted_zone_id; for DNS outside of Route 53 add certificate_arn, and create the record by hand",
        ),
    ] = Field(None, examples=["Z0123456789ABCDEFGHIJ"])
    """ID of the public Route 53 hosted zone for the names; null: DNS elsewhere, with records created by hand."""
    # Up to 253 characters: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    aliases: UniqueItems[
        Annotated[
            str,
            Form(rf"(?:\*\.)?{_NAME}", "a domain name", "write it like www.example.com or *.example.com", 253),
        ]
    ] = Field((), max_length=MAX_NAMES - 1, examples=[["www.example.com"]])
    """More names for the load balancer, in the hosted zone if there is one; the certificate covers all of them."""
    redirect_from: UniqueItems[Annotated[str, Form(_NAME, "a domain name", "write it like www.example.com", 253)]] = (
        Field((), max_length=MAX_NAMES - 1, examples=[["www.example.com"]])
    )
    """Names, in the hosted zone if there is one, that redirect to `name` with status 301, path and query included."""
    certificate_arn: (
        Annotated[
            str,
            Form(
                r"arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+",
                "the ARN of a certificate",
                "copy it from `aws acm list-certificates`",
            ),
        ]
        | None
    ) = Field(None, examples=["arn:aws:acm:ap-northeast-2:123456789012:certificate/12345678-90ab-cdef"])
    """ARN of an existing ACM certificate in the same region; null: one is issued and validated through the zone."""

    _exclusions = model_validator(mode="after")(check_exclusions)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, `name` first."""
        return (self.name, *self.aliases, *self.redirect_from)
