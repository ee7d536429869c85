"""Edits that remove an export, on an emulated CloudFormation that refuses those in use.

tests/diff/test_exports.py has every pair of accept cases, without deployments.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from blogstack.diff.compare import compare
from blogstack.diff.reports.words import refused_exports
from blogstack.diff.snapshots import regions_of, snapshot_of
from blogstack.pipeline import Compilation, compile_text
from emulator import Emulator
from emulator.process import EmulatorError
from tests.support.deploying import deploy_all

SECRET = "service: {secrets: {%s: generate}}\n"
WORKER = "workers: {mailer: {command: [mail], secrets: {MAIL_KEY: generate}}}\n"
EDITS = {
    "tasks-to-public-subnets": ("", "network: {create: {egress: public_ip}}\n", "deploy edit-service"),
    "a-zone-less": ("network: {create: {availability_zones: 3}}\n", "", "deploy edit-edge and edit-service"),
    "tasks-to-private-subnets": ("network: {create: {egress: public_ip}}\n", "", None),
    "no-database": ("database: {multi_az: false}\n", "", None),
    "no-secret": (SECRET % "OLD_KEY", "", "deploy edit-service"),
    "no-worker-with-a-secret": (WORKER, "", "delete edit-mailer"),
    "no-url-of-the-database": (
        "database: {multi_az: false, variables: {url: DATABASE_URL}}\n",
        "database: {multi_az: false}\n",
        "deploy edit-tasks and edit-service",
    ),
}
"""The file before and after, and what has to be done first."""


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_deploys_or_says_its_two_steps(emulator: Emulator, edit: str) -> None:
    old, new, first = EDITS[edit]
    before, after = compiled(old), compiled(new)
    remedies, steps = answer(before, after)
    emulator.reset()
    deploy_all(emulator, before)
    if first is None:
        assert remedies == []
    else:
        (remedy,) = remedies
        assert remedy.startswith(f"first {first}, then deploy edit-")
        with pytest.raises(EmulatorError, match="as it is in use by"):
            deploy_all(emulator, after, "v2")
        take(emulator, after, steps)
    deploy_all(emulator, after, "v2")


def test_a_secret_with_another_name_takes_two_edits(emulator: Emulator) -> None:
    """The service needs the new secret of the tasks before it stops using the old one: first there are both."""
    before, after = compiled(SECRET % "OLD_KEY"), compiled(SECRET % "NEW_KEY")
    both = compiled("service: {secrets: {OLD_KEY: generate, NEW_KEY: generate}}\n")
    remedies, _ = answer(before, after)
    assert [remedy.partition(":")[0] for remedy in remedies] == ["no order of the stacks allows it"]
    emulator.reset()
    deploy_all(emulator, before)
    assert answer(before, both) == ([], [])
    deploy_all(emulator, both, "v2")
    remedies, steps = answer(both, after)
    assert remedies == ["first deploy edit-service, then deploy edit-tasks"]
    take(emulator, after, steps)
    deploy_all(emulator, after, "v2")


def compiled(text: str) -> Compilation:
    return compile_text("x.yaml", f"name: edit\nregion: us-east-1\n{text}".encode())


def answer(before: Compilation, after: Compilation) -> tuple[list[str], list[str]]:
    """The message about the exports in use, and the stacks that it names first."""
    comparison = compare(snapshot_of(before), snapshot_of(after), regions_of(after))
    steps = [step for stack in comparison.stacks for refusal in stack.refusals for step in refusal.steps]
    return refused_exports(comparison), list(dict.fromkeys(steps))


def take(emulator: Emulator, after: Compilation, steps: list[str]) -> None:
    """Deploy stacks, or delete those that are no longer in the templates."""
    texts = {template.stack_name: template.text for template in after.templates}
    with TemporaryDirectory() as folder:
        for stack in steps:
            if stack not in texts:
                emulator.delete(stack)
                continue
            path = Path(folder) / f"{stack}.yaml"
            path.write_text(texts[stack])
            parameters = {"ImageTag": "v2"} if "ImageTag:" in texts[stack] else {}
            emulator.deploy(
                path, stack, {"CreationComplete": "true"} if "CreationComplete:" in texts[stack] else parameters
            )
