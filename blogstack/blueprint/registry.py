"""Decisions about the image: the repository to make, and where tasks pull from."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from blogstack.blueprint.names import REGISTRY, Imported, Value, naming
from blogstack.config import Config
from blogstack.facts.images import ecr_repository

DAYS_UNTAGGED = 14
"""Days that an image without a tag is kept."""


class Registry(NamedTuple):
    """The registry stack: one ECR repository; `kms_key` is "" for ECR's own key."""

    stack: str
    repository: str
    keep: int
    mutable_tags: tuple[str, ...]
    kms_key: str
    tags: dict[str, str]


class EcrArn(NamedTuple):
    """A repository outside the registry stack, by the parts of its ARN."""

    account: str
    region: str
    repository: str


class Image(NamedTuple):
    """What a task pulls.

    Attributes:
        uri: The image without its tag.
        repository: The ECR repository that the execution role may pull from: none for an image elsewhere.
        credentials: ARN of the secret that opens the registry: none for ECR and for public images.
        platform: As `docker build --platform` spells it.
    """

    uri: Value
    repository: Imported | EcrArn | None
    credentials: str | None
    platform: str


_PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}


def resolve_registry(config: Config, own_tags: Collection[str]) -> Registry | None:
    """The registry stack; None with an image that exists already. `own_tags` do not hold in every environment."""
    image = config.image
    if image.uri is not None:
        return None
    # The registry has no environment: one image is built once and promoted.
    names = naming(config.name, {key: value for key, value in config.tags.items() if key not in own_tags}, "")
    tags = {key: value for key, value in names.tags.items() if key != "blogstack:environment"}
    stack = names.stack(REGISTRY)
    repository = image.repository or config.name
    return Registry(stack, repository, image.keep, image.mutable_tags, config.kms_key or "", tags)


def resolve_image(config: Config, registry: Registry | None) -> Image:
    """Where tasks pull from, and what the execution role needs for it."""
    platform = _PLATFORMS[config.image.architecture]
    if registry is not None:
        uri, arn = Imported(registry.stack, "RepositoryUri"), Imported(registry.stack, "RepositoryArn")
        return Image(uri, arn, None, platform)
    assert config.image.uri is not None
    ecr = ecr_repository(config.image.uri)
    return Image(config.image.uri, EcrArn(*ecr) if ecr else None, config.image.credentials, platform)
