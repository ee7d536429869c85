"""Edits that take an export away, on an emulated CloudFormation that refuses those in use."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from blogstack.diff.compare import compare
from blogstack.diff.reports.words import refused_exports
from blogstack.diff.snapshots import regions_of, snapshot_of
from blogstack.pipeline import compile_text
from emulator import Emulator
from emulator.process import EmulatorError
from tests.support.deploying import deploy_all

EDITS = {
    "tasks-to-public-subnets": ("", "network: {create: {egress: public_ip}}\n", ["edit-service"]),
    "a-zone-less": ("network: {create: {availability_zones: 3}}\n", "", ["edit-edge", "edit-service"]),
    "tasks-to-private-subnets": ("network: {create: {egress: public_ip}}\n", "", []),
    "no-database": ("database: {multi_az: false}\n", "", []),
}
"""What is before and after, and the stacks that have to be deployed before the network."""


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_deploys_or_says_its_two_steps(emulator: Emulator, edit: str) -> None:
    old, new, first = EDITS[edit]
    before, after = (compile_text("x.yaml", f"name: edit\nregion: us-east-1\n{text}".encode()) for text in (old, new))
    comparison = compare(snapshot_of(before), snapshot_of(after), regions_of(after))
    said = refused_exports(comparison)
    assert said == [f"first deploy {stack}, which no longer imports it, then deploy edit-network" for stack in first]
    emulator.reset()
    deploy_all(emulator, before)
    if first:
        with pytest.raises(EmulatorError, match="as it is in use by"):
            deploy_all(emulator, after, "v2")
        with TemporaryDirectory() as folder:
            for template in after.templates:
                if template.stack_name in first:
                    path = Path(folder) / f"{template.stack_name}.yaml"
                    path.write_text(template.text)
                    parameters = {"ImageTag": "v2"} if "ImageTag:" in template.text else {"CreationComplete": "true"}
                    emulator.deploy(path, template.stack_name, parameters)
    deploy_all(emulator, after, "v2")
