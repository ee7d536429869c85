"""The commands that deploy what was compiled, in order, ready to paste into a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from blogstack.blueprint import Blueprint
from blogstack.stacks.task import IMAGE_TAG


def deployment_commands(blueprint: Blueprint, files: Mapping[str, str]) -> str:
    """A shell script, one step after the other.

    Args:
        blueprint: What was compiled.
        files: For each stack the path of its template.
    """
    steps = (_setting(blueprint), _image(blueprint, files), _stacks(blueprint, files), _checks(blueprint))
    return "\n\n".join("\n".join(step) for step in steps) + "\n"


def _setting(blueprint: Blueprint) -> Iterator[str]:
    yield f"# {blueprint.name}: from an empty account to a running service, and every later version the same way"
    yield f"export AWS_REGION={blueprint.region} AWS_DEFAULT_REGION={blueprint.region}"
    yield "TAG=$(git rev-parse --short=12 HEAD)"


def _image(blueprint: Blueprint, files: Mapping[str, str]) -> Iterator[str]:
    image = blueprint.service.image
    if blueprint.registry is None:
        yield f"# The image {image.uri}:$TAG exists already; set TAG to the tag that you want"
        return
    stack = blueprint.registry.stack
    yield "# The repository, then the image"
    yield _deploy(stack, files[stack])
    yield f"REPOSITORY={_output(stack, 'RepositoryUri')}"
    yield f'docker build --platform {image.platform} --tag "$REPOSITORY:$TAG" .'
    yield 'aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY%%/*}"'
    yield 'docker push "$REPOSITORY:$TAG"'


def _stacks(blueprint: Blueprint, files: Mapping[str, str]) -> Iterator[str]:
    yield "# The stacks"
    if blueprint.network is not None:
        yield _deploy(blueprint.network.stack, files[blueprint.network.stack])
    stack = blueprint.service.stack
    yield f'{_deploy(stack, files[stack])} --parameter-overrides {IMAGE_TAG}="$TAG"'


def _checks(blueprint: Blueprint) -> Iterator[str]:
    service = blueprint.service
    inside = " (the load balancer is internal: ask from inside the network)" if service.balancer.internal else ""
    yield f"# Is it well?{inside}"
    yield f"aws ecs wait services-stable --cluster {service.name} --services {service.name}"
    yield f"URL={_output(service.stack, 'Url')}"
    for path in dict.fromkeys(filter(None, (service.balancer.check.target, service.ready_path))):
        yield f'curl -fsS "$URL"{shlex.quote(path)}'
    yield f"aws logs tail {service.log_group} --since 10m"


def _deploy(stack: str, file: str) -> str:
    return (
        f"aws cloudformation deploy --stack-name {stack} --template-file {shlex.quote(file)}"
        " --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset"
    )


def _output(stack: str, key: str) -> str:
    query = f"Stacks[0].Outputs[?OutputKey=='{key}'].OutputValue"
    return f'$(aws cloudformation describe-stacks --stack-name {stack} --query "{query}" --output text)'
