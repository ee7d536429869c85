"""The templates as text."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Rendered, rule

MAX_BYTES = 51_200
"""The largest template body in a request, as `deploy` without a bucket sends it."""


@rule(
    Code.TEMPLATE_TOO_LARGE,
    Rendered,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
)
def template_too_large(template: Rendered) -> Iterator[Finding]:
    """A template fits into a request to CloudFormation."""
    if template.size > MAX_BYTES:
        size = f"{template.size} bytes, but without a bucket at most {MAX_BYTES} can be deployed"
        help = "shorten service.environment, permissions, allowed_cidrs or overrides"
        yield Finding(None, f"the template of {template.stack} has {size}", help)
