"""The image: whether it exists, and is for the tasks' processor architecture."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from blogstack.aws.session import AwsError
from blogstack.blueprint.names import Imported
from blogstack.blueprint.registry import PLATFORMS, EcrArn
from blogstack.blueprint.workload import Workload
from blogstack.deploy.image_build import NO_BUILDER
from blogstack.deploy.preflight.account import Account, Finding, Problem, Unchecked
from blogstack.diagnostics import Code

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
_TYPES = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
]

_TIMEOUT = 10
Manifest = Mapping[str, Any]


def check(account: Account) -> Iterator[Finding]:
    """Look for the image with the tag to deploy, and name the images that cannot be checked."""
    blueprint, image = account.blueprint, account.blueprint.image
    deployed = [workload for workload in blueprint.workloads if account.deploys(workload.stack)]
    if elsewhere := sorted({name for workload in deployed for name in _elsewhere(account, workload)}):
        yield Unchecked(f"{', '.join(elsewhere)} (only images in ECR in {account.session.region} are checked)")
    if image.tagged or not account.tag or not (deployed or account.deploys(blueprint.tasks.stack)):
        return
    if isinstance(image.repository, EcrArn):
        where, repository = {"registryId": image.repository.account}, image.repository.repository
        if image.repository.region != account.session.region:
            return
        can_build = False
    elif blueprint.registry is not None:
        where, repository, can_build = {}, blueprint.registry.repository, account.can_build
    else:
        return
    manifest = _manifest(account, repository, where)
    if manifest is None:
        if not can_build:
            yield _missing(account, repository)
        return
    platform = _platform(account)
    wanted = platform.partition("/")[2]
    built = _architectures(account, repository, where, manifest)
    if built and wanted not in built:
        message = (
            f"the image {repository}:{account.tag} is for {', '.join(sorted(built))}, but the tasks run on {wanted}"
        )
        help = f"build it with --platform {platform}, or set image.architecture"
        yield Problem(Code.IMAGE_ARCHITECTURE, message, ("image", "architecture"), help)


def _elsewhere(account: Account, workload: Workload) -> Iterator[str]:
    """The images of a workload, sidecars included, that are not in ECR in this region."""
    for image in (workload.image, *(sidecar.image for sidecar in workload.sidecars)):
        here = isinstance(image.repository, Imported) or (
            isinstance(image.repository, EcrArn) and image.repository.region == account.session.region
        )
        if not here and isinstance(image.uri, str):
            yield image.uri if image.tagged else f"{image.uri}:{account.tag}"


def _platform(account: Account) -> str:
    """The platform of the tasks, as container builders name it."""
    return PLATFORMS[account.blueprint.services[0].container.architecture.lower()]


def _architectures(account: Account, repository: str, where: Mapping[str, str], manifest: Manifest) -> set[str]:
    """The architectures that an index lists, or the one in an image's configuration; empty if neither has any."""
    if listed := manifest.get("manifests"):
        # An attestation in an index has the platform unknown/unknown.
        return {each["platform"]["architecture"] for each in listed if "platform" in each} - {"unknown"}
    if digest := manifest.get("config", {}).get("digest"):
        url = account.session.call(
            "ecr", "get_download_url_for_layer", repositoryName=repository, layerDigest=digest, **where
        )["downloadUrl"]
        with suppress(OSError, ValueError), urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310
            return {json.load(answer)["architecture"]}
    return set()


def _manifest(account: Account, repository: str, where: Mapping[str, str]) -> Manifest | None:
    """The image's manifest; {} if it cannot be read, None if there is no such image."""
    ids = [{"imageTag": account.tag}]
    try:
        answer = account.session.call(
            "ecr", "batch_get_image", repositoryName=repository, imageIds=ids, acceptedMediaTypes=_TYPES, **where
        )
    except AwsError as error:
        if error.code == "RepositoryNotFoundException":
            return None
        raise
    if not answer["images"]:
        return {} if any(each["failureCode"] != "ImageNotFound" for each in answer.get("failures", ())) else None
    with suppress(ValueError):
        manifest: Manifest = json.loads(answer["images"][0]["imageManifest"])
        return manifest
    return {}


def _missing(account: Account, repository: str) -> Problem:
    registry = account.blueprint.registry
    message = f"there is no image {repository}:{account.tag}"
    if registry is None:
        return Problem(Code.NO_IMAGE, message, ("image", "uri"), "push it, or name an existing tag with --image-tag")
    first = f"run `blogstack deploy --only {registry.stack}`, then "
    build = f"run `docker build --platform {_platform(account)}`, push the image as {repository}:{account.tag}"
    help = f"{'' if registry.stack in account.stacks else first}{build}, and deploy again"
    return Problem(Code.NO_IMAGE, f"{message}, and {NO_BUILDER}", ("image",), help)
