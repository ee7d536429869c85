"""The key `domain`: the service's name on the internet."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from blogstack.config.types import Form, Section

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"


class Domain(Section):
    """The service's name on the internet; with it comes TLS."""

    # 64 characters, the limit of a certificate's first name:
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    name: Annotated[
        str,
        Form(rf"(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]", "a domain name", "write it like blog.example.com", 64),
    ] = Field(examples=["blog.example.com"])
    """Domain name of the service."""
    hosted_zone_id: Annotated[
        str,
        Form(
            "Z[A-Z0-9]{1,31}",
            "a hosted zone ID",
            "copy what follows /hostedzone/ in `aws route53 list-hosted-zones`",
            32,
        ),
    ] = Field(examples=["Z0123456789ABCDEFGHIJ"])
    """Public Route 53 hosted zone that the domain name is in."""
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
