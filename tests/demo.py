"""`make demo`: the main job on real input, from blogstack.yaml to a deployed service, on an emulated AWS.

Runs what `blogstack compile` prints for users, with the real AWS CLI. Left out is what needs Docker, and what asks the
container, because an emulator runs none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.conftest import ROOT
from tests.support.deploying import give_what_exists

FILE = ROOT / "blogstack.yaml"
ENVIRONMENT = "prod"
LEFT_OUT = """printf '# left out here: %s\\n' "$(basename "$0") $*" >&2"""
STAND_INS = {
    "docker": f"{LEFT_OUT}; cat >/dev/null",
    "curl": LEFT_OUT,
    # A checkout with changes may be shown too.
    "git": 'if [ "$1" = status ]; then exit 0; fi; exec "$REAL_GIT" "$@"',
    "aws": f"""case "$1 $2 $3" in
  "logs tail "*) {LEFT_OUT} ;;
  "ecr describe-images "*) exit 254 ;;
  "ecr get-login-password "*) ;;
  "ecs wait tasks-stopped") {LEFT_OUT} ;;
  "ecs describe-tasks "*) echo 0 ;;
  *) exec "$REAL_AWS" "$@" ;;
esac""",
}
"""What an emulated AWS has no use for: Docker, requests to the container, its logs, and the end of a container; and
that an image does not exist, where ECR answers with an error and the emulator with an empty list."""


def main() -> int:
    """Compile, deploy, show; returns the exit status."""
    blogstack = Path(sys.executable).with_name("blogstack")
    title(f"blogstack compile {FILE.name}")
    if status := subprocess.run([blogstack, "compile"], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        return status
    print("templates/out/ is up to date, and cfn-lint has no finding")
    if status := show_difference(blogstack):
        return status
    title(f"blogstack compile --env {ENVIRONMENT}: of the commands only this environment's")
    command = [str(blogstack), "compile", "--env", ENVIRONMENT]
    compiled = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    with Emulator() as aws:
        give_what_exists(aws, compile_text(FILE.name, FILE.read_bytes(), picked=[ENVIRONMENT]))
        title("those commands, on an emulated AWS")
        with TemporaryDirectory() as folder:
            deployed = subprocess.run(
                ["sh"],
                input=f"PS4='$ '; set -x\n{compiled.stdout}",
                cwd=ROOT,
                env=stand_in(aws.env, Path(folder)),
                text=True,
                check=False,
            )
        if deployed.returncode:
            return deployed.returncode
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


def stand_in(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """An environment in which the stand-ins come before the real commands."""
    path = environment["PATH"]
    for name, script in STAND_INS.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    real = {f"REAL_{name.upper()}": shutil.which(name, path=path) or name for name in ("aws", "git")}
    return {**environment, **real, "PATH": f"{folder}{os.pathsep}{path}"}


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
