"""How ECS and IAM refer to a secret.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
"""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, ImportValue, Sub

from blogstack.blueprint.names import Imported
from blogstack.blueprint.workload.secrets import SecretVariable

_ARN_PREFIX = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:"


def value_from(secret: SecretVariable) -> str | AWSHelperFn:
    """ECS's reference: an ARN; for one key of a secret's JSON `ARN:KEY::`, with version stage and ID left empty."""
    arn = _arn(secret)
    if not secret.key:
        return arn
    if isinstance(arn, ImportValue):
        return Sub(f"${{Secret}}:{secret.key}::", Secret=arn)
    return Sub(f"{arn.data['Fn::Sub']}:{secret.key}::") if isinstance(arn, Sub) else f"{arn}:{secret.key}::"


def resource(secret: SecretVariable) -> str | AWSHelperFn:
    """The resource of an IAM statement; AWS adds a hyphen and six characters to a secret's name in its ARN."""
    by_name = secret.service == "secretsmanager" and isinstance(secret.source, str) and not _is_arn(secret.source)
    return Sub(_ARN_PREFIX % "secretsmanager" + f"secret:{secret.source}-??????") if by_name else _arn(secret)


def secret_value(secret: AWSObject, key: str) -> str:
    """A dynamic reference inside Fn::Sub: CloudFormation reads the value during the deployment, and never shows it."""
    return f"{{{{resolve:secretsmanager:${{{secret.title}}}:SecretString:{key}}}}}"


def _arn(secret: SecretVariable) -> str | AWSHelperFn:
    if isinstance(secret.source, Imported):
        return ImportValue(secret.source.export)
    if _is_arn(secret.source):
        return secret.source
    if secret.service == "ssm":
        return Sub(_ARN_PREFIX % "ssm" + f"parameter/{secret.source.removeprefix('/')}")
    return Sub(_ARN_PREFIX % "secretsmanager" + f"secret:{secret.source}")


def _is_arn(source: str) -> bool:
    return source.startswith("arn:")
