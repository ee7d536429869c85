"""Problems that would fail later, as AWS reports them before; and that a missing right is not a failure."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from blogstack.blueprint import Blueprint
from blogstack.blueprint.workload import EcsService
from blogstack.deploy.preflight import database, domain, image, names, network, quotas, rules, run_checks, secrets
from blogstack.deploy.preflight.account import Account, Finding, Problem, Unchecked
from blogstack.deploy.preflight.name_servers import NoDns, name_servers
from blogstack.pipeline import compile_text
from tests.support.console import QUIET
from tests.support.fake_aws import FakeAws, Refusal

EVERYTHING = frozenset(f"blog-api-{kind}" for kind in ("registry", "network", "database", "edge", "tasks", "service"))
SUBNETS = [f"subnet-{number:017x}" for number in range(4)]
EXISTING = (
    "network:\n  existing:\n    vpc_id: vpc-0123456789abcdef0\n"
    f"    public_subnet_ids: {SUBNETS[:2]}\n    private_subnet_ids: {SUBNETS[2:]}\n"
)


def blueprint(more: str = "") -> Blueprint:
    compilation = compile_text("blogstack.yaml", f"{QUIET}{more}".encode())
    assert not compilation.failed, compilation.diagnostics
    return compilation.blueprints[0]


def no_dns(_: str) -> frozenset[str]:
    raise NoDns


def account(answers: Mapping[str, Any], more: str = "", **changed: Any) -> Account:  # noqa: ANN401 (any field)
    known: dict[str, Any] = {"tag": "v1", "stacks": frozenset(), "chosen": EVERYTHING, "can_build": False}
    known |= {"name_servers": no_dns, **changed}
    return Account(session=FakeAws(answers, "ap-northeast-2").session, blueprint=blueprint(more), **known)


def told(problems: Any) -> list[tuple[str, str]]:  # noqa: ANN401 (an iterator of problems)
    """Code and key of each problem."""
    found: list[Problem | Unchecked] = list(problems)
    return [(each.code.id, ".".join(map(str, each.path))) for each in found if isinstance(each, Problem)]


def only(findings: Iterable[Finding]) -> Problem:
    """The one problem that was found."""
    (found,) = findings
    assert isinstance(found, Problem)
    return found


def manifest(*architectures: str) -> Mapping[str, Any]:
    """The answer about an image whose index has these architectures."""
    platforms = [{"platform": {"architecture": each, "os": "linux"}} for each in architectures]
    return {"images": [{"imageManifest": json.dumps({"manifests": platforms})}], "failures": []}


class TestImage:
    """BS515 and BS542."""

    MISSING: Mapping[str, Any] = {
        "images": [],
        "failures": [{"imageId": {"imageTag": "v1"}, "failureCode": "ImageNotFound"}],
    }

    def test_there(self) -> None:
        assert told(image.check(account({"ecr:BatchGetImage": manifest("arm64", "amd64", "unknown")}))) == []
        assert told(image.check(account({"ecr:BatchGetImage": manifest()}))) == []

    def test_missing(self) -> None:
        assert told(image.check(account({"ecr:BatchGetImage": self.MISSING}))) == [("BS515", "image")]
        assert told(image.check(account({"ecr:BatchGetImage": self.MISSING}, can_build=True))) == []

    def test_no_repository_yet(self) -> None:
        gone = Refusal("RepositoryNotFoundException", "The repository does not exist")
        problem = only(image.check(account({"ecr:BatchGetImage": gone})))
        assert problem.help.startswith("run `blogstack deploy --only blog-api-registry`, then ")

    def test_another_processor(self) -> None:
        problem = only(image.check(account({"ecr:BatchGetImage": manifest("arm64")})))
        assert problem.code.id == "BS542"
        assert problem.message == "the image blog-api:v1 is for arm64, but the tasks run on amd64"

    def test_an_image_without_an_index(self, tmp_path: Path) -> None:
        """Its configuration has the architecture."""
        (tmp_path / "config.json").write_text('{"architecture": "arm64", "os": "linux"}')
        single = {"imageManifest": json.dumps({"config": {"digest": "sha256:0"}, "layers": []})}
        url = {"downloadUrl": (tmp_path / "config.json").as_uri()}
        answers = {"ecr:BatchGetImage": {"images": [single], "failures": []}, "ecr:GetDownloadUrlForLayer": url}
        assert told(image.check(account(answers))) == [("BS542", "image.architecture")]
        arm = "image: {architecture: arm64}\n"
        assert told(image.check(account(answers, arm))) == []

    def test_of_another_registry(self) -> None:
        """It cannot be checked, which is reported."""
        more = "image: {uri: ghcr.io/team/blog}\nservice: {sidecars: {proxy: {image: 'nginx:1'}}}\n"
        (found,) = image.check(account({}, more))
        assert found == Unchecked("ghcr.io/team/blog:v1, nginx:1 (only images in ECR in ap-northeast-2 are checked)")

    def test_of_another_account(self) -> None:
        more = "image: {uri: 210987654321.dkr.ecr.ap-northeast-2.amazonaws.com/shop}\n"
        aws = FakeAws({"ecr:BatchGetImage": self.MISSING}, "ap-northeast-2")
        asked = Account(
            session=aws.session,
            blueprint=blueprint(more),
            tag="v1",
            stacks=EVERYTHING,
            chosen=EVERYTHING,
            can_build=True,
        )
        assert told(image.check(asked)) == [("BS515", "image.uri")]
        assert aws.called("ecr:BatchGetImage")[0]["registryId"] == "210987654321"


class TestDomain:
    """BS519."""

    @pytest.mark.parametrize(
        ("name", "private", "found"),
        [("example.com.", False, 0), ("other.com.", False, 1), ("ple.com.", False, 1), ("example.com.", True, 1)],
    )
    def test_zone(self, name: str, private: bool, found: int) -> None:
        zone = {"Id": "Z0", "Name": name, "CallerReference": "x", "Config": {"PrivateZone": private}}
        problems = told(domain.check(account({"route53:GetHostedZone": {"HostedZone": zone}})))
        assert problems == [("BS519", "domain.hosted_zone_id")] * found

    def test_missing(self) -> None:
        gone = Refusal("NoSuchHostedZone", "No hosted zone found with ID", 404)
        assert told(domain.check(account({"route53:GetHostedZone": gone}))) == [("BS519", "domain.hosted_zone_id")]

    ZONE: Mapping[str, Any] = {
        "route53:GetHostedZone": {
            "HostedZone": {"Id": "Z0", "Name": "example.com.", "CallerReference": "x"},
            "DelegationSet": {"NameServers": ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]},
        }
    }

    def test_delegated(self) -> None:
        """One name server in common is enough."""
        asked = account(self.ZONE, name_servers=lambda _: frozenset(["ns-1.awsdns-01.org", "ns1.elsewhere.net"]))
        assert list(domain.check(asked)) == []

    @pytest.mark.parametrize(
        ("servers", "words"),
        [
            (
                ["ns1.registrar.net"],
                "example.com is delegated to ns1.registrar.net, not to the name servers of the hosted zone",
            ),
            ([], "example.com is not delegated to any name server"),
        ],
    )
    def test_not_delegated(self, servers: list[str], words: str) -> None:
        problem = only(domain.check(account(self.ZONE, name_servers=lambda _: frozenset(servers))))
        assert problem.message.startswith(words)
        assert problem.help.endswith("at the registrar: ns-1.awsdns-01.org, ns-2.awsdns-02.com")

    def test_a_certificate_that_is_there_needs_no_delegation(self) -> None:
        """Nor does a load balancer that has its certificate."""
        assert list(domain.check(account(self.ZONE, stacks=EVERYTHING))) == []

    def test_without_dns(self) -> None:
        assert list(domain.check(account(self.ZONE))) == [
            Unchecked("the delegation of example.com (no answer from public DNS)")
        ]

    def test_an_alias_of_another_zone(self) -> None:
        problem = only(domain.check(account(self.ZONE, "  aliases: [www.other.com]\n")))
        zone = "Z0123456789ABCDEFGHIJ"
        assert problem.message == f"the hosted zone {zone} is for example.com, which does not contain www.other.com"


class TestNameServers:
    """The query to DNS, to a server on loopback."""

    @pytest.fixture
    def resolver(self) -> Iterator[dns.resolver.Resolver]:
        with socketserver.UDPServer(("127.0.0.1", 0), _Dns) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            resolver = dns.resolver.Resolver(configure=False)
            resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
            yield resolver
            server.shutdown()
            thread.join()

    def test_answers(self, resolver: dns.resolver.Resolver) -> None:
        assert name_servers("example.com", resolver) == {"ns-1.awsdns-01.org", "ns-2.awsdns-02.com"}
        assert name_servers("dev.example.com", resolver) == frozenset()
        assert name_servers("gone.example.com", resolver) == frozenset()
        with pytest.raises(NoDns):
            name_servers("broken.example.com", resolver)

    def test_a_dns_without_the_internet(self, resolver: dns.resolver.Resolver) -> None:
        """It knows no name servers of `internal` either."""
        with pytest.raises(NoDns, match="not public DNS"):
            name_servers("gone.internal", resolver)


class _Dns(socketserver.BaseRequestHandler):
    """Knows com and example.com; says of gone, dev and internal that they are not there, and fails for others."""

    def handle(self) -> None:
        data, socket = self.request
        query = dns.message.from_wire(data)
        name = query.question[0].name
        answer = dns.message.make_response(query)
        known = {"gone": dns.rcode.NXDOMAIN, "internal": dns.rcode.NXDOMAIN, "dev": dns.rcode.NOERROR}
        if str(name) in ("com.", "example.com."):
            servers = ["NS-1.awsdns-01.org.", "ns-2.awsdns-02.com."]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "NS", *servers))
        else:
            answer.set_rcode(known.get(str(name).partition(".")[0], dns.rcode.SERVFAIL))
        socket.sendto(answer.to_wire(), self.client_address)


class TestCertificate:
    """BS528: what `domain` has without a hosted zone."""

    ARN = "arn:aws:acm:ap-northeast-2:123456789012:certificate/12345678-90ab-cdef"
    FILE = (
        "name: blog-api\nregion: ap-northeast-2\n"
        f"domain: {{name: blog.example.com, aliases: [a.www.example.com], certificate_arn: '{ARN}'}}\n"
    )

    def found(self, answer: Any) -> list[str]:  # noqa: ANN401 (an answer or a refusal)
        (compiled,) = compile_text("blogstack.yaml", self.FILE.encode()).blueprints
        aws = FakeAws({"acm:DescribeCertificate": answer}, "ap-northeast-2")
        asked = Account(
            session=aws.session,
            blueprint=compiled,
            tag="v1",
            stacks=frozenset(),
            chosen=EVERYTHING,
            can_build=False,
            name_servers=no_dns,
        )
        problems = [each for each in domain.check(asked) if isinstance(each, Problem)]
        assert {problem.code.id for problem in problems} <= {"BS528"}
        return [problem.message for problem in problems]

    @pytest.mark.parametrize(
        ("names", "missing"),
        [
            (["blog.example.com", "a.www.example.com"], []),
            (["*.example.com", "*.www.example.com"], []),
            (["*.example.com"], ["a.www.example.com"]),
            (["example.com", "*.www.example.com"], ["blog.example.com"]),
        ],
    )
    def test_names(self, names: list[str], missing: list[str]) -> None:
        certificate = {"Status": "ISSUED", "DomainName": names[0], "SubjectAlternativeNames": names}
        listed = " and ".join(names)
        said = [f"the certificate is for {listed}, but not for {name}" for name in missing]
        assert self.found({"Certificate": certificate}) == said

    def test_not_issued(self) -> None:
        names = ["blog.example.com", "a.www.example.com"]
        waiting = {"Status": "PENDING_VALIDATION", "DomainName": names[0], "SubjectAlternativeNames": names}
        (message,) = self.found({"Certificate": waiting})
        assert message == "the certificate is PENDING_VALIDATION: a load balancer accepts only one that is ISSUED"

    def test_not_there(self) -> None:
        gone = Refusal("ResourceNotFoundException", "Could not find certificate")
        assert self.found(gone) == ["there is no such certificate in this account and region"]


class TestNames:
    """BS520."""

    ANSWERS: Mapping[str, Any] = {
        "route53:ListResourceRecordSets": {
            "ResourceRecordSets": [{"Name": "blog.example.com.", "Type": "CNAME"}],
            "IsTruncated": False,
            "MaxItems": "100",
        },
        "logs:DescribeLogGroups": {"logGroups": [{"logGroupName": "/ecs/blog-api"}]},
        "ecr:DescribeRepositories": {"repositories": [{"repositoryName": "blog-api"}]},
    }

    def test_taken(self) -> None:
        found = told(names.check(account(self.ANSWERS)))
        assert found == [("BS520", "name"), ("BS520", "image.repository"), ("BS520", "domain.name")]

    def test_the_repository_that_destroy_leaves(self) -> None:
        """The way to deploy again is one command."""
        _, problem, _ = names.check(account(self.ANSWERS))
        assert isinstance(problem, Problem)
        assert problem.help.endswith(
            "aws ecr delete-repository --region ap-northeast-2 --repository-name blog-api --force"
        )

    def test_ours(self) -> None:
        assert told(names.check(account({}, stacks=EVERYTHING))) == []


class TestRules:
    """BS527."""

    SERVICES = "services:\n  front: {image: 'ghcr.io/team/front:1.4.2', %s}\n"
    CANARY = "route: {path: /app/*, header: {X-Version: '2'}}, deployment: {strategy: canary}"

    @staticmethod
    def answers(more: str, first: int) -> Mapping[str, Any]:
        """The stack and the rule as `more` makes them, with a weight of the first of two target groups."""
        (exposure,) = [
            each.exposure
            for each in blueprint(more).workloads
            if isinstance(each, EcsService) and each.name == "front" and each.exposure
        ]
        values = {"ListenerRuleArn": "arn:rule", "TargetGroupArn": "arn:1", "AlternateTargetGroupArn": "arn:2"}
        stack = {
            "StackName": "blog-api-front",
            "StackStatus": "UPDATE_COMPLETE",
            "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in values.items()],
        }
        groups = [{"TargetGroupArn": arn, "Weight": w} for arn, w in (("arn:1", first), ("arn:2", 100 - first))]
        header = {"HttpHeaderName": "X-Version", "Values": list(exposure.headers["X-Version"])}
        rule = {
            "RuleArn": "arn:rule",
            "Priority": str(exposure.priority),
            "Conditions": [
                {"Field": "http-header", "HttpHeaderConfig": header},
                {"Field": "path-pattern", "PathPatternConfig": {"Values": list(reversed(exposure.paths))}},
            ],
            "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
        }
        return {
            "cloudformation:DescribeStacks": {"Stacks": [stack]},
            "elbv2:DescribeRules": {"Rules": [rule]},
        }

    @pytest.mark.parametrize(
        ("after", "found"),
        [
            (CANARY, []),
            (CANARY.replace("canary", "linear"), []),
            (CANARY.replace("/app/*", "/shop/*"), [("BS527", "services.front.route")]),
            (CANARY.replace("'2'", "'3'"), [("BS527", "services.front.route")]),
            (CANARY.replace("canary", "rolling"), [("BS527", "services.front.deployment.strategy")]),
        ],
    )
    def test_while_the_second_group_is_in_use(self, after: str, found: list[tuple[str, str]]) -> None:
        stacks = EVERYTHING - {"blog-api-service"} | {"blog-api-front"}
        for first, expected in ((0, found), (100, [])):
            answers = self.answers(self.SERVICES % self.CANARY, first)
            asked = account(answers, self.SERVICES % after, stacks=stacks, chosen=stacks)
            assert told(rules.check(asked)) == expected

    def test_a_stack_that_is_new(self) -> None:
        assert told(rules.check(account({}, self.SERVICES % self.CANARY))) == []


class TestQuotas:
    """BS521."""

    @staticmethod
    def answers(vpcs: int, limit: float) -> Mapping[str, Any]:
        return {
            "ec2:DescribeVpcs": {"Vpcs": [{"VpcId": str(number)} for number in range(vpcs)]},
            "ec2:DescribeAddresses": {"Addresses": []},
            "cloudwatch:GetMetricStatistics": {"Datapoints": []},
            "acm:ListCertificates": {"CertificateSummaryList": []},
            "service-quotas:GetServiceQuota": Refusal("NoSuchResourceException", "none of its own"),
            "service-quotas:GetAWSDefaultServiceQuota": {"Quota": {"Value": limit}},
        }

    def test_vpcs(self) -> None:
        assert told(quotas.check(account(self.answers(4, 5)))) == []
        problem = only(quotas.check(account(self.answers(5, 5))))
        assert problem.code.id == "BS521"
        assert problem.message == "6 VPCs would be needed, but the account's quota in ap-northeast-2 is 5"
        assert "--service-code vpc --quota-code L-F678F1CE --desired-value 6" in problem.help

    def test_vcpus(self) -> None:
        more = "service: {cpu: 4096, memory: 8192}\n"
        found = told(quotas.check(account(self.answers(0, 6), more)))
        assert found == [("BS521", "service.cpu")]

    def test_vcpus_of_an_update(self) -> None:
        """Twice as many tasks run for a while, as `maximum_percent` says."""
        more = "service: {cpu: 4096, memory: 8192}\n%s"
        answers, there = self.answers(0, 6), {"stacks": EVERYTHING}
        assert told(quotas.check(account(answers, more % "", **there))) == [("BS521", "service.cpu")]
        fewer = more % "deployment: {maximum_percent: 150}\n"
        assert told(quotas.check(account(answers, fewer, **there))) == []

    def test_a_quota_that_may_not_be_read(self) -> None:
        """The others are still compared."""
        denied = Refusal("AccessDeniedException", "not authorized", 403)
        found = list(quotas.check(account({**self.answers(4, 5), "service-quotas:GetServiceQuota": denied})))
        names = ("VPCs", "Elastic IP addresses", "ACM certificates", "Fargate vCPUs")
        assert found == [Unchecked(f"the quota of {name} (service-quotas:GetServiceQuota)") for name in names]

    def test_certificates(self) -> None:
        """Those that ACM has issued; an existing certificate needs none."""
        arn = "arn:aws:acm:ap-northeast-2:123456789012:certificate/1"
        issued = {"CertificateArn": arn, "Type": "AMAZON_ISSUED"}
        imported = {"CertificateArn": arn, "Type": "IMPORTED"}
        several = {"CertificateSummaryList": [issued, imported, *[issued] * 9]}
        answers = {**self.answers(0, 10), "acm:ListCertificates": several}
        problem = only(quotas.check(account(answers)))
        assert problem.message.startswith("11 ACM certificates would be needed")
        own = "  certificate_arn: arn:aws:acm:ap-northeast-2:123456789012:certificate/12345678-90ab-cdef\n"
        assert told(quotas.check(account(answers, own))) == []

    def test_vcpus_that_run_already(self) -> None:
        """The newest count of the account's other tasks is added; what may not be read is said."""
        now = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
        points = [{"Timestamp": now, "Maximum": 5.5}, {"Timestamp": now - timedelta(minutes=5), "Maximum": 90.0}]
        answers = {**self.answers(0, 6), "cloudwatch:GetMetricStatistics": {"Datapoints": points}}
        asked = account(answers, stacks=EVERYTHING - {"blog-api-service"})
        assert only(quotas.check(asked)).message.startswith("7 Fargate vCPUs would be needed")
        denied = {**answers, "cloudwatch:GetMetricStatistics": Refusal("AccessDenied", "not authorized", 403)}
        found = list(quotas.check(account(denied, stacks=EVERYTHING - {"blog-api-service"})))
        assert found == [Unchecked("vCPUs in use (cloudwatch:GetMetricStatistics)")]


class TestAddresses:
    """BS552."""

    @staticmethod
    def check(balancer: int, tasks: int, **changed: Any) -> list[tuple[str, str]]:  # noqa: ANN401 (any field)
        free = [balancer, balancer, tasks, tasks]
        found = [
            {"SubnetId": name, "AvailableIpAddressCount": count} for name, count in zip(SUBNETS, free, strict=True)
        ]
        return told(network.check(account({"ec2:DescribeSubnets": {"Subnets": found}}, EXISTING, **changed)))

    def test_enough(self) -> None:
        assert self.check(8, 1) == []
        assert self.check(0, 1, stacks=EVERYTHING) == []

    def test_too_few(self) -> None:
        assert self.check(8, 0) == [("BS552", "network.existing")]
        assert self.check(7, 100) == [("BS552", "network.existing")] * 2


class TestSecrets:
    """BS544."""

    MORE = "service:\n  secrets: {KEY: {secretsmanager: blog, key: token}}\n"
    SIDECAR = "service:\n  sidecars: {proxy: {image: 'nginx:1', secrets: {KEY: {ssm: /proxy/key}}}}\n"

    def check(self, answer: Any) -> list[tuple[str, str]]:  # noqa: ANN401 (any answer)
        return told(secrets.check(account({"secretsmanager:GetSecretValue": answer}, self.MORE)))

    def test_there(self) -> None:
        assert self.check({"SecretString": '{"token": "x"}'}) == []

    @pytest.mark.parametrize(
        "answer",
        [{"SecretString": '{"other": "x"}'}, {"SecretString": "x"}, Refusal("ResourceNotFoundException", "gone")],
        ids=["another key", "no JSON", "missing"],
    )
    def test_missing(self, answer: Any) -> None:  # noqa: ANN401 (any answer)
        assert self.check(answer) == [("BS544", "service.secrets.KEY")]

    def test_its_value_is_never_told(self) -> None:
        answer = {"SecretString": '{"other": "hunter2"}'}
        (problem,) = secrets.check(account({"secretsmanager:GetSecretValue": answer}, self.MORE))
        assert "hunter2" not in repr(problem)

    def test_of_a_sidecar(self) -> None:
        asked = account({"ssm:GetParameters": {"InvalidParameters": ["/proxy/key"]}}, self.SIDECAR)
        assert told(secrets.check(asked)) == [("BS544", "service.sidecars.proxy.secrets.KEY")]


class TestDatabase:
    """BS524."""

    MORE = "database: {engine_version: '17', instance_class: db.t4g.micro}\n"

    @pytest.mark.parametrize(("version", "found"), [("17.5", 0), ("16.4", 1), ("7.5", 1)])
    def test_version(self, version: str, found: int) -> None:
        options = {"OrderableDBInstanceOptions": [{"EngineVersion": version}]}
        asked = account({"rds:DescribeOrderableDBInstanceOptions": options}, self.MORE)
        assert told(database.check(asked)) == [("BS524", "database.instance_class")] * found

    def test_one_that_runs(self) -> None:
        assert told(database.check(account({}, self.MORE, stacks=EVERYTHING))) == []


@pytest.mark.parametrize(
    ("stack", "asked"),
    [
        ("edge", {"route53:GetHostedZone", "route53:ListResourceRecordSets", "acm:ListCertificates"}),
        ("network", {"ec2:DescribeVpcs", "ec2:DescribeAddresses", "service-quotas:GetServiceQuota"}),
        ("registry", {"ecr:DescribeRepositories"}),
        ("database", {"rds:DescribeOrderableDBInstanceOptions"}),
    ],
)
def test_a_part_is_checked_for_what_concerns_it(stack: str, asked: set[str]) -> None:
    """`--only`: no other requests are sent to AWS."""
    denied = Refusal("AccessDenied", "not authorized", 403)
    calls = {
        "route53:GetHostedZone", "route53:ListResourceRecordSets", "ec2:DescribeVpcs", "ecr:DescribeRepositories",
        "rds:DescribeOrderableDBInstanceOptions", "service-quotas:GetServiceQuota", "ec2:DescribeAddresses",
        "acm:ListCertificates",
    }  # fmt: skip
    aws = FakeAws(dict.fromkeys(calls, denied) | {"ec2:DescribeVpcs": {"Vpcs": []}}, "ap-northeast-2")
    plan = blueprint(TestDatabase.MORE + TestSecrets.MORE)
    chosen = frozenset([f"blog-api-{stack}"])
    run_checks(
        Account(session=aws.session, blueprint=plan, tag="v1", stacks=frozenset(), chosen=chosen, can_build=True)
    )
    assert {name for name, _ in aws.calls} == asked


def test_a_missing_right_is_no_failure() -> None:
    """The findings of the others are there; each check that could not be done is listed once, with the call."""
    denied = Refusal("AccessDenied", "not authorized", 403)
    zone = {"Id": "Z0", "Name": "example.com.", "CallerReference": "x"}
    answers = {
        "ecr:BatchGetImage": denied,
        "route53:GetHostedZone": {"HostedZone": zone},
        "logs:DescribeLogGroups": denied,
        "ec2:DescribeVpcs": denied,
    }
    found = run_checks(account(answers))
    assert found.problems == ()
    assert found.unchecked == (
        "the image (ecr:BatchGetImage)",
        "the delegation of example.com (no answer from public DNS)",
        "names that are taken (logs:DescribeLogGroups)",
        "quotas (ec2:DescribeVpcs)",
    )
