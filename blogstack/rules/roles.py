"""How long the policies of a role are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.diagnostics import Code
from blogstack.facts.iam import ROLE_CHARACTERS, count_characters
from blogstack.facts.regions import partition
from blogstack.rules.rule import Finding, Scope, Stacks, StackTree, rule
from blogstack.source.merging import is_function


@rule(
    Code.ROLE_TOO_LONG,
    Scope[Stacks],
    reads=("service.permissions", "service.secrets", "service.sidecars.NAME.secrets"),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def role_too_long(scope: Scope[Stacks]) -> Iterator[Finding]:
    """IAM allows 10,240 characters of inline policies for a role, without white space."""
    text = Text(scope.value, scope.config.region)
    for stack in scope.value:
        for name, resource in stack.tree["Resources"].items():
            if resource["Type"] == "AWS::IAM::Role" and not _is_clearly_short(resource["Properties"].get("Policies")):
                policies = text.of(resource["Properties"].get("Policies"), stack)
                if (length := count_characters(_documents(policies))) > ROLE_CHARACTERS:
                    yield _finding(scope, stack, name, length)


# Longer than the value of any function in our templates: an ARN with a name of 30 characters, an environment and an ID.
_LONGEST_VALUE = 400


def _is_clearly_short(policies: object) -> bool:
    """Whether policies fit even if each function had the longest value: they nearly always do, and this is faster."""
    text = json.dumps(policies)
    functions = text.count('"Fn::') + text.count('"Ref"')
    return len(text) + functions * _LONGEST_VALUE <= ROLE_CHARACTERS


def _documents(policies: object) -> Iterator[Any]:
    """The documents of a role's policies; an override can replace them with anything, which cfn-lint then reports."""
    for policy in policies if isinstance(policies, list) else ():
        if isinstance(policy, dict) and "PolicyDocument" in policy:
            yield policy["PolicyDocument"]


def _finding(scope: Scope[Stacks], stack: StackTree, role: str, length: int) -> Finding:
    path, help = (
        stack.origins[role],
        "use one pattern for resources that belong together, as in arn:aws:s3:::bucket/uploads/*",
    )
    if path[-1:] != ("permissions",):
        containers = [container for workload in scope.config.workloads() for container in workload.containers]
        path = scope.first_written(*(container.place.at("secrets") for container in containers), path)
        help = "keep several values in the JSON of one secret, as in {secretsmanager: NAME, key: KEY}"
    limit = f"IAM allows {ROLE_CHARACTERS:,} for a role"
    return Finding(path, f"the policies of {role} have {length:,} characters, but {limit}", help)


_ACCOUNT = "123456789012"
# Ref or Fn::GetAtt Arn of a resource; a name that CloudFormation generates ends in a hyphen and 12 characters, and AWS
# ends the ARN of a secret in a hyphen and 6:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
_ARNS = {
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager:{home}:secret:{name}-AbCdEf"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs:{home}:log-group:{name}:*"),
    "AWS::ECR::Repository": ("RepositoryName", "ecr:{home}:repository/{name}"),
}
_UNKNOWN = "?" * 128
"""In place of what only AWS knows: longer than the ARN of anything that our templates refer to."""


class Text:
    """The values of templates as AWS will see them, or texts of at least the same length."""

    def __init__(self, stacks: Stacks, region: str) -> None:
        self._pseudo = {
            "AWS::AccountId": _ACCOUNT,
            "AWS::Partition": partition(region),
            "AWS::Region": region,
            "AWS::URLSuffix": "amazonaws.com.cn",
        }
        self._exports = {
            output["Export"]["Name"]: (output["Value"], stack)
            for stack in stacks
            for output in stack.tree.get("Outputs", {}).values()
            if "Export" in output
        }

    def of(self, value: Any, stack: StackTree) -> Any:  # noqa: ANN401 (any JSON)
        """A value of a stack's template without functions."""
        if isinstance(value, list):
            return [self.of(item, stack) for item in value]
        if not isinstance(value, dict):
            return value
        if not is_function(value):
            return {key: self.of(item, stack) for key, item in value.items()}
        match dict(value):
            case {"Ref": str(name)}:
                return self._pseudo.get(name) or self._arn(name, stack)
            case {"Fn::GetAtt": [str(name), *_]}:
                return self._arn(name, stack)
            case {"Fn::ImportValue": str(name)} if name in self._exports:
                return self.of(*self._exports[name])
            case {"Fn::Sub": str(text)}:
                return self._sub(text, {}, stack)
            case {"Fn::Sub": [str(text), dict(values)]}:
                return self._sub(text, values, stack)
        return _UNKNOWN

    def _sub(self, text: str, values: Mapping[str, Any], stack: StackTree) -> str:
        known = {**self._pseudo, **{name: self.of(value, stack) for name, value in values.items()}}
        filled = re.sub(r"\$\{([^!}]+)\}", lambda name: str(known.get(name[1], _UNKNOWN)), text)
        return filled.replace("${!", "${")

    def _arn(self, logical_id: str, stack: StackTree) -> str:
        resource = stack.tree["Resources"].get(logical_id, {"Type": None})
        if resource["Type"] not in _ARNS:
            return _UNKNOWN
        key, form = _ARNS[resource["Type"]]
        name = self.of(resource.get("Properties", {}).get(key, f"{logical_id}-0123456789AB"), stack)
        home = f"{self._pseudo['AWS::Region']}:{_ACCOUNT}"
        return f"arn:{self._pseudo['AWS::Partition']}:{form.format(home=home, name=name)}"
