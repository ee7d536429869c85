"""Decisions about images: the repository to create, and where tasks pull from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from blogstack.blueprint.names import REGISTRY, Imported, Output, Value, make_naming
from blogstack.config import Config
from blogstack.config import image as source
from blogstack.facts.images import ecr_repository, without_tag
from blogstack.facts.images import registry as registry_of
from blogstack.records import Record

DAYS_UNTAGGED = 14
"""Days that an image without a tag is kept."""


class Build(Record, kw_only=True):
    """Options of `docker build`; paths are relative to the folder of the user's file.

    Attributes:
        file: The Dockerfile; None for the one in the context.
        target: Stage to build; None for the last one.
        args: Build arguments.
    """

    platform: str
    file: str | None
    context: str
    target: str | None
    args: Mapping[str, str]


class Registry(Record, kw_only=True):
    """The registry stack: one ECR repository, and how its image is built.

    Attributes:
        keep: Number of tagged images that are kept.
        mutable_tags: Patterns of tags that may be moved to another image.
        kms_key: ARN of the key; None for ECR's own.
    """

    stack: str
    repository: str
    keep: int
    mutable_tags: tuple[str, ...]
    kms_key: str | None
    build: Build
    tags: Mapping[str, str]


class EcrArn(Record):
    """A repository outside the registry stack, by the parts of its ARN."""

    account: str
    region: str
    repository: str


class Image(Record, kw_only=True):
    """The image that tasks pull.

    Attributes:
        uri: The image.
        tagged: Whether `uri` ends in a tag or digest; otherwise the tag is set at deployment.
        repository: The ECR repository that the execution role may pull from; None for an image elsewhere.
        credentials: ARN of the secret with the registry's credentials; None for ECR and for public images.
    """

    uri: Value
    tagged: bool = False
    repository: Imported | EcrArn | None
    credentials: str | None


PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
"""How container builders name the processor architectures."""


def resolve_registry(config: Config, varying_tags: Collection[str]) -> Registry | None:
    """The registry stack; None with an existing image. `varying_tags` are the tags that differ between environments."""
    image = config.image
    if image.uri is not None:
        return None
    # The registry belongs to no environment: one image is built once and promoted.
    shared_tags = {key: value for key, value in config.tags.items() if key not in varying_tags}
    naming = make_naming(config.name, shared_tags, None)
    return Registry(
        stack=naming.stack(REGISTRY),
        repository=image.repository or config.name,
        keep=image.keep,
        mutable_tags=image.mutable_tags,
        kms_key=config.kms_key,
        build=_resolve_build(image),
        tags={key: value for key, value in naming.tags.items() if key != "blogstack:environment"},
    )


def _resolve_build(image: source.Image) -> Build:
    build = image.build or source.Build.model_construct()
    return Build(
        platform=PLATFORMS[image.architecture],
        file=build.file,
        context=build.context,
        target=build.target,
        args=dict(sorted(build.args.items())),
    )


def resolve_image(config: Config, registry: Registry | None) -> Image:
    """Where tasks pull from, and what the execution role needs for it."""
    if registry is not None:
        return Image(
            uri=Imported(registry.stack, Output.REPOSITORY_URI),
            repository=Imported(registry.stack, Output.REPOSITORY_ARN),
            credentials=None,
        )
    assert config.image.uri is not None
    ecr = ecr_repository(config.image.uri)
    return Image(
        uri=config.image.uri,
        repository=EcrArn(*ecr) if ecr else None,
        credentials=config.image.credentials,
    )


def resolve_tagged_image(config: Config, uri: str) -> Image:
    """An image with its tag or digest; one in the registry of image.uri is pulled with image.credentials."""
    image, ecr = config.image, ecr_repository(without_tag(uri))
    same_registry = image.uri is not None and registry_of(image.uri) == registry_of(uri)
    return Image(
        uri=uri,
        tagged=True,
        repository=EcrArn(*ecr) if ecr else None,
        credentials=image.credentials if same_registry else None,
    )
