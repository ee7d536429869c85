"""AWS's cloudformation-validate, as a second validator of templates."""

from __future__ import annotations

from functools import cache

from cloudformation_validate import CelEngine, TemplateContent

LITERAL = "E1029"
"""`${NAME}` in a text without Fn::Sub, which CloudFormation passes on: a variable, as the user wrote it."""
ACCOUNT = "W9013"
"""An account in an ARN: the ARNs of the user's own file."""


def judge(text: str) -> set[str]:
    """The rules that a template breaks: errors and warnings, without information such as create-only properties."""
    report = _engine().validate_template(TemplateContent(text, "template"))
    return {told.rule_id for told in report.diagnostics if told.rule_id[0] in "EFW"}


@cache
def _engine() -> CelEngine:
    return CelEngine()
