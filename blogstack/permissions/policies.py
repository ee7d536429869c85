"""Blueprint and stacks -> the IAM policies of a deployer and of a reader.

CloudFormation acts with the permissions of whoever deploys. What it calls for a resource is in the resource type's
schema. An action is limited to the resources whose names follow from the templates, and otherwise to the region.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from blogstack.blueprint import Blueprint
from blogstack.deploy.plan import make_plans
from blogstack.deploy.steps import CreateServiceRoles
from blogstack.facts.iam import MANAGED_CHARACTERS, Json, allow, count_characters, document
from blogstack.facts.regions import partition
from blogstack.lint.provider_schemas import action_resources, handler_permissions
from blogstack.permissions.calls import DEPLOY, READ
from blogstack.permissions.resources import resource_arns, shared_stacks
from blogstack.rules.rule import StackTree

# None of our resources has a permissions boundary, and a deployer should not be able to remove one.
_LEFT_OUT = frozenset(["iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"])
# Secrets Manager uses the user's own key on behalf of whoever creates or reads a secret:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-authz
_WITH_KEY = frozenset(["kms:Decrypt", "kms:GenerateDataKey"])
_PASS_ROLE, _CREATE_SERVICE_ROLE = "iam:PassRole", "iam:CreateServiceLinkedRole"
# Their requests name another region than the stacks':
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
_GLOBAL = frozenset(["iam", "route53", "sts"])
# With a narrower scope it is incomplete:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
_WIDE = frozenset(["cloudwatch:DescribeAlarms"])
# A secret has no name in the templates, but tags: the name of the application is checked once it exists.
_NEW_SECRET = frozenset(["secretsmanager:CreateSecret", "secretsmanager:TagResource"])
_READS_OUTPUTS = "cloudformation:DescribeStacks"
_WITHOUT_RESOURCE = frozenset(["secretsmanager:GetRandomPassword"])

Policies = Mapping[str, Json]
"""Policy documents by their names."""


def read_policies(blueprint: Blueprint) -> Policies:
    """The policies of whoever looks at an environment: `status`, `verify`, `doctor` and `logs`."""
    return _split(f"{blueprint.tasks.title}-read", _statements(blueprint, READ))


def deploy_policies(blueprint: Blueprint, stacks: Iterable[StackTree]) -> Policies:
    """The policies of whoever deploys an environment, with the printed script or a command.

    Args:
        blueprint: Of the environment.
        stacks: Its stacks, as they are deployed.
    """
    trees = [stack.tree for stack in stacks]
    types = sorted({resource["Type"] for tree in trees for resource in tree["Resources"].values()})
    actions = {*READ, *DEPLOY, *_handlers(types, blueprint), *(_WITH_KEY if blueprint.tasks.kms_key else ())}
    actions -= {_PASS_ROLE, _CREATE_SERVICE_ROLE, *_LEFT_OUT}
    statements = [*_statements(blueprint, actions), *_role_statements(blueprint, trees)]
    return _split(f"{blueprint.tasks.title}-deploy", statements)


def _handlers(types: Iterable[str], blueprint: Blueprint) -> Iterator[str]:
    """What CloudFormation calls for resources of some types, limited to the services of these types.

    A schema also lists what it calls for settings that we do not use, such as those of WAF for AppSync.
    """
    listed = {each: handler_permissions(each, blueprint.region) for each in types}
    services = {actions[0].partition(":")[0] for actions in listed.values() if actions}
    services |= {"iam"} | ({"kms"} if blueprint.tasks.kms_key else set())
    for actions in listed.values():
        yield from (
            action
            for action in actions
            if action.partition(":")[0] in services and action_resources(action) is not None
        )


def _statements(blueprint: Blueprint, actions: Iterable[str]) -> Iterator[Json]:
    """The actions in one statement for each set of resources and conditions."""
    arns = resource_arns(blueprint)
    groups: dict[tuple[tuple[str, ...], bool, bool], list[str]] = defaultdict(list)
    for action in sorted(set(actions)):
        service = action.partition(":")[0]
        types = action_resources(action)
        assert types is not None, f"IAM has no action {action}"
        known = [arns.get(f"{service}:{each}") for each in types]
        resources = [arn for found in known if found for arn in found]
        if action == _READS_OUTPUTS:
            resources += shared_stacks(blueprint)
        # An action may take resources of several types at once: if one type has no known name, the others do not help.
        complete = resources and action not in _WIDE and (all(known) or _is_narrow_by_part(service, action))
        tagged = service == "secretsmanager" and action not in _NEW_SECRET | _WITHOUT_RESOURCE
        key = (tuple(dict.fromkeys(resources)) if complete else ("*",), service in _GLOBAL, tagged)
        groups[key].append(action)
    for (resources_of, is_global, tagged), group in sorted(groups.items()):
        statement = allow(group, resources_of)
        conditions = {}
        if resources_of == ("*",) and not is_global:
            conditions["aws:RequestedRegion"] = blueprint.region
        if tagged:
            conditions["aws:ResourceTag/blogstack:name"] = blueprint.name
        if conditions:
            statement["Condition"] = {"StringEquals": conditions}
        yield statement


# Their actions on tags, and no others, name every type of the service.
_ANY_TYPE = frozenset(["cloudwatch", "ecs", "logs", "states", "s3"])


def _is_narrow_by_part(service: str, action: str) -> bool:
    """Whether our calls use only those resource types of an action that have a known name.

    A call that changes a database names its groups and snapshots, but no clusters, as in AWS's own examples:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples-create-and-modify-examples.html
    """
    changes = not action.partition(":")[2].startswith(("Describe", "List"))
    return service in _ANY_TYPE or (service == "rds" and changes)


def _role_statements(blueprint: Blueprint, trees: Iterable[Mapping[str, Any]]) -> Iterator[Json]:
    """Roles are passed only to services that they trust; service-linked roles are created only for the plan's."""
    roles = resource_arns(blueprint)["iam:role"]
    trusted = sorted({service for tree in trees for service in _trusted_services(tree)})
    pass_role = allow([_PASS_ROLE], roles)
    pass_role["Condition"] = {"StringEquals": {"iam:PassedToService": trusted}}
    yield pass_role
    linked = [
        f"{service}.amazonaws.com"
        for plan in make_plans([blueprint])
        for step in plan.steps
        if isinstance(step.action, CreateServiceRoles)
        for service in step.action.services
    ]
    create = allow([_CREATE_SERVICE_ROLE], [f"arn:{partition(blueprint.region)}:iam::*:role/aws-service-role/*"])
    create["Condition"] = {"StringLike": {"iam:AWSServiceName": linked}}
    yield create


def _trusted_services(tree: Mapping[str, Any]) -> Iterator[str]:
    for resource in tree["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            for statement in resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
                service = statement["Principal"]["Service"]
                yield from [service] if isinstance(service, str) else service


def _split(name: str, statements: Iterable[Json]) -> Policies:
    """The statements, in their order, in as few documents as possible; none is longer than IAM allows."""
    pages: list[list[Json]] = [[]]
    for statement in (part for whole in statements for part in _parts(whole)):
        if count_characters([document([*pages[-1], statement])]) > MANAGED_CHARACTERS:
            pages.append([])
        pages[-1].append(statement)
    if len(pages) == 1:
        return {name: document(pages[0])}
    return {f"{name}-{number}": document(page) for number, page in enumerate(pages, start=1)}


def _parts(statement: Json) -> Iterator[Json]:
    """A statement, in halves where it is too long for a document."""
    if count_characters([document([statement])]) <= MANAGED_CHARACTERS:
        yield statement
        return
    actions = statement["Action"]
    for half in (actions[: len(actions) // 2], actions[len(actions) // 2 :]):
        yield from _parts({**statement, "Action": half})
