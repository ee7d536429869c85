"""The commands that deploy what was compiled, in order, ready to paste into a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

from blogstack.blueprint import Blueprint
from blogstack.blueprint.names import Imported
from blogstack.blueprint.network import Placement
from blogstack.blueprint.registry import Registry
from blogstack.templates.container import IMAGE_TAG

_TAG = f'--parameter-overrides {IMAGE_TAG}="$TAG"'


def deployment_commands(blueprints: Sequence[Blueprint], files: Mapping[str, str], folder: str = ".") -> str:
    """Shell scripts in parentheses, which end at the first command that fails and leave the shell alone.

    For sh, bash and zsh, pasted or run. What there is to say is printed and no comment: zsh takes none where a person
    types (zsh manual, INTERACTIVE_COMMENTS), and would look for a command of the name #.

    With several environments the image has one of its own, and each environment another: the same commit is deployed
    to the next once it is well in the one before.

    Args:
        blueprints: What was compiled, of one service.
        files: For each stack the path of its template.
        folder: Of the user's file, where the image is built.
    """
    first, context = blueprints[0], shlex.quote(folder)
    before_all = [_setting(first, context), _roles(blueprints), _image(first, files, context)]
    if len(blueprints) == 1:
        whom = f"{first.name} in {first.environment}" if first.environment else first.name
        title = f"{whom}: from an empty account to a running service, and each later version"
        return _script(title, [*before_all, *_rest(first, files)])
    scripts = [_script(f"{first.name}: the image, once for all environments", before_all)]
    for before, blueprint in zip((None, *blueprints), blueprints, strict=False):
        promoted = f": the same commit, once {before.environment} is well" if before else ""
        title = f"{blueprint.name} in {blueprint.environment}{promoted}"
        scripts.append(
            _script(title, [_setting(blueprint, context), _image_is_there(blueprint), *_rest(blueprint, files)])
        )
    return "\n".join(scripts)


def _script(title: str, steps: Iterable[Iterator[str]]) -> str:
    body = "\n\n".join(filter(None, ("\n".join(step) for step in steps)))
    return f'(echo "=== {title}"\n{body}\n)\n'


def _heading(text: str) -> str:
    return f'echo "==> {text}"'


def _rest(blueprint: Blueprint, files: Mapping[str, str]) -> Iterator[Iterator[str]]:
    """What comes after the image."""
    yield _stacks(blueprint, files)
    if blueprint.tasks.release:
        yield _release(blueprint)
    yield _service(blueprint, files)
    yield _checks(blueprint)


def _setting(blueprint: Blueprint, context: str) -> Iterator[str]:
    yield "set -eu"
    yield f"export AWS_REGION={blueprint.region} AWS_DEFAULT_REGION={blueprint.region}"
    if blueprint.registry is None:
        yield f"TAG=${{TAG:?set TAG to the tag of {blueprint.tasks.image.uri} to deploy}}"
    else:
        yield "TAG=$(git rev-parse --short=12 HEAD) || " + _refused("commit first, with git: the tag is the commit")
        # Of what is in no commit the tag would say nothing.
        dirty = "commit first: the image is built of this folder, and the tag is the commit"
        yield f'test -z "$(git status --porcelain -- {context})" || {_refused(dirty)}'


def _roles(blueprints: Sequence[Blueprint]) -> Iterator[str]:
    """The service-linked roles, before the stacks that use them (docs/decisions/0020-service-linked-roles.md)."""
    services = ["ecs"]
    if any(blueprint.service.scaling for blueprint in blueprints):
        services.append("ecs.application-autoscaling")
    if any(blueprint.database for blueprint in blueprints):
        services.append("rds")
    yield _heading("The roles of AWS's own services: an account has each once, and most have them already")
    yield f"for SERVICE in {' '.join(services)}; do"
    yield '  aws iam create-service-linked-role --aws-service-name "$SERVICE.amazonaws.com" >/dev/null 2>&1 || :'
    yield "done"


def _refused(why: str) -> str:
    return f'{{ echo "{why}" >&2; exit 1; }}'


def _image(blueprint: Blueprint, files: Mapping[str, str], context: str) -> Iterator[str]:
    if blueprint.registry is None:  # the image exists already
        return
    stack = blueprint.registry.stack
    yield _heading("The repository, then the image, once for each commit: a tag cannot be moved")
    yield _deploy(stack, files[stack])
    yield f"REPOSITORY={_output(stack, 'RepositoryUri')}"
    yield f"if ! {_describe_image(blueprint.registry)} >/dev/null 2>&1; then"
    yield f'  docker build --platform {blueprint.tasks.image.platform} --tag "$REPOSITORY:$TAG" {context}'
    yield '  aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY%%/*}"'
    yield '  docker push "$REPOSITORY:$TAG"'
    yield "fi"


def _image_is_there(blueprint: Blueprint) -> Iterator[str]:
    """Before an environment changes: the image of this commit, which the first script makes."""
    if blueprint.registry is not None:
        yield _heading("The image of this commit")
        yield f"{_describe_image(blueprint.registry)} >/dev/null"


def _describe_image(registry: Registry) -> str:
    return f'aws ecr describe-images --repository-name {registry.repository} --image-ids imageTag="$TAG"'


def _stacks(blueprint: Blueprint, files: Mapping[str, str]) -> Iterator[str]:
    yield _heading("The stacks that the service stands on")
    for before in (blueprint.network, blueprint.database):
        if before is not None:
            yield _deploy(before.stack, files[before.stack])
    tasks = blueprint.tasks
    yield _deploy(tasks.stack, files[tasks.stack]) + (f" {_TAG}" if tasks.release else "")


def _release(blueprint: Blueprint) -> Iterator[str]:
    tasks = blueprint.tasks
    address = "ENABLED" if tasks.placement.assign_public_ip else "DISABLED"
    yield _heading("The release step, in the new image; only when it ends well is the service updated")
    yield f"RELEASE={_output(tasks.stack, 'ReleaseTaskDefinitionArn')}"
    yield f"SUBNETS={_subnets(tasks.placement)}"
    yield f"GROUP={_output(tasks.stack, 'TaskSecurityGroupId')}"
    yield f'NETWORK="awsvpcConfiguration={{subnets=[$SUBNETS],securityGroups=[$GROUP],assignPublicIp={address}}}"'
    yield (
        f'TASK=$(aws ecs run-task --cluster {tasks.name} --launch-type FARGATE --task-definition "$RELEASE"'
        " --network-configuration \"$NETWORK\" --query 'tasks[0].taskArn' --output text)"
    )
    # What ECS cannot start, for want of capacity, is no error to the CLI, but no task either.
    yield 'test "$TASK" != None || ' + _refused("AWS has no room for the release step just now: try again")
    # It gives up after ten minutes, and a migration may take longer: an hour at the most.
    yield f'for TRY in 1 2 3 4 5 6; do aws ecs wait tasks-stopped --cluster {tasks.name} --tasks "$TASK" && break; done'
    yield (
        f'EXIT=$(aws ecs describe-tasks --cluster {tasks.name} --tasks "$TASK"'
        " --query 'tasks[0].containers[0].exitCode' --output text)"
    )
    told = f"the release step failed; read it with: aws logs tail {tasks.log_group} --since 1h"
    yield f'test "$EXIT" = 0 || {_refused(told)}'


def _service(blueprint: Blueprint, files: Mapping[str, str]) -> Iterator[str]:
    stack = blueprint.service.stack
    yield _heading(f"The service; meanwhile, in a second terminal: aws logs tail {blueprint.tasks.log_group} --follow")
    if blueprint.monitoring is not None:
        yield _heading(f"AWS asks {blueprint.monitoring.email} once to confirm: until then no alarm is mailed")
    yield f"{_deploy(stack, files[stack])} {_TAG}"


def _checks(blueprint: Blueprint) -> Iterator[str]:
    service, tasks = blueprint.service, blueprint.tasks
    yield _heading("Is it well?")
    yield f"aws ecs wait services-stable --cluster {tasks.name} --services {tasks.name}"
    yield f"URL={_output(service.stack, 'Url')}"
    for path in dict.fromkeys(filter(None, (service.balancer.check.target, service.ready_path))):
        if service.balancer.internal:  # whoever deploys may stand outside
            yield f"echo \"ask from inside the network: curl -fsS '$URL{path}'\""
        else:
            yield f'curl -fsS "$URL"{shlex.quote(path)}'
    yield f"aws logs tail {tasks.log_group} --since 10m"


def _deploy(stack: str, file: str) -> str:
    return (
        f"aws cloudformation deploy --stack-name {stack} --template-file {shlex.quote(file)}"
        " --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset"
    )


def _subnets(placement: Placement) -> str:
    """The tasks' subnets, joined by commas: the user's, or the outputs of the network stack."""
    own = [subnet for subnet in placement.task_subnets if isinstance(subnet, str)]
    if own:
        return ",".join(own)
    tier = "PublicSubnet" if placement.assign_public_ip else "PrivateSubnet"
    stack = next(subnet.stack for subnet in placement.task_subnets if isinstance(subnet, Imported))
    return _query(stack, f"join(',', Stacks[0].Outputs[?starts_with(OutputKey, '{tier}')].OutputValue)")


def _output(stack: str, key: str) -> str:
    return _query(stack, f"Stacks[0].Outputs[?OutputKey=='{key}'].OutputValue")


def _query(stack: str, query: str) -> str:
    return f'$(aws cloudformation describe-stacks --stack-name {stack} --query "{query}" --output text)'
