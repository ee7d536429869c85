"""Flow logs of the network, into a log group."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, ec2, iam

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.network import Network
from blogstack.facts.iam import allow
from blogstack.templates.roles import policy, trust
from blogstack.templates.stack import Stack, log_group, tagged

_ORIGIN = ("network", "create", "flow_logs")


def add_flow_logs(stack: Stack, network: Network, vpc: AWSObject) -> None:
    """Log the network's traffic; source of the rights: Amazon VPC user guide, IAM role for publishing flow logs."""
    group = stack.add(
        log_group(
            names.FLOW_LOG_GROUP,
            f"/vpc/{network.stack}",
            network.flow_log_retention,
            network.kms_key,
            network.tags,
        ),
        *_ORIGIN,
    )
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    role = stack.add(
        iam.Role(
            names.FLOW_LOG_ROLE,
            AssumeRolePolicyDocument=trust("vpc-flow-logs.amazonaws.com"),
            Policies=[policy("WriteFlowLogs", [allow(actions, [GetAtt(group, "Arn")])])],
            Tags=tagged(network.tags),
        ),
        *_ORIGIN,
    )
    stack.add(
        ec2.FlowLog(
            names.FLOW_LOG,
            ResourceId=Ref(vpc),
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref(group),
            DeliverLogsPermissionArn=GetAtt(role, "Arn"),
            Tags=tagged(network.tags, network.stack),
        ),
        *_ORIGIN,
    )
