"""What the load balancer's checks find, once the images' answers are known."""

from pathlib import Path

import pytest

from emulator import Emulator, EmulatorError

from .conftest import SAMPLE, ZONE

PATH = "HealthCheckPath: /health"


def _deploy(aws: Emulator, folder: Path, *edits: tuple[str, str]) -> None:
    text = (SAMPLE / "service.yaml").read_text()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    (folder / "service.yaml").write_text(text)
    aws.deploy(folder / "service.yaml", "sample-service", {"ImageTag": "v1", "HostedZoneId": ZONE})


def _health(aws: Emulator) -> list[dict[str, str]]:
    group = aws.resources("sample-service")["TargetGroup"]
    targets = aws.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return [target["TargetHealth"] for target in targets]


def _events(aws: Emulator) -> list[str]:
    answer = aws.client("ecs").describe_services(cluster="sample", services=["sample"])
    return [event["message"] for event in answer["services"][0]["events"]]


def test_a_path_that_the_image_does_not_answer(deployed: Emulator, tmp_path: Path) -> None:
    """A change in place of the target group succeeds; its targets become unhealthy, and healthy when it is undone."""
    assert _health(deployed) == [{"State": "healthy"}] * 2
    deployed.add_existing(answers={"/health": 200})
    assert _health(deployed) == [{"State": "healthy"}] * 2
    _deploy(deployed, tmp_path, (PATH, "HealthCheckPath: /healthz"))
    reason = "Health checks failed with these codes: [404]"
    unhealthy = {"State": "unhealthy", "Reason": "Target.ResponseCodeMismatch", "Description": reason}
    assert _health(deployed) == [unhealthy] * 2
    event = _events(deployed)[0]
    assert event.startswith("(service sample) (port 8000) is unhealthy in (target-group arn:aws:elasticloadbalancing:")
    assert event.endswith(f" due to (reason {reason}).")
    assert _events(deployed).count(event) == 1
    _deploy(deployed, tmp_path)
    assert _health(deployed) == [{"State": "healthy"}] * 2
    assert _events(deployed)[0] == "(service sample) has reached a steady state."


def test_a_new_version_that_is_never_healthy(deployed: Emulator, tmp_path: Path) -> None:
    """The circuit breaker gives it up, and the stack is rolled back."""
    deployed.add_existing(answers={"/health": 503})
    with pytest.raises(EmulatorError, match="Circuit Breaker was triggered"):
        _deploy(deployed, tmp_path, ("StopTimeout: 30", "StopTimeout: 40"))


def test_a_new_version_whose_path_is_wrong(deployed: Emulator, tmp_path: Path) -> None:
    """After the rollback the targets are healthy; ECS's events still say what was wrong, before the steady state."""
    deployed.add_existing(answers={"/health": 200})
    with pytest.raises(EmulatorError, match="Circuit Breaker was triggered"):
        _deploy(deployed, tmp_path, (PATH, "HealthCheckPath: /helth"), ("StopTimeout: 30", "StopTimeout: 40"))
    assert _health(deployed) == [{"State": "healthy"}] * 2
    newest, before = _events(deployed)[:2]
    assert newest == "(service sample) has reached a steady state."
    assert before.endswith(" due to (reason Health checks failed with these codes: [404]).")


def test_another_status_that_the_check_takes(deployed: Emulator, tmp_path: Path) -> None:
    deployed.add_existing(answers={"/health": 404})
    _deploy(deployed, tmp_path, ('HttpCode: "200"', 'HttpCode: "200-299,404"'))
    assert _health(deployed) == [{"State": "healthy"}] * 2
