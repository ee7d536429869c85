"""Access logs, AWS WAF and sticky sessions, and how long a role's policies may be."""

from __future__ import annotations

from typing import Any

import pytest

from blogstack.diagnostics import Code
from blogstack.facts.iam import EXEC_ACTIONS, ROLE_CHARACTERS, allow, count_characters, document
from blogstack.facts.regions import REGIONS
from blogstack.pipeline import compile_text
from tests.cases import EACH
from tests.support.templates import Tree, cases_with, read, resource, trees

HELLO = "name: blog-api\nregion: {}\n"
IN_CHINA = {"cn-north-1": "638102146993", "cn-northwest-1": "037604701340"}


def attributes(tree: Tree, logical_id: str, key: str) -> dict[str, Any]:
    """The attributes of a load balancer or a target group."""
    return {item["Key"]: item["Value"] for item in tree["Resources"][logical_id]["Properties"][key]}


@pytest.mark.parametrize("name", cases_with("LoadBalancer"))
def test_the_load_balancer_logs_where_it_may(name: str) -> None:
    """To the bucket of its own stack, to an existing one, or not at all; the template says which."""
    declared = attributes(trees(name)["edge"], "LoadBalancer", "LoadBalancerAttributes")
    bucket = declared.get("access_logs.s3.bucket", "")
    made = "AccessLogBucket" in trees(name)["edge"]["Resources"]
    assert made is isinstance(bucket, dict)
    # Into a bucket of its own only when the stack is complete: one with a log in it would block a rollback.
    logs = {"Ref": "CreationComplete"} if made else "true" if bucket else "false"
    assert declared["access_logs.s3.enabled"] == logs
    if made:
        assert bucket == {"Ref": "AccessLogBucket"}
        # Elastic Load Balancing writes a test file when logs are turned on.
        assert "AccessLogBucketPolicy" in trees(name)["edge"]["Resources"]["LoadBalancer"]["DependsOn"]


def test_the_cases_log_in_every_way() -> None:
    kept = {
        name: attributes(trees(name)["edge"], "LoadBalancer", "LoadBalancerAttributes")
        for name in ("everything", "internal")
    }
    assert kept["everything"]["access_logs.s3.bucket"] == "example-access-logs"
    assert "access_logs.s3.bucket" not in kept["internal"]


@pytest.mark.parametrize("region", REGIONS)
def test_who_writes_access_logs(region: str) -> None:
    """The service, except in China, where it is an AWS account; only to the path of this account."""
    templates = compile_text("blogstack.yaml", HELLO.format(region).encode()).templates
    (edge,) = (read(template.text) for template in templates if template.stack_name == "blog-api-edge")
    statement, _ = edge["Resources"]["AccessLogBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    service = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    account = {"AWS": {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{IN_CHINA.get(region)}:root"}}
    assert statement["Principal"] == (account if region in IN_CHINA else service)
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["s3:PutObject"])
    assert statement["Resource"] == [{"Fn::Sub": "${AccessLogBucket.Arn}/AWSLogs/${AWS::AccountId}/*"}]


@pytest.mark.parametrize("name", EACH)
def test_sticky_sessions(name: str) -> None:
    """Settings that are off are written, because an attribute that is left out keeps its value."""
    declared = attributes(trees(name)["service"], "TargetGroup", "TargetGroupAttributes")
    seconds = declared.get("stickiness.lb_cookie.duration_seconds")
    assert declared["stickiness.enabled"] == ("true" if seconds else "false")
    assert declared.get("stickiness.type") == ("lb_cookie" if seconds else None)
    assert seconds == ("3600" if name == "everything" else None)


@pytest.mark.parametrize("name", ["everything", "china"])
def test_web_acl(name: str) -> None:
    """It limits each address, blocks what AWS's rules find, and logs that without what is secret; no samples."""
    acl = resource(name, "edge", "WebAcl")
    rules = sorted(acl["Rules"], key=lambda rule: rule["Priority"])
    assert [rule["Priority"] for rule in rules] == [0, 1, 2, 3]
    assert rules[0]["Statement"]["RateBasedStatement"]["Limit"] == 2000
    assert all(rule["OverrideAction"] == {"None": {}} for rule in rules[1:])
    for part in (acl, *rules):
        assert part["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True
        assert part["VisibilityConfig"]["SampledRequestsEnabled"] is False
    # CloudWatch distinguishes the web ACLs of a region by this name alone:
    # https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    assert acl["VisibilityConfig"]["MetricName"] == resource(name, "service", "Service")["ServiceName"]
    assert resource(name, "edge", "WebAclAssociation")["ResourceArn"] == {"Ref": "LoadBalancer"}
    assert resource(name, "edge", "WebAclLogGroup")["LogGroupName"].startswith("aws-waf-logs-")
    logging = resource(name, "edge", "WebAclLogging")
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"
    assert [field["SingleHeader"]["Name"] for field in logging["RedactedFields"]] == ["authorization", "cookie"]


def test_no_web_acl_by_default() -> None:
    for tree in trees("baseline").values():
        assert not any("WAF" in body["Type"] for body in tree["Resources"].values())


def test_a_role_may_be_as_long_as_iam_says() -> None:
    """Up to the limit and no further, and what is measured is what the template holds."""
    rest = count_characters([document([allow(["s3:GetObject"], [""])]), document([allow(EXEC_ACTIONS, ["*"])])])
    parts = [2048, 2048, 2048, 2048]
    parts.append(ROLE_CHARACTERS - rest - sum(parts) - len('","') * len(parts))
    permissions = "[{{actions: [s3:GetObject], resources: [{}]}}]"
    service = f"service: {{{{exec: true, readonly_root: false, permissions: {permissions}}}}}\n"

    def told(lengths: list[int]) -> tuple[bool, int]:
        arns = [f"arn:aws:s3:::{n}".ljust(length, "x") for n, length in enumerate(lengths)]
        text = HELLO.format("us-east-1") + service.format(", ".join(f'"{arn}"' for arn in arns))
        compilation = compile_text("blogstack.yaml", text.encode())
        codes = {diagnostic.code for diagnostic in compilation.diagnostics}
        templates = {t.stack_name: read(t.text) for t in compilation.templates}
        if not templates:
            return Code.ROLE_TOO_LONG in codes, 0
        policies = templates["blog-api-tasks"]["Resources"]["TaskRole"]["Properties"]["Policies"]
        return Code.ROLE_TOO_LONG in codes, count_characters(policy["PolicyDocument"] for policy in policies)

    assert told(parts) == (False, ROLE_CHARACTERS)
    assert told([*parts[:-1], parts[-1] + 1]) == (True, 0)
