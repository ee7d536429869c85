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
ACCESS_LOG_BUCKET = "AccessLogBucket"
ACCESS_LOG_BUCKET_POLICY = "AccessLogBucketPolicy"
WEB_ACL = "WebAcl"
WEB_ACL_ASSOCIATION = "WebAclAssociation"
WEB_ACL_LOG_GROUP = "WebAclLogGroup"
WEB_ACL_LOGGING = "WebAclLogging"

# a job; its task definition is called as that of a service
STATE_MACHINE = "StateMachine"
STATE_MACHINE_ROLE = "StateMachineRole"
SCHEDULE = "Schedule"
SCHEDULE_ROLE = "ScheduleRole"

# a service or a worker
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
# those of the stores are in the tasks stack
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
# those of a queue are named after it
QUEUE_AGE_ALARM = "{}QueueAgeAlarm"
DEAD_LETTERS_ALARM = "{}DeadLettersAlarm"
DASHBOARD = "Dashboard"


def camel_case(name: str) -> str:
    """A name with hyphens as a part of a logical ID, user-files as UserFiles; no two names share one."""
    return "".join(word.capitalize() for word in name.split("-"))
