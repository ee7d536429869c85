"""AWS's default quotas, in each region of an account, that an ordinary file may exceed.

An account may have others, and a new one has fewer vCPUs at first:
https://docs.aws.amazon.com/general/latest/gr/ecs-service.html
"""

from __future__ import annotations

FARGATE_VCPUS = 6
"""Fargate On-Demand vCPU resource count: https://docs.aws.amazon.com/general/latest/gr/ecs-service.html"""
FARGATE_SPOT_VCPUS = 6
"""Fargate Spot vCPU resource count: https://docs.aws.amazon.com/general/latest/gr/ecs-service.html"""
VPCS = 5
"""VPCs per Region, the default VPC included: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""
ELASTIC_IPS = 5
"""Elastic IP addresses per Region: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""
