"""The message about an account's quotas after `compile`."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogstack.deploy.quotas import quota_notes
from blogstack.pipeline import compile_text
from tests.support.console import Run

HEAD = "name: blog-api\nregion: us-east-1\n"


def needed(text: str) -> str:
    return "\n".join(quota_notes(compile_text("blogstack.yaml", (HEAD + text).encode()).blueprints))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # 10 tasks of half a vCPU, and as many again.
        ("", "up to 10 Fargate vCPUs (default 6) in us-east-1;"),
        ("scaling: {min: 1, max: 6}\n", ""),  # 3 and 3
        ("scaling: {min: 1, max: 7}\n", "up to 7 Fargate vCPUs"),
        ("scaling: {min: 1, max: 7}\ndeployment: {maximum_percent: 150}\n", ""),
        ("scaling: {min: 8, max: 8}\ndeployment: {strategy: blue_green}\n", "up to 8 Fargate vCPUs"),
        # 2 on demand and half of the other 18; the same on deployment.
        ("scaling: {min: 2, max: 20, spot: 50}\n", "up to 11 Fargate vCPUs (default 6) and 9 Fargate Spot vCPUs"),
        # 3 at most and 3; a worker with 4 tasks, of which a deployment starts fewer; a job.
        (
            (
                "scaling: {min: 1, max: 6}\nworkers: {mailer: {command: [mail], scaling: {min: 1, max: 4}}}\n"
                "jobs: {cleanup: {command: [clean]}}\n"
            ),
            "up to 8.5 Fargate vCPUs",
        ),
        (
            (
                "scaling: {min: 1, max: 1}\nnetwork: {create: {availability_zones: 3, egress: nat_per_az}}\n"
                "environments: {a: {}, b: {}, c: {}, d: {}, e: {}}\n"
            ),
            "up to 6 VPCs (default 5) and 15 Elastic IPs (default 5) in us-east-1;",
        ),
    ],
)
def test_what_exceeds_the_defaults(text: str, said: str) -> None:
    assert said in needed(text) if said else needed(text) == ""


def test_compile_says_it_once(run: Run) -> None:
    """With the templates that need them, and not for an unchanged file."""
    Path("blogstack.yaml").write_text(HEAD)
    assert run("compile", "--no-lint").stderr.count("quotas: ") == 1
    assert "quotas: " not in run("compile", "--no-lint").stderr
