"""The command that builds the image, and what it is built from."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from blogstack.blueprint.registry import Build
from blogstack.deploy.steps import Plan, PushImage


def sources(plan: Plan, folder: str) -> Iterator[str]:
    """What a plan's image is built from, as words of a shell: a folder, and a Dockerfile that may be elsewhere.

    Args:
        plan: A plan.
        folder: Of the user's file, from which the paths of the build start.
    """
    builds = [step.action.build for step in plan.steps if isinstance(step.action, PushImage)]
    for path in [path for build in builds for path in (build.context, build.file) if path] or ["."]:
        yield _inside(folder, path)


def build_command(build: Build, folder: str) -> str:
    """The call of `docker build`; folder as of `sources`. The shell knows REPOSITORY and TAG."""
    options = [f"--platform {build.platform}"]
    options += [f"--file {_inside(folder, build.file)}"] if build.file else []
    options += [f"--target {build.target}"] if build.target else []
    options += [f"--build-arg {shlex.quote(f'{name}={value}')}" for name, value in build.args.items()]
    return f'docker build {" ".join(options)} --tag "$REPOSITORY:$TAG" {_inside(folder, build.context)}'


def _inside(folder: str, path: str) -> str:
    return shlex.quote(posixpath.normpath(posixpath.join(folder, path)))
