"""Where a secret variable comes from: `generate`, a secret of Secrets Manager, a parameter of Systems Manager."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic_core import CoreSchema, core_schema

from blogstack.config.marks import Atomic
from blogstack.config.types.base import JsonSchema, fault, with_error_message
from blogstack.config.types.values import PLACEHOLDER
from blogstack.diagnostics import Code
from blogstack.records import Record
from blogstack.words import did_you_mean, shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

# CreateSecret, Name: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
# Also the name of one that an AWS service created, as in rds!db-ID:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
_SECRET_CHARACTER = "[A-Za-z0-9/_+=.@!-]"
_SECRET_NAME = rf"(?:{_SECRET_CHARACTER}|{PLACEHOLDER}){{1,512}}"
# AWS ends the ARN of a secret in a hyphen and six characters. It reads a name with such an end as a complete ARN, and
# finds no secret:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
# https://github.com/aws/copilot-cli/issues/5732
LIKE_AN_ARN = "-[A-Za-z0-9]{6}"
_HOME = r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret"
SECRET_ARN = rf"{_HOME}:{_SECRET_CHARACTER}{{1,512}}{LIKE_AN_ARN}"
_SECRET = rf"(?!.*{LIKE_AN_ARN}$){_SECRET_NAME}|{_HOME}:{_SECRET_NAME}{LIKE_AN_ARN}"
# PutParameter, Name: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
_PARAMETER_NAME = rf"(?:[A-Za-z0-9_./-]|{PLACEHOLDER}){{1,1011}}"
_PARAMETER = rf"{_PARAMETER_NAME}|arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{{12}}:parameter/{_PARAMETER_NAME}"
# Without a colon, which separates the parts of a reference:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
_JSON_KEY = "[A-Za-z0-9_./-]{1,256}"

# As ECS writes it: a secret's ARN may be followed by a key of its JSON, a stage and a version.
_ARN = (
    r"(?P<arn>arn:aws[a-z-]*:(?P<kind>secretsmanager|ssm):[^:]*:[^:]*:(?:secret:[^:]+|parameter/[^:]+))"
    rf"(?::(?P<key>{_JSON_KEY})?:[^:]*:[^:]*)?"
)

_HELP = "write generate, {secretsmanager: NAME_OR_ARN}, {secretsmanager: NAME_OR_ARN, key: JSON_KEY} or {ssm: NAME}"
_FORMS = {
    "secretsmanager": (_SECRET, "the name or the ARN of a secret", "copy it from `aws secretsmanager list-secrets`"),
    "ssm": (_PARAMETER, "the name or the ARN of a parameter", "copy it from `aws ssm describe-parameters`"),
    "key": (_JSON_KEY, "a key of the secret's JSON", "use letters, digits and _./-"),
}


class SecretSource(Record):
    """Where a secret comes from.

    Attributes:
        name: Name or ARN; None for one that is generated.
        key: Key of the secret's JSON; None for the complete secret.
    """

    kind: Literal["generate", "secretsmanager", "ssm"]
    name: str | None = None
    key: str | None = None


class _Source:
    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_source)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        texts = {
            name: with_error_message({"type": "string", "pattern": f"^(?:{f[0]})$"}, f[1]) for name, f in _FORMS.items()
        }
        secret = {"secretsmanager": texts["secretsmanager"], "key": texts["key"]}
        common = {"type": "object", "additionalProperties": False}
        return {
            "anyOf": [
                with_error_message({"const": "generate"}, self.in_words()),
                {**common, "required": ["secretsmanager"], "properties": secret},
                {**common, "required": ["ssm"], "properties": {"ssm": texts["ssm"]}},
            ]
        }

    def in_words(self) -> str:
        return _HELP.removeprefix("write ")


def _source(value: object) -> SecretSource:
    if value == "generate":
        return SecretSource("generate")
    if isinstance(value, str):
        if arn := re.fullmatch(_ARN, value):
            key = f", key: {arn['key']}" if arn["key"] else ""
            help = f"write {{{arn['kind']}: {arn['arn']}{key}}}"
            raise fault(Code.WRONG_FORM, f"an ARN is written as {{{arn['kind']}: ARN}}", help)
        raise fault(Code.WRONG_FORM, "a secret's value does not belong in this file, only a reference to it", _HELP)
    if not isinstance(value, dict):
        raise fault(Code.WRONG_TYPE, "is not a source of a secret", _HELP)
    for key in value:
        if key not in _FORMS:
            near = did_you_mean(str(key), _FORMS)
            raise fault(
                Code.UNKNOWN_KEY, f"unknown key {shorten(str(key))!r}", f"did you mean {near!r}?" if near else _HELP
            )
    for key, text in value.items():
        pattern, words, help = _FORMS[key]
        if not isinstance(text, str) or not re.fullmatch(pattern, text):
            if key == "secretsmanager" and re.fullmatch(_SECRET_NAME, str(text)):
                message = f"the secret {shorten(str(text))!r} cannot be found by its name, which ends in {text[-7:]!r}"
                help = "write its ARN: AWS reads a hyphen and six characters as the end of an ARN"
                raise fault(Code.WRONG_FORM, message, help)
            raise fault(Code.WRONG_FORM, f"{shorten(str(text))!r} is not {words}", help)
    match value:
        case {"secretsmanager": name, **rest} if set(rest) <= {"key"}:
            return SecretSource("secretsmanager", name, rest.get("key"))
        case {"ssm": name, **rest} if not rest:
            return SecretSource("ssm", name)
    raise fault(Code.EXCLUSIVE, "must have one source: secretsmanager with or without key, or ssm", _HELP)


Secret = Annotated[SecretSource, _Source(), Atomic()]
"""Where a secret variable comes from; an environment replaces all keys of a source together."""
