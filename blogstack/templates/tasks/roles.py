"""The roles of the tasks: inline and exact, without managed policies; only this account's tasks may use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, Sub, iam

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import Imported
from blogstack.blueprint.registry import EcrArn
from blogstack.blueprint.rights import Right
from blogstack.blueprint.tasks import ExecutionRights, Tasks
from blogstack.facts.iam import EXEC_ACTIONS, Json, allow
from blogstack.templates.policies import policy, trust
from blogstack.templates.secrets import resource
from blogstack.templates.stack import Stack, import_value, literal, make_tags


def add_roles(
    stack: Stack, tasks: Tasks, log_group: AWSObject, secrets: Mapping[str, AWSObject]
) -> tuple[AWSObject, AWSObject]:
    """The execution role, with which ECS starts a task, and the task role, which the application uses."""
    rights = [
        *_pull(tasks.execution),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [GetAtt(log_group, "Arn")]),
        *_read_secrets(tasks.execution, secrets),
        *_decrypt(tasks.execution),
    ]
    execution = iam.Role(
        ids.EXECUTION_ROLE,
        AssumeRolePolicyDocument=_task_trust(),
        Policies=[policy("StartTask", rights)],
        Tags=make_tags(tasks.tags),
    )
    task = iam.Role(ids.TASK_ROLE, AssumeRolePolicyDocument=_task_trust(), Tags=make_tags(tasks.tags))
    statements = [allow(s.actions, [literal(r) for r in s.resources]) for s in tasks.permissions]
    policies = [policy("Permissions", statements)] if statements else []
    if stores := [*map(_use, tasks.stores.rights), *_use_key(tasks)]:
        policies.append(policy("Stores", stores))
    if tasks.exec:
        policies.append(policy("Exec", [allow(EXEC_ACTIONS, ["*"])]))
    if policies:
        task.Policies = policies
    return stack.add(execution, "image"), stack.add(task, "service", "permissions")


def _task_trust() -> Json:
    """Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html, the trust policy."""
    tasks = Sub("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:*")
    return trust("ecs-tasks.amazonaws.com", ArnLike={"aws:SourceArn": tasks})


def _pull(execution: ExecutionRights) -> Iterable[Json]:
    """Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html."""
    if execution.credentials:
        yield allow(["secretsmanager:GetSecretValue"], [literal(execution.credentials)])
    if execution.repositories:
        # The only wildcard: GetAuthorizationToken has no resource.
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        yield allow(["ecr:GetAuthorizationToken"], ["*"])
        actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        yield allow(actions, map(_repository_arn, execution.repositories))


def _repository_arn(repository: Imported | EcrArn) -> AWSHelperFn:
    if isinstance(repository, Imported):
        return import_value(repository)
    path = f"{repository.region}:{repository.account}:repository/{repository.repository}"
    return Sub("arn:${AWS::Partition}:ecr:" + path)


def _read_secrets(execution: ExecutionRights, generated: Mapping[str, AWSObject]) -> Iterable[Json]:
    """The permissions to read exactly the secrets that the containers get, each once."""
    read: dict[str, dict[str, str | AWSHelperFn]] = {"secretsmanager": {}, "ssm": {}}
    for secret in execution.secrets:
        arn = Ref(generated[secret.generated]) if secret.generated else resource(secret)
        read[secret.service].setdefault(str(secret.source), arn)
    actions = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameters"}
    return [allow([actions[service]], arns.values()) for service, arns in read.items() if arns]


def _decrypt(execution: ExecutionRights) -> Iterable[Json]:
    """The permission to decrypt with the user's key, only through the services that need it.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    services = {secret.service for secret in execution.secrets}
    if execution.credentials:
        services.add("secretsmanager")
    if not execution.kms_key or not services:
        return []
    return [allow(["kms:Decrypt"], [execution.kms_key]) | _through(services)]


def _use(right: Right) -> Json:
    """The permission to use the resources of a store."""
    return allow(right.actions, [_with_path(arn, right.path) for arn in right.resources])


def _with_path(arn: Imported, path: str) -> AWSHelperFn:
    return Sub(f"${{Store}}{path}", Store=import_value(arn)) if path else import_value(arn)


def _use_key(tasks: Tasks) -> Iterable[Json]:
    """The permission to write and read what a store encrypts with the user's key, only through the store.

    Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html and
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    if not tasks.kms_key or not tasks.stores.key_services:
        return []
    return [allow(["kms:Decrypt", "kms:GenerateDataKey"], [tasks.kms_key]) | _through(tasks.stores.key_services)]


def _through(services: Iterable[str]) -> Json:
    """The condition that a key is used only through some AWS services."""
    via = [Sub(service + ".${AWS::Region}.${AWS::URLSuffix}") for service in sorted(services)]
    return {"Condition": {"StringEquals": {"kms:ViaService": via}}}
