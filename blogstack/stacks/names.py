"""The logical IDs: a contract, because another one replaces the resource in a running stack. A test holds them.

What exists once for each availability zone carries the zone's number, from 1.
"""

# registry
REPOSITORY = "Repository"

# network
VPC = "Vpc"
INTERNET_GATEWAY = "InternetGateway"
INTERNET_GATEWAY_ATTACHMENT = "InternetGatewayAttachment"
PUBLIC_SUBNET = "PublicSubnet{}"
PUBLIC_ROUTE_TABLE = "PublicRouteTable"
PUBLIC_ROUTE = "PublicRoute"
PUBLIC_ROUTE_TABLE_ASSOCIATION = "PublicRouteTableAssociation{}"
PRIVATE_SUBNET = "PrivateSubnet{}"
PRIVATE_ROUTE_TABLE = "PrivateRouteTable{}"
PRIVATE_ROUTE = "PrivateRoute{}"
PRIVATE_ROUTE_TABLE_ASSOCIATION = "PrivateRouteTableAssociation{}"
NAT_ADDRESS = "NatAddress{}"
NAT_GATEWAY = "NatGateway{}"
S3_ENDPOINT = "S3Endpoint"
ENDPOINT_SECURITY_GROUP = "EndpointSecurityGroup"
INTERFACE_ENDPOINTS = {
    "ecr.api": "EcrApiEndpoint",
    "ecr.dkr": "EcrDkrEndpoint",
    "logs": "LogsEndpoint",
    "ssmmessages": "SsmMessagesEndpoint",
}
FLOW_LOG = "FlowLog"
FLOW_LOG_GROUP = "FlowLogGroup"
FLOW_LOG_ROLE = "FlowLogRole"

# service
BALANCER_SECURITY_GROUP = "LoadBalancerSecurityGroup"
TASK_SECURITY_GROUP = "TaskSecurityGroup"
TASK_INGRESS = "TaskIngress"
LOAD_BALANCER = "LoadBalancer"
TARGET_GROUP = "TargetGroup"
HTTP_LISTENER = "HttpListener"
HTTPS_LISTENER = "HttpsListener"
CERTIFICATE = "Certificate"
DNS_RECORD = "DnsRecord"
LOG_GROUP = "LogGroup"
EXECUTION_ROLE = "ExecutionRole"
TASK_ROLE = "TaskRole"
CLUSTER = "Cluster"
TASK_DEFINITION = "TaskDefinition"
ECS_SERVICE = "Service"
SCALABLE_TARGET = "ScalableTarget"
CPU_SCALING_POLICY = "CpuScalingPolicy"
