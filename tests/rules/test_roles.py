"""A role's policies are measured as IAM gets them: BS333."""

from __future__ import annotations

from typing import Any

import pytest

from blogstack.rules.roles import Text
from blogstack.rules.rule import StackTree

HOME = "cn-northwest-1:123456789012"
SECRET = {"Type": "AWS::SecretsManager::Secret"}
DATABASE = StackTree(
    kind="database",
    name="blog-database",
    tree={
        "Resources": {"DatabaseSecret": SECRET},
        "Outputs": {
            "SecretArn": {"Value": {"Ref": "DatabaseSecret"}, "Export": {"Name": "blog-database:SecretArn"}},
            "Address": {"Value": "none"},
        },
    },
    origins={},
)
TASKS = StackTree(
    kind="tasks",
    name="blog-tasks",
    tree={
        "Resources": {
            "JwtSecret": SECRET,
            "Named": {**SECRET, "Properties": {"Name": {"Fn::Sub": "${AWS::Region}/blog"}}},
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/ecs/blog"}},
            "Cluster": {"Type": "AWS::ECS::Cluster"},
        }
    },
    origins={},
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("arn:aws:s3:::${bucket}/*", "arn:aws:s3:::${bucket}/*"),
        ({"Ref": "AWS::Region"}, "cn-northwest-1"),
        ({"Ref": "JwtSecret"}, f"arn:aws-cn:secretsmanager:{HOME}:secret:JwtSecret-0123456789AB-AbCdEf"),
        ({"Ref": "Named"}, f"arn:aws-cn:secretsmanager:{HOME}:secret:cn-northwest-1/blog-AbCdEf"),
        ({"Fn::GetAtt": ["Group", "Arn"]}, f"arn:aws-cn:logs:{HOME}:log-group:/ecs/blog:*"),
        (
            {"Fn::ImportValue": "blog-database:SecretArn"},
            f"arn:aws-cn:secretsmanager:{HOME}:secret:DatabaseSecret-0123456789AB-AbCdEf",
        ),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::${!literal}"}, "arn:aws-cn:s3:::${literal}"),
        ({"Fn::Sub": ["${Text}", {"Text": "${Resource}"}]}, "${Resource}"),
        ({"Fn::Sub": "${Group}/x"}, "?" * 128 + "/x"),
        ({"Ref": "Cluster"}, "?" * 128),
        ({"Fn::ImportValue": "other:Arn"}, "?" * 128),
        ({"Fn::Join": ["", ["a"]]}, "?" * 128),
    ],
    ids=str,
)
def test_a_value_as_iam_gets_it(value: Any, text: str) -> None:  # noqa: ANN401
    assert Text((DATABASE, TASKS), "cn-northwest-1").of({"Resource": [value]}, TASKS) == {"Resource": [text]}
