"""Two applications on the emulated AWS that share network, cluster and load balancer, as AWS then tells them."""

from __future__ import annotations

import pytest

from blogstack.aws.session import Session
from blogstack.aws.stacks import names_with_template, read_exports
from blogstack.blueprint import Blueprint
from blogstack.config.priorities import route_priority
from blogstack.config.route import Route
from blogstack.deploy.preflight import other_rules, platform
from blogstack.deploy.preflight.account import Account
from blogstack.doctor.snapshot import read_snapshot
from blogstack.operate.removal import plan_removal
from blogstack.pipeline import compile_text
from blogstack.records import replace
from emulator import Emulator
from tests.cases import ACCEPT, compiled
from tests.support.deploying import deploy_all
from tests.support.templates import PLATFORM

TEXT = (ACCEPT / "uses" / "blogstack.yaml").read_text()


@pytest.fixture(scope="module")
def both(emulator: Emulator) -> Emulator:
    """The application of the case `uses`, next to the one whose load balancer it is behind. Nothing changes it."""
    emulator.reset()
    deploy_all(emulator, compiled("uses"))
    return emulator


def in_shell_of(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sessions reach the emulated AWS."""
    for name, value in aws.env.items():
        monkeypatch.setenv(name, value)


def account(text: str, stacks: frozenset[str] = frozenset()) -> Account:
    """What a deployment of a file looks at; `stacks` are those that exist."""
    blueprint = read(text)
    chosen = frozenset(each.stack for each in blueprint.workloads)
    session = Session("ap-northeast-2")
    return Account(session=session, blueprint=blueprint, tag="v1", stacks=stacks, chosen=chosen, can_build=False)


def read(text: str) -> Blueprint:
    compilation = compile_text("blogstack.yaml", text.encode())
    assert not compilation.failed, compilation.diagnostics
    return compilation.blueprints[0]


class TestTogether:
    def test_one_network_cluster_and_load_balancer(self, both: Emulator) -> None:
        (balancer,) = both.client("elbv2").describe_load_balancers()["LoadBalancers"]
        (cluster,) = both.client("ecs").list_clusters()["clusterArns"]
        assert cluster.endswith("cluster/shop")
        names = {arn.rsplit("/", 1)[1] for arn in both.client("ecs").list_services(cluster="shop")["serviceArns"]}
        assert names >= {"shop", "shop-front", "blog-api", "blog-api-charts", "blog-api-renderer"}
        vpcs = {each["VpcId"] for each in both.client("elbv2").describe_target_groups()["TargetGroups"]}
        assert vpcs == {balancer["VpcId"]}

    def test_each_request_has_its_service(self, both: Emulator) -> None:
        elb = both.client("elbv2")
        rules = elb.describe_rules(ListenerArn=both.outputs("shop-edge")["ListenerArn"])["Rules"]
        targets = {
            rule["Actions"][0]["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]: rule["Conditions"][0]["Values"]
            for rule in rules
            if not rule["IsDefault"]
        }
        assert targets[both.resources("blog-api-service")["TargetGroup"]] == ["/blog", "/blog/*"]
        assert targets[both.resources("shop-front")["TargetGroup"]] == ["/app", "/app/*"]
        assert targets[both.resources("shop-service")["TargetGroup"]] == ["/*"]

    def test_who_may_connect(self, both: Emulator) -> None:
        """The load balancer to the service; its own tasks to its stores; nobody from one application to the other."""
        groups = both.client("ec2").describe_security_groups()["SecurityGroups"]
        names = {g["GroupId"]: tag["Value"] for g in groups for tag in g.get("Tags", []) if tag["Key"] == "Name"}
        let_in = {
            (names[pair["GroupId"]], names[group["GroupId"]], rule["FromPort"])
            for group in groups
            for rule in group["IpPermissions"]
            for pair in rule.get("UserIdGroupPairs", [])
            if names.get(group["GroupId"], "").startswith("blog-api")
        }
        assert let_in == {
            ("shop-load-balancer", "blog-api-tasks", 8000),
            ("blog-api-tasks", "blog-api-charts", 9000),
            ("blog-api-tasks", "blog-api-database", 5433),
            ("blog-api-tasks", "blog-api-cache", 6379),
        }

    def test_everything_is_there(self, both: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        in_shell_of(both, monkeypatch)
        assert list(platform.check(account(TEXT))) == []

    def test_what_the_commands_read(self, both: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its own stacks, its services in the other cluster, and the address of the other load balancer."""
        in_shell_of(both, monkeypatch)
        snapshot = read_snapshot(Session("ap-northeast-2"), read(TEXT))
        assert {name.rpartition("-")[0] for name in snapshot.stacks} == {"blog-api"}
        assert all(state.service for state in snapshot.workloads)
        assert snapshot.load_balancer
        assert snapshot.load_balancer.outputs["Url"] == "https://shop.example.com"
        assert snapshot.unknown == ()

    def test_the_other_application_is_not_removed(self, both: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """Before anything is deleted; and this one may go at any time."""
        in_shell_of(both, monkeypatch)
        users = plan_removal(Session("ap-northeast-2"), compiled(PLATFORM).blueprints[0]).users
        workloads = {"blog-api-charts", "blog-api-renderer", "blog-api-service"}
        assert set(users) == {*workloads, "blog-api-cache", "blog-api-database", "blog-api-tasks"}
        removal = plan_removal(Session("ap-northeast-2"), read(TEXT))
        assert removal.users == ()
        assert {each.name.rpartition("-")[0] for each in removal.stacks} == {"blog-api"}

    @pytest.mark.parametrize(
        "route", ["{path: /reports/*}", "{path: /app/admin/*}", "{path: /a*}", "{path: /app/*, header: {X-Version: b}}"]
    )
    def test_a_part_of_the_requests(self, both: Emulator, monkeypatch: pytest.MonkeyPatch, route: str) -> None:
        """A part of what another application gets, or what it leaves, is what routes are for."""
        in_shell_of(both, monkeypatch)
        text = TEXT.replace("name: blog-api", "name: reports").replace("{path: /blog/*}", route)
        assert list(other_rules.check(account(text))) == []

    def test_all_the_requests(self, both: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same route under names whose numbers are before that of `front`, after it, and the same."""
        in_shell_of(both, monkeypatch)
        (front,) = [each.exposure for each in compiled(PLATFORM).blueprints[0].services if each.name == "front"]
        assert front
        route = Route.model_construct(path=("/app/*",))
        numbers = {name: route_priority(f"{name}-service", route) for name in (f"a{n}" for n in range(10_000))}
        before = next(name for name, number in numbers.items() if number < front.priority)
        after = next(name for name, number in numbers.items() if number > front.priority)
        same = next(name for name, number in numbers.items() if number == front.priority)
        expected = {
            before: "service would get the requests for /app and /app/*, which another application gets now",
            after: "another application gets every request for /app and /app/*, so service gets none",
            same: f"listener rule {front.priority} belongs to another application, for /app and /app/*",
        }
        for name, message in expected.items():
            text = TEXT.replace("name: blog-api", f"name: {name}").replace("/blog/*", "/app/*")
            (problem,) = other_rules.check(account(text))
            assert (problem.code.id, problem.path) == ("BS530", ("service", "route"))
            assert problem.message == message

    def test_its_own_rule_is_not_in_the_way(self, both: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of this application, and of the other one, whose next deployment looks at the same rules."""
        in_shell_of(both, monkeypatch)
        stacks = frozenset(template.stack_name for template in compiled("uses").templates)
        assert list(other_rules.check(account(TEXT, stacks))) == []
        text = (ACCEPT / PLATFORM / "blogstack.yaml").read_text()
        stacks = frozenset(template.stack_name for template in compiled(PLATFORM).templates)
        assert list(other_rules.check(account(text, stacks))) == []
        (problem,) = other_rules.check(account(text.replace("[/app, /app/*]", "[/blog, /blog/*]"), stacks))
        assert problem.path == ("services", "front", "route")

    @pytest.mark.parametrize("path", ["/app/*", "/reports/*"])
    def test_a_renamed_service(self, both: Emulator, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
        """The stack of the old name is still there, and belongs to this application."""
        in_shell_of(both, monkeypatch)
        text = (ACCEPT / PLATFORM / "blogstack.yaml").read_text().replace("[/app, /app/*]", path)
        stacks = frozenset(names_with_template(Session("ap-northeast-2")))
        for name in ("web", "a", "b", "c"):  # with numbers before that of `front` and after it
            assert list(other_rules.check(account(text.replace("  front:", f"  {name}:"), stacks))) == []

    @pytest.mark.parametrize(
        ("conditions", "kind", "hides"),
        [
            ([{"Field": "path-pattern", "Values": ["/reports/*"]}], "redirect", True),
            ([{"Field": "path-pattern", "Values": ["/reports/*"]}], "fixed-response", False),
            ([{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/other"]}}], "redirect", False),
            (
                [{"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "A", "RegexValues": ["b"]}}],
                "redirect",
                False,
            ),
            (
                [
                    {"Field": "path-pattern", "Values": ["/*"]},
                    {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}},
                ],
                "redirect",
                False,
            ),
        ],
        ids=["redirect", "fixed answer", "path by regular expression", "header by regular expression", "method"],
    )
    def test_a_rule_that_blogstack_does_not_write(
        self,
        both: Emulator,
        monkeypatch: pytest.MonkeyPatch,
        conditions: list[dict[str, object]],
        kind: str,
        hides: bool,
    ) -> None:
        in_shell_of(both, monkeypatch)
        rule = {"RuleArn": "a", "Priority": "1", "IsDefault": False}
        rule |= {"Conditions": conditions, "Actions": [{"Type": kind}]}
        monkeypatch.setattr(Session, "pages", lambda *_, **__: iter([rule]))
        problems = list(
            other_rules.check(account(TEXT.replace("name: blog-api", "name: reports").replace("/blog", "/reports")))
        )
        assert bool(problems) is hides

    def test_a_network_without_private_subnets(self, both: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is told apart from an application that is not there."""
        in_shell_of(both, monkeypatch)
        export = "shop-network:PrivateSubnet1Id"
        exports = frozenset(read_exports(Session("ap-northeast-2"))) - {export}
        monkeypatch.setattr(platform, "read_exports", lambda _: exports)
        (problem,) = platform.check(account(TEXT))
        assert (problem.code.id, problem.path) == ("BS529", ("network", "shared"))
        assert list(platform.check(account(f"{TEXT}network: {{shared: {{egress: public_ip}}}}\n"))) == []


class TestAlone:
    def test_a_part_that_imports_nothing(self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """The repository, for one, is there before the other application."""
        emulator.reset()
        in_shell_of(emulator, monkeypatch)
        assert list(platform.check(replace(account(TEXT), chosen=frozenset(["blog-api-registry"])))) == []

    def test_not_deployed(self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        emulator.reset()
        in_shell_of(emulator, monkeypatch)
        (problem,) = platform.check(account(TEXT))
        assert (problem.code.id, problem.path) == ("BS529", ("uses",))
        assert problem.message == "shop is not deployed in ap-northeast-2"
