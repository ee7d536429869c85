"""Where an image is pulled from, read off its URI."""

from __future__ import annotations

import re

# Amazon ECR user guide, "Amazon ECR registries": ACCOUNT.dkr.ecr.REGION.amazonaws.com, with the partition's suffix.
_ECR_URI = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)/(?P<repository>.+)"
)


def ecr_repository(uri: str) -> tuple[str, str, str] | None:
    """Account, region and repository name of an image in ECR; None for an image elsewhere."""
    match = _ECR_URI.fullmatch(uri)
    return (match["account"], match["region"], match["repository"]) if match else None
