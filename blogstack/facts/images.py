"""Where an image is pulled from, read off its URI."""

from __future__ import annotations

import re

# Amazon ECR user guide, "Amazon ECR registries": ACCOUNT.dkr.ecr.REGION.amazonaws.com, with the partition's suffix.
_ECR_URI = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)/(?P<repository>.+)"
)

ECR_PATTERN = re.sub(r"\?P<\w+>", "", f"^{_ECR_URI.pattern}$")
"""A regular expression for an image in ECR, as a JSON Schema takes it."""


def without_tag(image: str) -> str:
    """An image, which has a tag or a digest, without it."""
    name, digest, _ = image.partition("@")
    return name if digest else name.rpartition(":")[0]


def registry(image: str) -> str:
    """The host that an image is pulled from; Docker Hub for one without a host, as Docker reads it."""
    host, slash, _ = image.partition("/")
    return host if slash and (host == "localhost" or "." in host or ":" in host) else "docker.io"


def ecr_repository(uri: str) -> tuple[str, str, str] | None:
    """Account, region and repository name of an image in ECR; None for an image elsewhere."""
    match = _ECR_URI.fullmatch(uri)
    return (match["account"], match["region"], match["repository"]) if match else None
