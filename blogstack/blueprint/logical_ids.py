"""The logical IDs: a contract, because a changed ID replaces the resource in a running stack. A test lists them.

The ID of a resource that exists in each availability zone contains the zone's number, from 1.
"""

import hashlib
import re

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
DATABASE_SUBNET = "DatabaseSubnet{}"
DATABASE_ROUTE_TABLE = "DatabaseRouteTable"
DATABASE_ROUTE_TABLE_ASSOCIATION = "DatabaseRouteTableAssociation{}"
S3_ENDPOINT = "S3Endpoint"
ENDPOINT_SECURITY_GROUP = "EndpointSecurityGroup"
INTERFACE_ENDPOINTS = {
    "ecr.api": "EcrApiEndpoint",
    "ecr.dkr": "EcrDkrEndpoint",
    "logs": "LogsEndpoint",
    "secretsmanager": "SecretsManagerEndpoint",
    "ssm": "SsmEndpoint",
    "ssmmessages": "SsmMessagesEndpoint",
    "sqs": "SqsEndpoint",
}
FLOW_LOG = "FlowLog"
FLOW_LOG_GROUP = "FlowLogGroup"
FLOW_LOG_ROLE = "FlowLogRole"

# database
DATABASE = "Database"
DATABASE_SECRET = "DatabaseSecret"
DATABASE_URL_SECRET = "DatabaseUrlSecret"
DATABASE_SECRET_ATTACHMENT = "DatabaseSecretAttachment"
DATABASE_SUBNET_GROUP = "DatabaseSubnetGroup"
DATABASE_PARAMETER_GROUP = "DatabaseParameterGroup"
DATABASE_SECURITY_GROUP = "DatabaseSecurityGroup"
DATABASE_MONITORING_ROLE = "DatabaseMonitoringRole"
DATABASE_LOG_GROUPS = {"postgresql": "DatabaseLogGroup", "upgrade": "DatabaseUpgradeLogGroup"}

# cache
CACHE = "Cache"
CACHE_TOKEN = "CacheToken"
CACHE_SECRET = "CacheSecret"
CACHE_SUBNET_GROUP = "CacheSubnetGroup"
CACHE_SECURITY_GROUP = "CacheSecurityGroup"

# queues; each is named after its queue, MailsQueue; MailsDeadLettersQueue would be the queue mails-dead-letters
QUEUE = "{}Queue"
QUEUE_POLICY = "{}QueuePolicy"
DEAD_LETTERS = "{}DeadLetters"
DEAD_LETTERS_POLICY = "{}DeadLettersPolicy"

# buckets; each is named after its bucket, MediaBucket
BUCKET = "{}Bucket"
BUCKET_POLICY = "{}BucketPolicy"

# tasks; a generated secret is named after its variable, JwtSecretSecret, and a release step after its workload
CLUSTER = "Cluster"
LOG_GROUP = "LogGroup"
TASK_SECURITY_GROUP = "TaskSecurityGroup"
DATABASE_INGRESS = "DatabaseIngress"
CACHE_INGRESS = "CacheIngress"
EXECUTION_ROLE = "ExecutionRole"
TASK_ROLE = "TaskRole"
RELEASE_TASK_DEFINITION = "{}ReleaseTaskDefinition"
NAMESPACE = "Namespace"
ALARM_KEY = "AlarmKey"
ALARM_TOPIC = "AlarmTopic"
ALARM_TOPIC_POLICY = "AlarmTopicPolicy"
ALARM_SUBSCRIPTION = "AlarmSubscription"

# edge
BALANCER_SECURITY_GROUP = "LoadBalancerSecurityGroup"
LOAD_BALANCER = "LoadBalancer"
LISTENER = "Listener"
REDIRECT_LISTENER = "RedirectListener"
CERTIFICATE = "Certificate"
DNS_RECORD = "DnsRecord"
ALIAS_RECORD = "{}DnsRecord"  # named after the alias, WwwExampleComDnsRecord
REDIRECT_RULE = "RedirectRule{}"  # numbered from 1
ACCESS_LOG_BUCKET = "AccessLogBucket"
ACCESS_LOG_BUCKET_POLICY = "AccessLogBucketPolicy"
WEB_ACL = "WebAcl"
WEB_ACL_ASSOCIATION = "WebAclAssociation"
WEB_ACL_LOG_GROUP = "WebAclLogGroup"
WEB_ACL_LOGGING = "WebAclLogging"

# a job; its task definition has the ID of a service's
STATE_MACHINE = "StateMachine"
STATE_MACHINE_ROLE = "StateMachineRole"
SCHEDULE = "Schedule"
SCHEDULE_ROLE = "ScheduleRole"

# a service or a worker; further services also have a security group, private ones also a name
SECURITY_GROUP = "SecurityGroup"
DISCOVERY = "Discovery"
PRIVATE_INGRESS = "PrivateIngress"
BALANCER_EGRESS = "LoadBalancerEgress"
TASK_INGRESS = "TaskIngress"
TARGET_GROUP = "TargetGroup"
ALTERNATE_TARGET_GROUP = "AlternateTargetGroup"
LISTENER_RULE = "ListenerRule"
INFRASTRUCTURE_ROLE = "InfrastructureRole"
TASK_DEFINITION = "TaskDefinition"
ECS_SERVICE = "Service"
SCALABLE_TARGET = "ScalableTarget"
SCALING_POLICIES = {
    "cpu": "CpuScalingPolicy",
    "memory": "MemoryScalingPolicy",
    "requests": "RequestScalingPolicy",
    "queue": "QueueScalingPolicy",
}
FIRST_TASK_POLICY = "FirstTaskScalingPolicy"
FIRST_TASK_ALARM = "FirstTaskAlarm"
# the alarms of the stores are in the tasks stack
ALARMS = {
    "target-5xx": "Target5xxAlarm",
    "load-balancer-5xx": "LoadBalancer5xxAlarm",
    "fewer-tasks": "FewerTasksAlarm",
    "unhealthy-tasks": "UnhealthyTasksAlarm",
    "latency": "LatencyAlarm",
    "cpu": "CpuAlarm",
    "memory": "MemoryAlarm",
    "running-tasks": "RunningTasksAlarm",
    "job-failed": "JobFailedAlarm",
    "database-cpu": "DatabaseCpuAlarm",
    "database-storage": "DatabaseStorageAlarm",
    "cache-cpu": "CacheCpuAlarm",
    "cache-memory": "CacheMemoryAlarm",
    "cache-evictions": "CacheEvictionsAlarm",
}
# the alarms of a queue are named after it
QUEUE_AGE_ALARM = "{}QueueAgeAlarm"
DEAD_LETTERS_ALARM = "{}DeadLettersAlarm"
DASHBOARD = "Dashboard"


def camel_case(name: str) -> str:
    """A name with hyphens as a part of a logical ID, user-files as UserFiles; different for different names."""
    return "".join(word.capitalize() for word in name.split("-"))


def of_domain(name: str) -> str:
    """A domain name as a part of a logical ID, www.example.com as WwwExampleCom; different for different names."""
    words = "".join(word.capitalize() for word in re.split("[^a-z0-9]", name))
    if re.fullmatch("[a-z]+(?:[.][a-z]+)*", name):
        return words
    return words + hashlib.sha256(name.encode()).hexdigest()[:8]
