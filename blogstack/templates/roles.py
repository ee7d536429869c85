"""Roles: inline and exact, without managed policies; the trust policies admit this account only."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import AWSHelperFn, AWSObject, GetAtt, ImportValue, Ref, Sub, iam

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.names import Imported
from blogstack.blueprint.registry import EcrArn
from blogstack.blueprint.tasks import Tasks
from blogstack.facts.iam import EXEC_ACTIONS, Json, allow, document
from blogstack.templates.secrets import resource
from blogstack.templates.stack import Stack, literal, tagged


def add_roles(
    stack: Stack, tasks: Tasks, log_group: AWSObject, secrets: Mapping[str, AWSObject]
) -> tuple[AWSObject, AWSObject]:
    """The execution role, with which ECS starts a task, and the task role, which is the service's own."""
    rights = [*_pull(tasks), *_write_logs(log_group), *_read_secrets(tasks, secrets), *_decrypt(tasks)]
    execution = iam.Role(
        names.EXECUTION_ROLE,
        AssumeRolePolicyDocument=_task_trust(),
        Policies=[policy("StartTask", rights)],
        Tags=tagged(tasks.tags),
    )
    task = iam.Role(names.TASK_ROLE, AssumeRolePolicyDocument=_task_trust(), Tags=tagged(tasks.tags))
    own = [allow(s.actions, [literal(r) for r in s.resources]) for s in tasks.permissions]
    policies = [policy("Permissions", own)] if own else []
    if tasks.container.exec:
        policies.append(policy("Exec", [allow(EXEC_ACTIONS, ["*"])]))
    if policies:
        task.Policies = policies
    return stack.add(execution, "image"), stack.add(task, "service", "permissions")


def policy(name: str, statements: list[Json]) -> iam.Policy:
    """An inline policy."""
    return iam.Policy(PolicyName=name, PolicyDocument=document(statements))


def trust(service: str, **conditions: Json) -> Json:
    """A trust policy for an AWS service acting for this account: no other account's resource may use the role."""
    condition = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}, **conditions}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return document([statement])


def _task_trust() -> Json:
    """Source: Amazon ECS developer guide, "Amazon ECS task IAM role", the trust policy with its conditions."""
    tasks = Sub("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:*")
    return trust("ecs-tasks.amazonaws.com", ArnLike={"aws:SourceArn": tasks})


def _pull(tasks: Tasks) -> list[Json]:
    """The rights to pull the images: Amazon ECR user guide, "Required IAM permissions for pulling an image"."""
    rights = []
    if tasks.image.credentials:
        rights.append(allow(["secretsmanager:GetSecretValue"], [literal(tasks.image.credentials)]))
    images = [tasks.image.repository, *(sidecar.repository for sidecar in tasks.sidecars)]
    repositories = dict.fromkeys(repository for repository in images if repository)
    if repositories:
        actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        # The one wildcard: GetAuthorizationToken knows no resource (service authorization reference, Amazon ECR).
        rights.append(allow(["ecr:GetAuthorizationToken"], ["*"]))
        rights.append(allow(actions, map(_repository_arn, repositories)))
    return rights


def _repository_arn(repository: Imported | EcrArn) -> AWSHelperFn:
    if isinstance(repository, Imported):
        return ImportValue(repository.export)
    place = f"{repository.region}:{repository.account}:repository/{repository.repository}"
    return Sub("arn:${AWS::Partition}:ecr:" + place)


def _write_logs(log_group: AWSObject) -> list[Json]:
    return [allow(["logs:CreateLogStream", "logs:PutLogEvents"], [GetAtt(log_group, "Arn")])]


def _read_secrets(tasks: Tasks, made: Mapping[str, AWSObject]) -> list[Json]:
    """The rights to read exactly the secrets that the containers get, each once."""
    read: dict[str, dict[str, str | AWSHelperFn]] = {"secretsmanager": {}, "ssm": {}}
    for secret in tasks.every_secret:
        own = Ref(made[secret.generated]) if secret.generated else resource(secret)
        read[secret.service].setdefault(str(secret.source), own)
    actions = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameters"}
    return [allow([actions[service]], found.values()) for service, found in read.items() if found]


def _decrypt(tasks: Tasks) -> list[Json]:
    """The right to decrypt with the customer's key, and only what the two services ask it for.

    Source: Amazon ECS developer guide, "Amazon ECS task execution IAM role", Secrets Manager or Parameter Store rights.
    """
    services = {secret.service for secret in tasks.every_secret} | (
        {"secretsmanager"} if tasks.image.credentials else set()
    )
    if not tasks.kms_key or not services:
        return []
    via = [Sub(service + ".${AWS::Region}.${AWS::URLSuffix}") for service in sorted(services)]
    return [allow(["kms:Decrypt"], [tasks.kms_key]) | {"Condition": {"StringEquals": {"kms:ViaService": via}}}]
