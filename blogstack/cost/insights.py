"""How many metrics Container Insights creates for a cluster on Fargate: each is charged as a custom metric.

The names and their dimensions are those of
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html, without those that
only EC2 instances have, and without RestartCount, which needs a restart policy. Hours without tasks cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.cost.tasks import Tree, number_of_tasks

_OF_EACH = (
    "CpuReserved",
    "CpuUtilized",
    "EphemeralStorageReserved",
    "EphemeralStorageUtilized",
    "MemoryReserved",
    "MemoryUtilized",
    "NetworkRxBytes",
    "NetworkTxBytes",
    "StorageReadBytes",
    "StorageWriteBytes",
)
"""Metrics of the cluster, of each service and of each family of task definitions."""
_OF_A_SERVICE = ("DeploymentCount", "DesiredTaskCount", "PendingTaskCount", "RunningTaskCount", "TaskSetCount")
_OF_THE_CLUSTER = ("ServiceCount", "TaskCount")


def number_of_metrics(stacks: Mapping[str, Tree]) -> tuple[int, int]:
    """The number of metrics with the minimum and the maximum number of tasks; jobs, which run shortly, are left out.

    Args:
        stacks: Templates by the name of their stack, with the services of one cluster.
    """
    limits = [
        number_of_tasks(body["Properties"], tree)
        for tree in stacks.values()
        for body in tree["Resources"].values()
        if body["Type"] == "AWS::ECS::Service"
    ]
    least, most = (sum(each[side] > 0 for each in limits) for side in (0, 1))
    return _metrics(least), _metrics(most)


def _metrics(services: int) -> int:
    """The metrics of a cluster in which so many services have tasks, each with a family of its own."""
    if not services:
        return 0
    of_a_service = len(_OF_EACH) + len(_OF_A_SERVICE) + len(_OF_EACH)
    return len(_OF_EACH) + len(_OF_THE_CLUSTER) + services * of_a_service
