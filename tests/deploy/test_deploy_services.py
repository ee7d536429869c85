"""Two services on the emulated AWS: the listener's rules, the names, and who may connect, as AWS then reports them."""

from __future__ import annotations

from typing import Any

import pytest

from blogstack.aws.session import Session
from blogstack.deploy.preflight import rules as preflight_rules
from blogstack.deploy.preflight.account import Account
from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.cases import ACCEPT, compiled
from tests.support.deploying import ZONES, deploy_all

PATH, HOST = "two-services-path", "two-services-host"


@pytest.fixture(scope="module")
def by_path(emulator: Emulator) -> Emulator:
    """An API and a front end under one name, and a private search. Nothing changes it."""
    emulator.reset()
    deploy_all(emulator, compiled(PATH))
    return emulator


def rules(aws: Emulator) -> list[dict[str, Any]]:
    """The rules of the listener for HTTPS, in the order in which they are tried, without its default."""
    elb = aws.client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    (arn,) = [listener["ListenerArn"] for listener in listeners if listener["Port"] == 443]
    found = [rule for rule in elb.describe_rules(ListenerArn=arn)["Rules"] if not rule["IsDefault"]]
    return sorted(found, key=lambda rule: int(rule["Priority"]))


def conditions(rule: dict[str, Any]) -> dict[str, list[str]]:
    """The values of each condition of a rule."""
    return {
        each["Field"]: next((found for key, found in each.items() if key.endswith("Config")), each)["Values"]
        for each in rule["Conditions"]
    }


class TestByPath:
    def test_each_request_has_its_target_group(self, by_path: Emulator) -> None:
        front, service = rules(by_path)
        assert conditions(front) == {"path-pattern": ["/app", "/app/*"]}
        assert conditions(service) == {"path-pattern": ["/*"]}
        for rule, stack, port in ((front, "shop-front", 3000), (service, "shop-service", 8000)):
            (forward,) = rule["Actions"]
            (target,) = forward["ForwardConfig"]["TargetGroups"]
            assert target["TargetGroupArn"] == by_path.resources(stack)["TargetGroup"]
            name = {"shop-service": "shop"}.get(stack, stack)
            (found,) = by_path.client("ecs").describe_services(cluster="shop", services=[name])["services"]
            (balancer,) = found["loadBalancers"]
            assert (balancer["containerPort"], balancer["targetGroupArn"]) == (port, target["TargetGroupArn"])

    def test_who_may_connect(self, by_path: Emulator) -> None:
        """The world to the load balancer; it to front and service; the tasks to search and the database."""
        groups = by_path.client("ec2").describe_security_groups()["SecurityGroups"]
        names = {g["GroupId"]: tag["Value"] for g in groups for tag in g.get("Tags", []) if tag["Key"] == "Name"}
        let_in = {
            (names[pair["GroupId"]], names[group["GroupId"]], rule["FromPort"], rule["ToPort"])
            for group in groups
            for rule in group["IpPermissions"]
            for pair in rule.get("UserIdGroupPairs", [])
            if group["GroupId"] in names
        }
        assert let_in == {
            ("shop-load-balancer", "shop-tasks", 8000, 8000),
            ("shop-load-balancer", "shop-front", 3000, 3000),
            ("shop-tasks", "shop-search", 8000, 8000),
            ("shop-tasks", "shop-database", 5433, 5433),
        }
        let_out = {
            (names[group["GroupId"]], names[pair["GroupId"]], rule["FromPort"])
            for group in groups
            for rule in group.get("IpPermissionsEgress", [])
            for pair in rule.get("UserIdGroupPairs", [])
        }
        assert let_out == {("shop-load-balancer", "shop-tasks", 8000), ("shop-load-balancer", "shop-front", 3000)}

    @pytest.mark.parametrize(("service", "own"), [("shop-front", True), ("shop-search", True), ("shop-mails", False)])
    def test_the_groups_of_the_tasks(self, by_path: Emulator, service: str, own: bool) -> None:
        groups = by_path.client("ec2").describe_security_groups()["SecurityGroups"]
        names = {g["GroupId"]: tag["Value"] for g in groups for tag in g.get("Tags", []) if tag["Key"] == "Name"}
        (found,) = by_path.client("ecs").describe_services(cluster="shop", services=[service])["services"]
        attached = found["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
        assert [names[group] for group in attached] == ["shop-tasks", *([service] if own else [])]

    def test_the_name_of_the_private_service(self, by_path: Emulator) -> None:
        """A domain that is known in the network only, with the name that ECS registers the tasks under."""
        discovery = by_path.client("servicediscovery")
        (namespace,) = discovery.list_namespaces()["Namespaces"]
        assert (namespace["Name"], namespace["Type"]) == ("shop.internal", "DNS_PRIVATE")
        (found,) = discovery.list_services()["Services"]
        assert found["Name"] == "search"
        assert [record["Type"] for record in found["DnsConfig"]["DnsRecords"]] == ["A"]
        (service,) = by_path.client("ecs").describe_services(cluster="shop", services=["shop-search"])["services"]
        assert [each["registryArn"] for each in service["serviceRegistries"]] == [found["Arn"]]
        assert service["loadBalancers"] == []


def test_by_host(emulator: Emulator) -> None:
    """Redirects, a host, a pattern of hosts, and the rest; each name has a record and is in the certificate."""
    emulator.reset()
    deploy_all(emulator, compiled(HOST))
    first, second, following, front, old, service = rules(emulator)
    assert [rule["Actions"][0]["Type"] for rule in (first, second)] == ["redirect", "redirect"]
    assert first["Actions"][0]["RedirectConfig"]["Host"] == "api.example.com"
    assert following["Conditions"][0]["HttpHeaderConfig"] == {"HttpHeaderName": "X-Version", "Values": ["2"]}
    assert conditions(front) == {"host-header": ["www.example.com"]}
    assert conditions(old) == {"host-header": ["*.old.example.com"], "path-pattern": ["/shop", "/shop/*"]}
    assert conditions(service) == {"path-pattern": ["/*"]}
    (forward,) = front["Actions"]
    assert [group["Weight"] for group in forward["ForwardConfig"]["TargetGroups"]] == [100, 0], "a canary"
    acm = emulator.client("acm")
    (listed,) = acm.list_certificates()["CertificateSummaryList"]
    certificate = acm.describe_certificate(CertificateArn=listed["CertificateArn"])["Certificate"]
    names = {certificate["DomainName"], *certificate["SubjectAlternativeNames"]}
    records = emulator.client("route53").list_resource_record_sets(HostedZoneId=next(iter(ZONES)))["ResourceRecordSets"]
    found = {record["Name"].rstrip(".").replace("\\052", "*") for record in records if record["Type"] == "A"}
    assert names == found
    assert {"api.example.com", "www.example.com", "*.old.example.com", "a.example.com"} <= names


@pytest.mark.parametrize("second", [False, True])
def test_another_route_of_a_canary(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, second: bool) -> None:
    """It is refused while ECS uses the second target group, whose tasks the template's weights would leave."""
    emulator.reset()
    deploy_all(emulator, compiled(HOST))
    elb = emulator.client("elbv2")
    (front,) = [rule for rule in rules(emulator) if conditions(rule) == {"host-header": ["www.example.com"]}]
    if second:  # the emulated ModifyRule keeps one group only
        used = front["Actions"][0]["ForwardConfig"]["TargetGroups"][1]["TargetGroupArn"]
        elb.modify_rule(RuleArn=front["RuleArn"], Actions=[{"Type": "forward", "TargetGroupArn": used}])
    for name, value in emulator.env.items():
        monkeypatch.setenv(name, value)
    stacks = frozenset(template.stack_name for template in compiled(HOST).templates)
    text = (ACCEPT / HOST / "blogstack.yaml").read_text()
    session, found = Session("ap-northeast-2"), []
    for edited in (text, text.replace("{host: www.example.com}", "{host: my-shop.example.com}")):
        (blueprint,) = compile_text("blogstack.yaml", edited.encode()).blueprints
        account = Account(session=session, blueprint=blueprint, tag="v1", stacks=stacks, chosen=stacks, can_build=False)
        found.append([problem.code.id for problem in preflight_rules.check(account)])
    assert found == [[], ["BS527"] if second else []]


def test_one_more_service(emulator: Emulator) -> None:
    """It moves no other rule and replaces nothing."""
    emulator.reset()
    deploy_all(emulator, compiled(HOST))
    before = {rule["RuleArn"]: rule["Priority"] for rule in rules(emulator)}
    text = (ACCEPT / HOST / "blogstack.yaml").read_text()
    more = text.replace("services:\n", "services:\n  admin: {command: [a], route: {path: /admin/*}}\n")
    deploy_all(emulator, compile_text("blogstack.yaml", more.encode()), tag="v2")
    after = {rule["RuleArn"]: rule["Priority"] for rule in rules(emulator)}
    assert before.items() < after.items()
    assert len(after) == len(before) + 1
