"""The image: found in its repository, or built and pushed with docker or buildah."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Sequence

from blogstack.aws.images import has_image
from blogstack.blueprint.names import Output
from blogstack.blueprint.registry import Build
from blogstack.deploy.execution.context import Context, Failed
from blogstack.deploy.execution.events import Note, Outcome
from blogstack.deploy.execution.outputs import output_of
from blogstack.deploy.image_build import NO_BUILDER, build_command, build_context, build_options
from blogstack.deploy.steps import FindImage, PushImage
from blogstack.diagnostics import Code

_EVIDENCE_LINES = 20
_SECONDS_TO_ANSWER = 10


def builder() -> str | None:
    """The program that can build and push an image here; None if there is none, or only docker without its daemon."""
    if shutil.which("docker") and _daemon_answers():
        return "docker"
    return "buildah" if shutil.which("buildah") else None


def _daemon_answers() -> bool:
    """Whether docker's daemon answers; it often does not run although docker is installed."""
    command = ["docker", "ps", "--quiet"]
    try:
        return not subprocess.run(  # noqa: S603 (fixed words, without a shell)
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS_TO_ANSWER, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return False


def find_image(context: Context, action: FindImage) -> Outcome:
    """Make sure that the image exists.

    Raises:
        Failed: when it does not.
        AwsError: when AWS does not answer.
    """
    if has_image(context.session, action.repository, context.tag):
        return Outcome.UNCHANGED
    message = f"the repository {action.repository} has no image with the tag {context.tag}"
    raise Failed(Code.NO_IMAGE, message, "push it, or name an existing tag with --image-tag")


def push_image(context: Context, action: PushImage) -> Outcome:
    """Build the image and push it, unless the repository has its tag.

    Raises:
        Failed: when nothing can build it, or the build or the push fails.
        AwsError: when AWS does not answer.
    """
    session, tag = context.session, context.tag
    if has_image(session, action.repository, tag):
        return Outcome.UNCHANGED
    image = f"{output_of(session, action.registry_stack, Output.REPOSITORY_URI)}:{tag}"
    program = builder()
    if program is None:
        raise Failed(Code.NO_IMAGE, *no_builder(image, action.build, session.region, context.folder))
    context.emit(Note("image", f"building {image} for {action.build.platform} with {program}"))
    options, source = build_options(action.build, context.folder), build_context(action.build, context.folder)
    _run([program, "build", *options, "--tag", image, source])
    # The token is `AWS:PASSWORD` in base64, and is good for twelve hours:
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
    (login,) = session.call("ecr", "get_authorization_token")["authorizationData"]
    user, _, password = base64.b64decode(login["authorizationToken"]).decode().partition(":")
    _run([program, "login", "--username", user, "--password-stdin", image.partition("/")[0]], password)
    context.emit(Note("image", f"pushing {image}"))
    _run([program, "push", image])
    return Outcome.DONE


def no_builder(image: str, build: Build, region: str, folder: str) -> tuple[str, str]:
    """Message and help for a missing image that nothing here can build."""
    host = image.partition("/")[0]
    login = (
        f"aws ecr get-login-password --region {region} | docker login --username AWS --password-stdin {host}"
        if ".dkr.ecr." in host
        else "docker login"
    )
    commands = f"{build_command(build, folder, image)}; {login}; docker push {image}"
    return f"there is no image {image}, and {NO_BUILDER}", f"where docker runs: {commands}"


def _run(command: Sequence[str], input: str | None = None) -> None:
    done = subprocess.run(  # noqa: S603 (a program that was found, without a shell)
        command,
        input=input or "",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stdout.strip().splitlines()[-_EVIDENCE_LINES:]
        message = f"{command[0]} {command[1]} exited with status {done.returncode}"
        raise Failed(Code.NO_IMAGE, message, "see its last lines above", evidence=lines)
