"""The AWS regions where Fargate exists, with their partitions and the names of their places."""

from collections.abc import Mapping
from typing import get_args

from blogstack.facts.region_table import PARTITIONS, PLACES, Region

__all__ = ["FARGATE_ZONES", "PLACES", "REGIONS", "Region", "partition"]

REGIONS: tuple[str, ...] = get_args(Region)


FARGATE_ZONES: Mapping[str, int] = {"us-west-1": 2}
"""The number of availability zones with Fargate, of the regions where it is less than three.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
"""


def partition(region: str) -> str:
    """The partition of a supported region, which is the second part of every ARN there: `aws-cn` for `cn-north-1`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

    Raises:
        KeyError: for a region that is not in REGIONS.
    """
    return PARTITIONS[region]
