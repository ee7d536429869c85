"""The key `image`: where the container image comes from."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from blogstack.config.fields import check_exclusions
from blogstack.config.marks import Excludes, Requires, Shared
from blogstack.config.types import AsWritten, Choices, Form, RelativePath, Section, UniqueItems, Variable, Whole
from blogstack.config.types.secrets import SECRET_ARN
from blogstack.facts.images import ECR_PATTERN

# repositoryName: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
REPOSITORY_NAME = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"

_REPOSITORY = Form(
    rf"(?=..)(?!\d{{12}}\.dkr\.){REPOSITORY_NAME}",
    "an ECR repository name",
    "use two or more of a-z, 0-9 and ._-/; for an existing repository set image.uri",
)
_URI = Form(
    rf"(?:{HOST}/)?{REPOSITORY_NAME}",
    "an image without a tag",
    "write it like ghcr.io/team/blog-api; the tag is set at deployment, as ImageTag",
)
_CREDENTIALS = Form(
    SECRET_ARN,
    "the ARN of a Secrets Manager secret",
    "copy it from `aws secretsmanager list-secrets`",
)
_TAG = Form(r"[A-Za-z0-9_][A-Za-z0-9._-]*", "an image tag", "use A-Z, a-z, 0-9 and ._-", 128)


class Build(Section):
    """Options of `docker build` in the printed commands."""

    file: RelativePath | None = Field(None, examples=["docker/api.Dockerfile"])
    """The Dockerfile, relative to the folder of this file; null: Dockerfile in the context."""
    context: RelativePath = "."
    """Build context, relative to the folder of this file; everything in it must be committed."""
    target: (
        Annotated[
            str,
            Form("[A-Za-z0-9][A-Za-z0-9_.-]*", "the name of a stage", "write the NAME of a `FROM ... AS NAME` line"),
        ]
        | None
    ) = Field(None, examples=["runtime"])
    """Stage of the Dockerfile to build; null: the last one."""
    args: dict[Variable, AsWritten] = Field({}, max_length=50, examples=[{"VERSION": "1.4"}])
    """Build arguments; no secrets, because the image keeps them."""


class Image(Section):
    """Where the container image comes from."""

    repository: Annotated[Annotated[str, _REPOSITORY] | None, Shared(), Excludes("uri")] = Field(
        None, examples=["blog-api"]
    )
    """ECR repository that the registry stack creates; the default is the service's name."""
    build: Annotated[Build | None, Shared(), Excludes("uri", "remove it: an existing image is not built")] = None
    """Options of `docker build` in the printed commands; null: the folder of this file, with its Dockerfile."""
    uri: Annotated[Annotated[str, _URI] | None, Shared(unless="image.uri")] = Field(
        None, examples=["ghcr.io/team/blog-api"]
    )
    """An existing image without its tag, instead of a repository; then there is no registry stack."""
    credentials: Annotated[
        Annotated[str, _CREDENTIALS] | None,
        Shared(unless="image.uri"),
        Requires(
            "uri",
            unlike=ECR_PATTERN,
            words="uri outside ECR",
            help="remove them: the task's execution role may pull from ECR",
        ),
    ] = Field(None, examples=["arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:registry-AbCdEf"])
    """ARN of a Secrets Manager secret with the registry's user and password, for a `uri` outside ECR."""
    architecture: Annotated[
        Literal["x86_64", "arm64"],
        Choices(
            {"x86_64": "Intel and AMD processors", "arm64": "AWS Graviton processors, for which Fargate costs less"}
        ),
        Shared(unless="image.uri"),
    ] = "x86_64"
    """Processor architecture that the image is built for."""
    keep: Annotated[int, Whole(2, 1000, "images"), Shared()] = 100
    """Number of tagged images that the repository keeps; ECR deletes older ones, even if tasks still run them."""
    # At most five filters: cfn-lint's schema of AWS::ECR::Repository, ImageTagMutabilityExclusionFilters.
    mutable_tags: Annotated[UniqueItems[Annotated[str, _TAG]], Shared()] = Field(
        (), max_length=5, examples=[["latest"]]
    )
    """Tags that may be moved to another image; every other tag is immutable."""

    _exclusions = model_validator(mode="after")(check_exclusions)
