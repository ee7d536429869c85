"""Flow logs of the network, into a log group."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, ec2, iam

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.network import Network
from blogstack.facts.iam import allow
from blogstack.templates.policies import policy, trust
from blogstack.templates.stack import Stack, make_log_group, make_tags

_ORIGIN = ("network", "create", "flow_logs")


def add_flow_logs(stack: Stack, network: Network, vpc: AWSObject, retention: int) -> None:
    """Log the network's traffic; `retention` in days.

    Source of the permissions: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    group = stack.add(
        make_log_group(
            ids.FLOW_LOG_GROUP,
            f"/vpc/{network.stack}",
            retention=retention,
            kms_key=network.kms_key,
            tags=network.tags,
        ),
        *_ORIGIN,
    )
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    role = stack.add(
        iam.Role(
            ids.FLOW_LOG_ROLE,
            AssumeRolePolicyDocument=trust("vpc-flow-logs.amazonaws.com"),
            Policies=[policy("WriteFlowLogs", [allow(actions, [GetAtt(group, "Arn")])])],
            Tags=make_tags(network.tags),
        ),
        *_ORIGIN,
    )
    stack.add(
        ec2.FlowLog(
            ids.FLOW_LOG,
            ResourceId=Ref(vpc),
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref(group),
            DeliverLogsPermissionArn=GetAtt(role, "Arn"),
            Tags=make_tags(network.tags, network.stack),
        ),
        *_ORIGIN,
    )
