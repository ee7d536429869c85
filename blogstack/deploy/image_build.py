"""The command that builds the image, and what it is built from."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from blogstack.blueprint.registry import Build
from blogstack.deploy.steps import Plan, PushImage

NO_BUILDER = "neither a running docker nor buildah to build it"


def sources(plan: Plan, folder: str) -> Iterator[str]:
    """What a plan's image is built from, quoted for a shell: a folder, and a Dockerfile that may be elsewhere.

    Args:
        plan: A plan.
        folder: Folder of the user's file; the paths of the build are relative to it.
    """
    builds = [step.action.build for step in plan.steps if isinstance(step.action, PushImage)]
    for path in [path for build in builds for path in (build.context, build.file) if path] or ["."]:
        yield shlex.quote(_inside(folder, path))


def build_options(build: Build, folder: str) -> list[str]:
    """The options of `docker build` except for the image's name; folder as in `sources`."""
    options = ["--platform", build.platform]
    options += ["--file", _inside(folder, build.file)] if build.file else []
    options += ["--target", build.target] if build.target else []
    return options + [word for name, value in build.args.items() for word in ("--build-arg", f"{name}={value}")]


def build_context(build: Build, folder: str) -> str:
    """The folder that the image is built from; folder as in `sources`."""
    return _inside(folder, build.context)


def build_command(build: Build, folder: str, image: str = '"$REPOSITORY:$TAG"') -> str:
    """The call of `docker build` for a shell; folder as in `sources`. The default image is two shell variables."""
    options, context = shlex.join(build_options(build, folder)), shlex.quote(build_context(build, folder))
    return f"docker build {options} --tag {image} {context}"


def _inside(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))
