"""The AWS regions where Fargate exists, with their partitions and the names of their places."""

from typing import get_args

from blogstack.facts.region_table import PARTITIONS, PLACES, Region

__all__ = ["PLACES", "REGIONS", "Region", "partition"]

REGIONS: tuple[str, ...] = get_args(Region)


def partition(region: str) -> str:
    """The partition of a supported region, which is the second part of every ARN there: `aws-cn` for `cn-north-1`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

    Raises:
        KeyError: for a region that is not in REGIONS.
    """
    return PARTITIONS[region]
