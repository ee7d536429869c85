"""The stores as they exist after a deployment, asked for with boto3, and what the tasks get with them."""

from __future__ import annotations

from typing import Any

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.cases import ACCEPT, compiled
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


def rights(aws: Emulator) -> list[dict[str, Any]]:
    """The statements of the task role."""
    role = aws.resources(f"{BLOG}-tasks")["TaskRole"]
    iam = aws.client("iam")
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["Stores"]
    document = iam.get_role_policy(RoleName=role, PolicyName="Stores")["PolicyDocument"]
    return document["Statement"]  # type: ignore[no-any-return]


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
