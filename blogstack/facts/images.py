"""The parts of an image's URI: registry, repository and tag."""

from __future__ import annotations

import re

# ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY, with the partition's domain instead of amazonaws.com:
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
_ECR_URI = r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)/(?P<repository>.+)"

ECR_PATTERN = re.sub(r"\?P<\w+>", "", f"^{_ECR_URI}$")
"""A regular expression for the URI of an image in ECR, in the dialect of JSON Schema."""


def without_tag(image: str) -> str:
    """The URI of an image without its tag or digest; it must have one of them."""
    name, digest, _ = image.partition("@")
    return name if digest else name.rpartition(":")[0]


def tag_of(image: str) -> str | None:
    """The tag of an image; None for one without, or with a digest."""
    name, digest, _ = image.rpartition("/")[2].partition("@")
    return None if digest else name.partition(":")[2] or None


def registry(image: str) -> str:
    """The host that an image is pulled from; docker.io for a URI without a host, as in Docker.

    https://docs.docker.com/reference/cli/docker/image/tag/
    """
    host, slash, _ = image.partition("/")
    return host if slash and (host == "localhost" or "." in host or ":" in host) else "docker.io"


def ecr_repository(uri: str) -> tuple[str, str, str] | None:
    """Account ID, region and repository name of an image in ECR; None for one in another registry."""
    match = re.fullmatch(_ECR_URI, uri)
    return (match["account"], match["region"], match["repository"]) if match else None
