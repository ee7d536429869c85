"""`make demo`: the main job on real input, from blogstack.yaml to a deployed service, on an emulated AWS.

Runs the commands that users run: deploys, verifies, breaks the service, asks why, fixes it. The emulator runs no
container: the image that docker pushes is added to the emulated ECR, and a proxy on loopback answers the requests to
the service.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.conftest import ROOT
from tests.support.account import emulated_account

FILE = ROOT / "blogstack.yaml"
ENVIRONMENT = "prod"
BLOGSTACK = Path(sys.executable).with_name("blogstack")


def main() -> int:
    """Compile, compare, deploy, break, fix; returns the exit status."""
    title(f"blogstack compile {FILE.name}")
    if status := subprocess.run([BLOGSTACK, "compile"], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        return status
    print("templates/out/ is up to date, and cfn-lint finds no problem")
    if status := show_difference():
        return status
    compilation = compile_text(FILE.name, FILE.read_bytes(), picked=[ENVIRONMENT])
    with emulated_account(compilation) as (aws, environment), TemporaryDirectory() as folder:
        demo = Demo(Path(folder), environment)
        passed = demo.deploys() and demo.breaks() and demo.fixes()
        if passed:
            title("the resources in the account")
            for what, facts in inventory(aws):
                print(f"{what:<18}{facts}")
    title("the emulated AWS is stopped")
    return 0 if passed else 1


class Demo:
    """The commands that deploy the service, break it and fix it.

    Args:
        folder: Where the file with the mistake is written.
        environment: Variables that direct the commands to the emulated AWS.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def deploys(self) -> bool:
        """The first deployment, a second one that has nothing to do, and what `verify` says."""
        return (
            self._deploy(FILE, "the first deployment, to an emulated AWS")
            and self._deploy(FILE, "a second deployment, without changes")
            and self._look("verify", "is everything deployed, and does the service answer?")
        )

    def breaks(self) -> bool:
        """A mistake in the file is deployed; `doctor` says at which line it is."""
        before, after = MISTAKE
        text = FILE.read_text()
        assert before in text, MISTAKE
        broken = self._folder / FILE.name
        broken.write_text(text.replace(before, f"{before}    {after}\n"))
        return (
            self._deploy(broken, f"with a mistake in the file: service.health.{after}", fails=True)
            and self._look("verify", "does the service answer now?", file=broken, fails=True)
            and self._look("doctor", "why not?", file=broken, fails=True)
        )

    def fixes(self) -> bool:
        """The file without the mistake is deployed, and the service answers again."""
        return (
            self._deploy(FILE, "with the path that the service answers")
            and self._look("verify", "does the service answer again?")
            and self._look("doctor", "is anything else wrong?")
        )

    def _deploy(self, file: Path, why: str, *, fails: bool = False) -> bool:
        options = ["--env", ENVIRONMENT, "--image-tag", "demo", "--yes"]
        return self._run(["deploy", file.name, *options], file, why, fails=fails)

    def _look(self, command: str, why: str, *, file: Path = FILE, fails: bool = False) -> bool:
        return self._run([command, file.name, "--env", ENVIRONMENT], file, why, fails=fails)

    def _run(self, command: list[str], file: Path, why: str, *, fails: bool) -> bool:
        """Whether the command succeeds, or fails if it should.

        On a terminal `deploy` shows its tree. Elsewhere it writes a line for each event; the lines about single
        resources are left out here.
        """
        title(f"blogstack {' '.join(command)}: {why}")
        shown = None if sys.stdout.isatty() else subprocess.PIPE
        with subprocess.Popen(
            [BLOGSTACK, *command],
            cwd=file.parent,
            env=self._environment,
            stdout=shown,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                if not RESOURCE_EVENT.search(line):
                    print(line, end="", flush=True)
        return (process.returncode != 0) is fails


RESOURCE_EVENT = re.compile(r"^\S+: (CREATE|UPDATE|DELETE)_(IN_PROGRESS|COMPLETE) ")
MISTAKE = ("  health:\n", "path: /healthz")
"""A line of the file, and a wrong line to add below it that looks right: the service answers /health."""

EDIT = ("database: {}", "database: {name: posts}")
"""An edit that looks harmless, and would replace the database with an empty one."""


def show_difference() -> int:
    """Show what `blogstack diff` prints for an edit; returns an exit status."""
    title(f"blogstack diff --env {ENVIRONMENT}, after an edit: {EDIT[1]}")
    text = FILE.read_text()
    assert EDIT[0] in text, EDIT
    with TemporaryDirectory() as folder:
        edited = Path(folder) / FILE.name
        edited.write_text(text.replace(*EDIT))
        against = ("--against", str(ROOT / "templates" / "out"))
        command = [str(BLOGSTACK), "diff", FILE.name, *against, "--env", ENVIRONMENT, "--fail-on", "replacement"]
        status = subprocess.run(command, cwd=folder, check=False).returncode
    return 0 if status == 1 else 1


def inventory(aws: Emulator) -> Iterator[tuple[str, str]]:
    """The resources in the account, as the APIs describe them."""
    elb, ecs, scaling = aws.client("elbv2"), aws.client("ecs"), aws.client("application-autoscaling")
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        yield (
            "load balancer",
            f"{balancer['DNSName']}, {balancer['Scheme']}, {len(balancer['AvailabilityZones'])} zones",
        )
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            (action,) = listener["DefaultActions"]
            yield (
                "listener",
                f"{listener['Protocol']} {listener['Port']}: {action['Type']} {listener.get('SslPolicy', '')}",
            )
    for group in elb.describe_target_groups()["TargetGroups"]:
        yield "target group", f"{group['TargetType']}, port {group['Port']}, checks {group['HealthCheckPath']}"
    for cluster in ecs.list_clusters()["clusterArns"]:
        services = ecs.list_services(cluster=cluster)["serviceArns"]
        for service in ecs.describe_services(cluster=cluster, services=services)["services"] if services else ():
            task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
            size = f"{task['cpu']} CPU units, {task['memory']} MiB, {task['runtimePlatform']['cpuArchitecture']}"
            yield "ECS service", f"{service['serviceName']}: {service['desiredCount']} tasks of {size}"
            (container,) = task["containerDefinitions"]
            yield "image", container["image"]
            for secret in container.get("secrets", []):
                yield "secret", f"{secret['name']} <- {secret['valueFrom'].partition(':secret:')[2]}"
    for target in scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]:
        yield "scalable target", f"{target['ResourceId']}: {target['MinCapacity']} to {target['MaxCapacity']} tasks"
    for policy in scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]:
        tracking = policy["TargetTrackingScalingPolicyConfiguration"]
        metric = tracking["PredefinedMetricSpecification"]["PredefinedMetricType"]
        yield "scaling policy", f"{policy['PolicyName']}: {metric} at {tracking['TargetValue']:g} percent"
    for certificate in aws.client("acm").list_certificates()["CertificateSummaryList"]:
        detail = aws.client("acm").describe_certificate(CertificateArn=certificate["CertificateArn"])["Certificate"]
        yield "certificate", f"{certificate['DomainName']}, {detail['Status']}"
    route53 = aws.client("route53")
    for zone in route53.list_hosted_zones()["HostedZones"]:
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            if record["Type"] == "A":
                yield "DNS record", f"{record['Name']} -> {record['AliasTarget']['DNSName']}"
    for group in aws.client("logs").describe_log_groups()["logGroups"]:
        yield "log group", f"{group['logGroupName']}, kept {group.get('retentionInDays', 'forever')} days"
    for database in aws.client("rds").describe_db_instances()["DBInstances"]:
        zones = "two zones" if database["MultiAZ"] else "one zone"
        yield "database", f"{database['Engine']} {database['EngineVersion']}, {database['DBInstanceClass']}, {zones}"
    for role in aws.client("iam").list_roles()["Roles"]:
        policies = aws.client("iam").list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        yield "role", f"{role['RoleName']}: {', '.join(policies) or 'no rights'}"


def title(text: str) -> None:
    """A heading."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
