"""The stores as they exist after a deployment, asked for with boto3, and what the tasks get with them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.cases import ACCEPT, compiled
from tests.conftest import ROOT
from tests.support.deploying import deploy_all

BLOG = "blog-api"


@pytest.fixture
def aws(emulator: Emulator) -> Emulator:
    emulator.reset()
    return emulator


def variables(aws: Emulator) -> dict[str, str]:
    """The variables of the service's container that are no secrets."""
    task = aws.client("ecs").describe_task_definition(taskDefinition=BLOG)["taskDefinition"]
    return {item["name"]: item["value"] for item in task["containerDefinitions"][0]["environment"]}


def rights(aws: Emulator, *others: str) -> list[dict[str, Any]]:
    """What the task role allows with the stores; it has no policies except this one and `others`."""
    role = aws.resources(f"{BLOG}-tasks")["TaskRole"]
    iam = aws.client("iam")
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["Stores", *others]
    document = iam.get_role_policy(RoleName=role, PolicyName="Stores")["PolicyDocument"]
    return document["Statement"]  # type: ignore[no-any-return]


def test_alarms_watch_what_was_deployed(aws: Emulator) -> None:
    """Their dimensions are the names of the queues and the IDs of the cache's nodes."""
    deploy_all(aws, compiled("stores"))
    (group,) = aws.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    queues = {url.rpartition("/")[2] for url in aws.client("sqs").list_queues()["QueueUrls"]}
    found: dict[str, set[str]] = {"CacheClusterId": set(), "QueueName": set()}
    for alarm in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]:
        stats = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
        for dimension in [item for metric in (*stats, alarm) for item in metric.get("Dimensions", [])]:
            found.setdefault(dimension["Name"], set()).add(dimension["Value"])
    assert found["CacheClusterId"] == set(group["MemberClusters"])
    assert found["QueueName"] == queues
    assert len(queues) == 4


class TestCache:
    """The case `cache`."""

    def test_the_tasks_connect_to_it(self, aws: Emulator) -> None:
        """What the secret variables point at is the address of the primary node, with the token that it has."""
        deploy_all(aws, compiled("cache"))
        task = aws.client("ecs").describe_task_definition(taskDefinition=BLOG)["taskDefinition"]
        references = {item["name"]: item["valueFrom"] for item in task["containerDefinitions"][0]["secrets"]}
        values = {}
        for variable, reference in references.items():
            arn, key = reference.removesuffix("::").rsplit(":", 1)
            secret = json.loads(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
            values[variable] = secret[key]
        (group,) = aws.client("elasticache").describe_replication_groups()["ReplicationGroups"]
        primary = group["NodeGroups"][0]["PrimaryEndpoint"]
        assert values["CACHE_HOST"] == primary["Address"]
        assert values["CACHE_PORT"] == str(primary["Port"])
        token = values["REDIS_PASSWORD"]
        assert re.fullmatch("[A-Za-z0-9]{64}", token)
        assert values["CELERY_BROKER_URL"] == f"rediss://:{token}@{primary['Address']}:{primary['Port']}"

    def test_settings(self, aws: Emulator) -> None:
        deploy_all(aws, compiled("cache"))
        (group,) = aws.client("elasticache").describe_replication_groups()["ReplicationGroups"]
        assert (group["TransitEncryptionEnabled"], group["AtRestEncryptionEnabled"]) == (True, True)
        assert (group["AuthTokenEnabled"], group["MultiAZ"], group["AutomaticFailover"]) == (True, "enabled", "enabled")
        assert len(group["MemberClusters"]) == 2
        (subnets,) = aws.client("elasticache").describe_cache_subnet_groups()["CacheSubnetGroups"]
        network = aws.resources(f"{BLOG}-network")
        expected = {network["DatabaseSubnet1"], network["DatabaseSubnet2"]}
        assert {subnet["SubnetIdentifier"] for subnet in subnets["Subnets"]} == expected

    def test_only_the_tasks_reach_it(self, aws: Emulator) -> None:
        deploy_all(aws, compiled("cache"))
        groups = aws.client("ec2").describe_security_groups()["SecurityGroups"]
        by_name = {tag["Value"]: g for g in groups for tag in g.get("Tags", []) if tag["Key"] == "Name"}
        (rule,) = by_name[f"{BLOG}-cache"]["IpPermissions"]
        assert (rule["FromPort"], rule["ToPort"], rule.get("IpRanges", [])) == (6379, 6379, [])
        assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [by_name[f"{BLOG}-tasks"]["GroupId"]]
        (out,) = by_name[f"{BLOG}-cache"]["IpPermissionsEgress"]
        assert [block["CidrIp"] for block in out["IpRanges"]] == ["127.0.0.1/32"]


class TestQueues:
    """The case `queues`."""

    def test_the_tasks_know_and_use_them(self, aws: Emulator) -> None:
        """The variables are URLs that SQS accepts; the role allows messages of these queues, and nothing else."""
        deploy_all(aws, compiled("queues"))
        sqs, resources = aws.client("sqs"), aws.resources(f"{BLOG}-queues")
        given = variables(aws)
        assert given["MAILS_QUEUE_URL"] == resources["MailsQueue"]
        sqs.send_message(QueueUrl=given["REPORTS"], MessageBody="yesterday")
        (message,) = sqs.receive_message(QueueUrl=given["REPORTS"])["Messages"]
        assert message["Body"] == "yesterday"
        arns = [f"arn:aws:sqs:{aws.region}:{aws.account}:{given[name].rpartition('/')[2]}" for name in URLS]
        actions = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"]
        assert rights(aws, "Exec") == [{"Effect": "Allow", "Action": actions, "Resource": arns}]

    def test_what_is_received_too_often_is_kept(self, aws: Emulator) -> None:
        deploy_all(aws, compiled("queues"))
        sqs, resources = aws.client("sqs"), aws.resources(f"{BLOG}-queues")
        reports, dead = (
            attributes(aws, resources[name]) for name in ("NightlyReportsQueue", "NightlyReportsDeadLetters")
        )
        assert json.loads(reports["RedrivePolicy"]) == {"deadLetterTargetArn": dead["QueueArn"], "maxReceiveCount": 1}
        assert (reports["VisibilityTimeout"], reports["MessageRetentionPeriod"]) == ("3600", str(14 * 86400))
        assert dead["MessageRetentionPeriod"] == str(14 * 86400)
        mails = attributes(aws, resources["MailsQueue"])
        assert (mails["VisibilityTimeout"], mails["MessageRetentionPeriod"]) == ("300", str(4 * 86400))
        for queue in (reports, dead, mails):
            assert queue["SqsManagedSseEnabled"] == "true"
            (deny,) = json.loads(queue["Policy"])["Statement"]
            assert (deny["Effect"], deny["Resource"]) == ("Deny", [queue["QueueArn"]])
        sqs.send_message(QueueUrl=resources["MailsQueue"], MessageBody="kept")
        aws.client("cloudformation").delete_stack(StackName=f"{BLOG}-service")
        aws.client("cloudformation").delete_stack(StackName=f"{BLOG}-tasks")
        aws.client("cloudformation").delete_stack(StackName=f"{BLOG}-queues")
        assert not aws.exists(f"{BLOG}-queues")
        assert [m["Body"] for m in sqs.receive_message(QueueUrl=resources["MailsQueue"])["Messages"]] == ["kept"]

    def test_tasks_without_internet_reach_them(self, aws: Emulator) -> None:
        deploy_all(aws, compiled("queues"))
        services = [e["ServiceName"] for e in aws.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]]
        assert f"com.amazonaws.{aws.region}.sqs" in services


URLS = ("MAILS_QUEUE_URL", "REPORTS")


def attributes(aws: Emulator, queue: str) -> dict[str, str]:
    """The attributes of a queue."""
    return aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]  # type: ignore[no-any-return]


class TestBuckets:
    """The case `buckets`."""

    def test_the_tasks_know_and_use_them(self, aws: Emulator) -> None:
        """The variables are the names of the buckets, and the role allows objects and lists, and nothing else."""
        deploy_all(aws, compiled("buckets"))
        resources = aws.resources(f"{BLOG}-buckets")
        media, reports = resources["MediaBucket"], resources["NightlyReportsBucket"]
        assert {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]} >= {media, reports}
        given = variables(aws)
        assert (given["AWS_STORAGE_BUCKET_NAME"], given["NIGHTLY_REPORTS_BUCKET"]) == (media, reports)
        arns = [f"arn:aws:s3:::{bucket}" for bucket in (media, reports)]
        actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        assert rights(aws) == [
            {"Effect": "Allow", "Action": actions, "Resource": [f"{arn}/*" for arn in arns]},
            {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": arns},
        ]

    def test_settings(self, aws: Emulator) -> None:
        deploy_all(aws, compiled("buckets"))
        s3, resources = aws.client("s3"), aws.resources(f"{BLOG}-buckets")
        media, reports = resources["MediaBucket"], resources["NightlyReportsBucket"]
        assert s3.get_bucket_versioning(Bucket=media)["Status"] == "Enabled"
        assert s3.get_bucket_versioning(Bucket=reports)["Status"] == "Suspended"
        uploads, versions = s3.get_bucket_lifecycle_configuration(Bucket=media)["Rules"]
        assert uploads["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
        assert versions["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
        assert set(s3.get_public_access_block(Bucket=media)["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = s3.get_bucket_encryption(Bucket=media)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"

    def test_objects_stay(self, aws: Emulator) -> None:
        """Without `buckets` in the file the stack is left alone, and deleted it leaves the buckets."""
        deploy_all(aws, compiled("buckets"))
        media = aws.resources(f"{BLOG}-buckets")["MediaBucket"]
        aws.client("s3").put_object(Bucket=media, Key="a", Body=b"kept")
        text = (ACCEPT / "buckets" / "blogstack.yaml").read_text()
        without = compile_text("blogstack.yaml", text.partition("buckets:")[0].encode())
        deploy_all(aws, without, tag="v2")
        aws.client("cloudformation").delete_stack(StackName=f"{BLOG}-buckets")
        assert aws.client("s3").get_object(Bucket=media, Key="a")["Body"].read() == b"kept"
        assert not aws.exists(f"{BLOG}-buckets")

    def test_one_goes_once_nothing_imports_it(self, aws: Emulator) -> None:
        """As docs/deployments.md says: tasks and service first, then the buckets; the bucket itself stays."""
        deploy_all(aws, compiled("buckets"))
        media = aws.resources(f"{BLOG}-buckets")["MediaBucket"]
        text = (ACCEPT / "buckets" / "blogstack.yaml").read_text()
        removed = "  media: {variables: {name: AWS_STORAGE_BUCKET_NAME}}\n"
        fewer = compile_text("blogstack.yaml", text.replace(removed, "").encode())
        (buckets,) = (template for template in fewer.templates if template.stack_name == f"{BLOG}-buckets")
        others = tuple(template for template in fewer.templates if template is not buckets)
        deploy_all(aws, fewer._replace(templates=(*others, buckets)), tag="v2")
        assert "MediaBucket" not in aws.resources(f"{BLOG}-buckets")
        assert media in {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
        assert "AWS_STORAGE_BUCKET_NAME" not in variables(aws)


def test_scaling_follows_the_queue_that_exists(aws: Emulator) -> None:
    """The policy and the alarm of a worker measure the queue by the name that AWS gave it; the alarm calls a policy."""
    deploy_all(aws, compiled("backlog"))
    scaling = aws.client("application-autoscaling")
    policies = {
        (policy["ResourceId"].rpartition("/")[2], policy["PolicyName"]): policy
        for policy in scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    }
    names = {url.rpartition("/")[2] for url in aws.client("sqs").list_queues()["QueueUrls"]}
    tracking = policies["blog-api-transcoder", "queue"]["TargetTrackingScalingPolicyConfiguration"]
    waiting, working, running, backlog = tracking["CustomizedMetricSpecification"]["Metrics"]
    for query in (waiting, working):
        (dimension,) = query["MetricStat"]["Metric"]["Dimensions"]
        assert dimension["Name"] == "QueueName"
        assert dimension["Value"] in names
        assert "VideoFilesQueue" in dimension["Value"]
    service = {item["Name"]: item["Value"] for item in running["MetricStat"]["Metric"]["Dimensions"]}
    assert service == {"ClusterName": "blog-api", "ServiceName": "blog-api-transcoder"}
    assert backlog["Expression"] == "(waiting + working) / running"

    (alarm,) = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert alarm["AlarmActions"] == [policies["blog-api-transcoder", "first-task"]["PolicyARN"]]
    assert ("blog-api-mailer", "first-task") not in policies, "it always has a task"


def test_the_url_of_the_database(aws: Emulator) -> None:
    """It is the address that the database has, with the user and the password of the other secret."""
    deploy_all(aws, compiled("database-variables"))
    task = aws.client("ecs").describe_task_definition(taskDefinition=BLOG)["taskDefinition"]
    references = {item["name"]: item["valueFrom"] for item in task["containerDefinitions"][0]["secrets"]}
    read = aws.client("secretsmanager").get_secret_value
    parts = json.loads(read(SecretId=references["PGPASSWORD"].removesuffix(":password::"))["SecretString"])
    (database,) = aws.client("rds").describe_db_instances()["DBInstances"]
    address = f"{database['Endpoint']['Address']}:{database['Endpoint']['Port']}"
    expected = f"postgresql://blogstack:{parts['password']}@{address}/blog_api?sslmode=require"
    assert read(SecretId=references["DATABASE_URL"])["SecretString"] == expected


def test_a_database_that_exists(aws: Emulator) -> None:
    """The tasks get what its secret and the file say, and its security group lets them in; no other is made."""
    deploy_all(aws, compiled("database-aurora"))
    task = aws.client("ecs").describe_task_definition(taskDefinition=BLOG)["taskDefinition"]
    container = task["containerDefinitions"][0]
    plain = {item["name"]: item["value"] for item in container["environment"]}
    assert (plain["DB_HOST"].split(".")[0], plain["DATABASE_PORT"], plain["DATABASE_NAME"]) == ("blog", "5433", "blog")
    assert [item["name"] for item in container["secrets"]] == ["DATABASE_PASSWORD", "DATABASE_USER"]
    (group,) = aws.client("ec2").describe_security_groups(GroupIds=["sg-0123456789abcdef0"])["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    tasks = aws.resources(f"{BLOG}-tasks")["TaskSecurityGroup"]
    assert (rule["FromPort"], rule["ToPort"]) == (5433, 5433)
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [tasks]
    assert aws.client("rds").describe_db_instances()["DBInstances"] == []


def test_the_celery_example(aws: Emulator) -> None:
    """Web process, worker and beat have the same variables and rights, and reach the same database and cache."""
    text = (ROOT / "examples" / "celery" / "blogstack.yaml").read_bytes()
    deploy_all(aws, compile_text("blogstack.yaml", text.replace(b"eu-west-1", aws.region.encode())))
    given = []
    for family in ("shop", "shop-celery", "shop-beat"):
        task = aws.client("ecs").describe_task_definition(taskDefinition=family)["taskDefinition"]
        (container,) = task["containerDefinitions"]
        plain = {item["name"]: item["value"] for item in container["environment"] if item["name"] != "PORT"}
        given.append((task["taskRoleArn"], plain, container["secrets"]))
    assert given[0] == given[1] == given[2]
    role, plain, secrets = given[0]
    bucket = aws.resources("shop-buckets")["ReportsBucket"]
    assert plain == {"ALLOWED_HOSTS": "shop.example.com", "DATABASE_SSLMODE": "require", "REPORTS_BUCKET": bucket}
    stores = ["HOST", "NAME", "PASSWORD", "PORT", "USER"]
    names = [*(f"CACHE_{name}" for name in ("HOST", "PORT", "TOKEN", "URL")), *(f"DATABASE_{name}" for name in stores)]
    assert [item["name"] for item in secrets] == [*names, "SECRET_KEY"]

    iam = aws.client("iam")
    policy = iam.get_role_policy(RoleName=role.rpartition("/")[2], PolicyName="Stores")["PolicyDocument"]
    assert {action for statement in policy["Statement"] for action in statement["Action"]} == {
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:ListBucket",
    }
    assert all(bucket in arn for statement in policy["Statement"] for arn in statement["Resource"])

    tasks = aws.resources("shop-tasks")["TaskSecurityGroup"]
    for stack, name, port in (("shop-database", "Database", 5433), ("shop-cache", "Cache", 6379)):
        group = aws.resources(stack)[f"{name}SecurityGroup"]
        (found,) = aws.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
        (rule,) = found["IpPermissions"]
        assert (rule["FromPort"], rule["ToPort"]) == (port, port)
        assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [tasks]
    services = aws.client("ecs").describe_services(cluster="shop", services=["shop-beat", "shop-celery"])["services"]
    assert {s["serviceName"]: s["deploymentConfiguration"]["maximumPercent"] for s in services} == {
        "shop-beat": 100,
        "shop-celery": 200,
    }
