"""Further services next to the service: the cases `two-services-path` and `two-services-host`."""

from __future__ import annotations

import itertools

import pytest

from blogstack.config.priorities import LAST, route_priority
from blogstack.config.route import Route
from blogstack.deploy.plan import make_plans
from blogstack.deploy.steps import Request, ShowAddress
from blogstack.pipeline import compile_text
from tests.cases import ACCEPT, compiled
from tests.support.templates import Tree, of_type, read, trees

PATH, HOST = "two-services-path", "two-services-host"


def rules(case: str) -> dict[str, Tree]:
    """The listener's rules of a case's services, by the kind of their stack."""
    return {
        kind: body["Properties"]
        for kind, tree in trees(case).items()
        for name, body in of_type(tree, "AWS::ElasticLoadBalancingV2::ListenerRule").items()
        if name == "ListenerRule"
    }


class TestRoutes:
    def test_by_path(self) -> None:
        found = rules(PATH)
        assert found["front"]["Conditions"] == [
            {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/app", "/app/*"]}}
        ]
        assert found["service"]["Conditions"] == [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]
        assert found["front"]["Priority"] < found["service"]["Priority"] == 50_000
        assert found.keys() == {"front", "service"}, "a private service has none"

    def test_by_host_and_by_both(self) -> None:
        found = rules(HOST)
        host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["www.example.com"]}}
        assert found["front"]["Conditions"] == [host]
        assert [condition["Field"] for condition in found["old"]["Conditions"]] == ["host-header", "path-pattern"]

    def test_by_header(self) -> None:
        header = {"HttpHeaderName": "X-Version", "Values": ["2"]}
        assert rules(HOST)["next"]["Conditions"] == [{"Field": "http-header", "HttpHeaderConfig": header}]
        conditions = rules("everything")["front"]["Conditions"]
        assert [condition["Field"] for condition in conditions] == ["host-header", "path-pattern", "http-header"]

    @pytest.mark.parametrize(
        ("path", "paths"),
        [
            (("/app/*",), ("/app", "/app/*")),
            (("/app/*", "/app"), ("/app", "/app/*")),
            (("/*/x/*",), ("/*/x", "/*/x/*")),
            (("/*",), ("/*",)),
            (("/app/?*", "/a*"), ("/app/?*", "/a*")),
        ],
    )
    def test_what_is_below_a_path_comes_with_the_path_itself(
        self, path: tuple[str, ...], paths: tuple[str, ...]
    ) -> None:
        assert Route(path=path).paths == paths

    def test_the_rule_leads_to_the_services_own_target_group(self) -> None:
        (action,) = rules(PATH)["front"]["Actions"]
        assert [group["TargetGroupArn"] for group in action["ForwardConfig"]["TargetGroups"]] == [
            {"Ref": "TargetGroup"}
        ]
        group = trees(PATH)["front"]["Resources"]["TargetGroup"]["Properties"]
        assert group["HealthCheckPath"] == "/app/health"

    def test_the_more_exact_route_is_tried_first(self) -> None:
        """Whatever the services are called."""
        routes = [
            Route(header={"X-Version": ("2",)}, host=("www.example.com",)),
            Route(header={"X-Version": ("2",)}),
            Route(header={"X-Version": ("2", "beta*")}, host=("www.example.com",)),
            Route(header={"X-Version": ("*",)}),
            Route(host=("www.example.com",), path=("/app/*",)),
            Route(host=("www.example.com",)),
            Route(host=("*.example.com",)),
            Route(path=("/app/admin/users/*",)),
            Route(path=("/app/admin",)),
            Route(path=("/app/a*",)),
            Route(path=("/app/*", "/x/y/z")),
            Route(path=("/*.json",)),
        ]
        for first, second in itertools.pairwise(routes):
            for names in (("a", "b"), ("zebra", "front"), ("x1", "x2")):
                assert 1000 <= route_priority(names[0], first) < route_priority(names[1], second) < LAST

    def test_no_other_service_moves_a_rule(self) -> None:
        """Each service's stack is the same bytes with a further one beside it, before or after it."""
        text = (ACCEPT / PATH / "blogstack.yaml").read_text()
        more = "services:\n" + "".join(
            f"  {name}: {{command: [a], route: {{path: /{name}/*}}}}\n" for name in ("aaa", "zzz")
        )
        both = compile_text("blogstack.yaml", text.replace("services:\n", more).encode())
        assert not both.failed
        made = {template.stack_name: template.text for template in both.templates}
        before = {template.stack_name: template.text for template in compiled(PATH).templates}
        assert made.keys() - before.keys() == {"shop-aaa", "shop-zzz"}
        assert {name for name in before if made[name] != before[name]} == {"shop-tasks"}, "their alarms may publish"


class TestWhoMayConnect:
    def test_two_services_on_one_port(self) -> None:
        """Each rule is in another group, as EC2 takes a rule of a group once."""
        text = (ACCEPT / HOST / "blogstack.yaml").read_text()
        assert "port:" not in text
        groups = [
            (str(rule["GroupId"]), rule["FromPort"], kind if "Fn::GetAtt" in rule["GroupId"] else "")
            for kind, tree in trees(HOST).items()
            for body in of_type(tree, "AWS::EC2::SecurityGroupIngress").values()
            for rule in [body["Properties"]]
        ]
        assert len(groups) == len(set(groups)) == 4

    def test_a_routed_service_lets_in_the_load_balancer_only(self) -> None:
        resources = trees(PATH)["front"]["Resources"]
        own, balancer = {"Fn::GetAtt": ["SecurityGroup", "GroupId"]}, "shop-edge:LoadBalancerSecurityGroupId"
        (ingress,) = of_type(trees(PATH)["front"], "AWS::EC2::SecurityGroupIngress").values()
        rule = ingress["Properties"]
        assert (rule["GroupId"], rule["SourceSecurityGroupId"]) == (own, {"Fn::ImportValue": balancer})
        assert (rule["FromPort"], rule["ToPort"]) == (3000, 3000)
        egress = resources["LoadBalancerEgress"]["Properties"]
        assert (egress["GroupId"], egress["DestinationSecurityGroupId"]) == ({"Fn::ImportValue": balancer}, own)
        network = resources["Service"]["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert network["SecurityGroups"] == [{"Fn::ImportValue": "shop-tasks:TaskSecurityGroupId"}, own]

    def test_a_private_service_lets_in_the_tasks_only(self) -> None:
        (ingress,) = of_type(trees(PATH)["search"], "AWS::EC2::SecurityGroupIngress").values()
        rule = ingress["Properties"]
        assert rule["SourceSecurityGroupId"] == {"Fn::ImportValue": "shop-tasks:TaskSecurityGroupId"}
        assert (rule["FromPort"], rule["ToPort"]) == (8000, 8000)
        assert not of_type(trees(PATH)["search"], "AWS::EC2::SecurityGroupEgress")
        assert "LoadBalancers" not in trees(PATH)["search"]["Resources"]["Service"]["Properties"]


class TestPrivate:
    def test_its_name(self) -> None:
        resources = trees(PATH)["search"]["Resources"]
        assert trees(PATH)["tasks"]["Resources"]["Namespace"]["Properties"]["Name"] == "shop.internal"
        assert resources["Discovery"]["Properties"]["Name"] == "search"
        registries = resources["Service"]["Properties"]["ServiceRegistries"]
        assert registries == [{"RegistryArn": {"Fn::GetAtt": ["Discovery", "Arn"]}}]

    def test_every_main_container_has_its_address(self) -> None:
        url = {"Name": "SEARCH_URL", "Value": "http://search.shop.internal:8000"}
        for kind in ("service", "front", "search", "mails", "index"):
            main, *_ = trees(PATH)[kind]["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
            assert url in main["Environment"], kind
        release = trees(PATH)["tasks"]["Resources"]["ServiceReleaseTaskDefinition"]["Properties"]
        assert url in release["ContainerDefinitions"][0]["Environment"]

    def test_no_namespace_without_one(self) -> None:
        assert "Namespace" not in trees(HOST)["tasks"]["Resources"]


def test_what_it_inherits_and_what_not() -> None:
    (front,) = trees(PATH)["front"]["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    (search,) = trees(PATH)["search"]["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    values = {each["Name"]: each["Value"] for each in search["Environment"]}
    assert (values["LOG_LEVEL"], values["PORT"]) == ("debug", "8000")
    assert "SECRET_KEY" in {each["Name"] for each in search["Secrets"]}
    assert "SECRET_KEY" not in {each["Name"] for each in front["Secrets"]}
    assert front["Image"] == "ghcr.io/team/shop-front:1.4.2"
    assert "Parameters" not in trees(PATH)["front"], "its image has a tag of its own"
    assert search["Command"] == ["python", "-m", "app.search"]


def test_alarms_count_the_requests_of_the_service() -> None:
    """Behind a shared load balancer; what that answers by itself is watched once."""
    for kind in ("front", "service"):
        alarm = trees(PATH)[kind]["Resources"]["Target5xxAlarm"]["Properties"]
        dimensions = [
            metric["MetricStat"]["Metric"]["Dimensions"] for metric in alarm["Metrics"] if "MetricStat" in metric
        ]
        assert dimensions
        assert all({"TargetGroup", "LoadBalancer"} == {each["Name"] for each in found} for found in dimensions)
    assert "LoadBalancer5xxAlarm" in trees(PATH)["service"]["Resources"]
    assert "LoadBalancer5xxAlarm" not in trees(PATH)["front"]["Resources"]
    assert "RunningTasksAlarm" in trees(PATH)["search"]["Resources"]


def test_a_canary_of_a_further_service() -> None:
    resources = trees(HOST)["front"]["Resources"]
    (balancer,) = resources["Service"]["Properties"]["LoadBalancers"]
    assert balancer["AdvancedConfiguration"]["ProductionListenerRule"] == {"Ref": "ListenerRule"}
    assert {"TargetGroup", "AlternateTargetGroup", "InfrastructureRole"} <= resources.keys()
    latency = resources["LatencyAlarm"]["Properties"]["Metrics"]
    assert len([metric for metric in latency if "MetricStat" in metric]) == 4, "of both target groups"


class TestPlan:
    def test_whoever_calls_comes_after_whom_it_calls(self) -> None:
        (plan,) = make_plans(compiled(PATH).blueprints)
        needs = {step.id: set(step.needs) for step in plan.steps}
        assert "shop-search" in needs["shop-mails"] & needs["shop-index"] & needs["shop-front"] & needs["shop-service"]
        assert "shop-mails" in needs["shop-front"] & needs["shop-service"]

    def test_each_routed_service_is_asked_for_what_is_its_own(self) -> None:
        """Not for a path that another service would answer, nor under a name that is a pattern."""
        (by_path,), (by_host,) = make_plans(compiled(PATH).blueprints), make_plans(compiled(HOST).blueprints)
        asked = {step.id: step.action for plan in (by_path, by_host) for step in plan.steps}
        front = [action for action in asked.values() if isinstance(action, Request) and action.host]
        assert [(action.host, action.paths) for action in front] == [("www.example.com", ("/health",))]
        (plan,) = make_plans(compiled(PATH).blueprints)
        paths = {step.id: step.action.paths for step in plan.steps if isinstance(step.action, Request)}
        assert paths == {"request front": ("/app/health",), "request service": ("/health",)}
        assert "request old" not in asked

    def test_a_service_by_header_is_asked_with_the_header(self) -> None:
        (plan,) = make_plans(compiled(HOST).blueprints)
        (next_,) = [step.action for step in plan.steps if step.id == "request next"]
        assert isinstance(next_, Request)
        assert (next_.host, next_.headers) == (None, {"X-Version": "2"})
        assert next_.curl("/health", "") == "curl -fsS -H 'X-Version: 2'"

    def test_the_address_of_a_private_service_is_told(self) -> None:
        (plan,) = make_plans(compiled(PATH).blueprints)
        (told,) = [step.action for step in plan.steps if isinstance(step.action, ShowAddress)]
        assert told == ShowAddress("search", "http://search.shop.internal:8000")


class TestDomain:
    def test_the_certificate_is_for_every_name(self) -> None:
        properties = trees(HOST)["edge"]["Resources"]["Certificate"]["Properties"]
        names = [properties["DomainName"], *properties["SubjectAlternativeNames"]]
        assert len(names) == 10
        assert names == [each["DomainName"] for each in properties["DomainValidationOptions"]]
        records = of_type(trees(HOST)["edge"], "AWS::Route53::RecordSet").values()
        assert sorted(body["Properties"]["Name"] for body in records) == sorted(names)

    def test_redirects_come_before_every_route(self) -> None:
        redirects = [trees(HOST)["edge"]["Resources"][f"RedirectRule{n}"]["Properties"] for n in (1, 2)]
        assert [rule["Priority"] for rule in redirects] == [1, 2]
        hosts = [rule["Conditions"][0]["HostHeaderConfig"]["Values"] for rule in redirects]
        assert list(map(len, hosts)) == [5, 1]
        (action,) = redirects[0]["Actions"]
        assert action["RedirectConfig"] == {
            "Protocol": "HTTPS",
            "Port": "443",
            "Host": "api.example.com",
            "StatusCode": "HTTP_301",
        }

    def test_one_more_alias_leaves_the_other_records_alone(self) -> None:
        text = (ACCEPT / HOST / "blogstack.yaml").read_text().replace("my-shop.", "aa.")
        changed = compile_text("blogstack.yaml", text.encode())
        (edge,) = [read(t.text) for t in changed.templates if t.stack_name == "shop-edge"]
        before = trees(HOST)["edge"]["Resources"]
        kept = set(before) & set(edge["Resources"])
        assert set(before) - kept == {"MyShopExampleComda289fafDnsRecord"}
        assert all(before[name] == edge["Resources"][name] for name in kept if name.endswith("DnsRecord"))
