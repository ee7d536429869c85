"""`make demo`: the main job on real input, from blogstack.yaml to a deployed service, on an emulated AWS.

Runs the commands that users run. An emulator runs no container: what docker pushes is put into the emulated ECR, and
the requests to the service are answered by a proxy on loopback.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.conftest import ROOT
from tests.support.deploying import give_what_exists
from tests.support.images import make_docker
from tests.support.web import web

FILE = ROOT / "blogstack.yaml"
ENVIRONMENT = "prod"


def main() -> int:
    """Compile, deploy, show; returns the exit status."""
    blogstack = Path(sys.executable).with_name("blogstack")
    title(f"blogstack compile {FILE.name}")
    if status := subprocess.run([blogstack, "compile"], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        return status
    print("templates/out/ is up to date, and cfn-lint has no finding")
    if status := show_difference(blogstack):
        return status
    with Emulator() as aws, TemporaryDirectory() as folder, web(Path(folder), "blog.example.com") as internet:
        give_what_exists(aws, compile_text(FILE.name, FILE.read_bytes(), picked=[ENVIRONMENT]))
        make_docker(Path(folder))
        path = f"{folder}{os.pathsep}{aws.env['PATH']}"
        environment = {**aws.env, **internet.environment, "PATH": path}
        command = ["deploy", "--env", ENVIRONMENT, "--image-tag", "demo", "--yes"]
        for why in ("on an emulated AWS", "a second time"):
            title(f"blogstack {' '.join(command)}, {why}")
            status = subprocess.run([blogstack, *command], cwd=ROOT, env=environment, check=False).returncode
            if status:
                return status
        title("what exists now")
        for what, facts in inventory(aws):
            print(f"{what:<18}{facts}")
    title("stopped; nothing is left running")
    return 0


EDIT = ("database: {}", "database: {name: posts}")
"""One line that looks harmless, and would put an empty database in the place of a full one."""


def show_difference(blogstack: Path) -> int:
    """What `blogstack diff` says of an edit; returns an exit status."""
    title(f"blogstack diff --env {ENVIRONMENT}, after an edit: {EDIT[1]}")
    text = FILE.read_text()
    assert EDIT[0] in text, EDIT
    with TemporaryDirectory() as folder:
        edited = Path(folder) / FILE.name
        edited.write_text(text.replace(*EDIT))
        against = ("--against", str(ROOT / "templates" / "out"))
        command = [str(blogstack), "diff", FILE.name, *against, "--env", ENVIRONMENT, "--fail-on", "replacement"]
        status = subprocess.run(command, cwd=folder, check=False).returncode
    return 0 if status == 1 else 1


def inventory(aws: Emulator) -> Iterator[tuple[str, str]]:
    """What the account holds, as the APIs tell it."""
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
