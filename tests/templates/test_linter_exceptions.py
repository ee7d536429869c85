"""The checks of cfn-lint that templates ignore: on the database and on a job's state machine (decision 106)."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.api import lint

from tests.cases import EACH, compiled
from tests.support.templates import trees


def ignored(resource: dict[str, Any]) -> list[str]:
    return resource.get("Metadata", {}).get("cfn-lint", {}).get("config", {}).get("ignore_checks", [])  # type: ignore[no-any-return]


def test_only_what_cfn_lint_does_not_know() -> None:
    found = {
        (logical_id, check)
        for case in EACH
        for tree in trees(case).values()
        for logical_id, body in tree["Resources"].items()
        for check in ignored(body)
    }
    assert found == {("Database", "W3691"), ("StateMachine", "W1031")}


@pytest.mark.slow
def test_cfn_lint_still_finds_a_major_version_deprecated() -> None:
    """Fails when the exception is no longer needed."""
    (text,) = (each.text for each in compiled("database").templates if each.stack_name.endswith("-database"))
    matches = lint(text.replace("W3691", "W0000"), regions=["eu-west-1"])
    assert [match.rule.id for match in matches if match.rule.id[0] in "EW"] == ["W3691"]


@pytest.mark.slow
def test_cfn_lint_still_finds_an_integration_of_another_partition_wrong() -> None:
    """Fails when the exception is no longer needed."""
    (text,) = (each.text for each in compiled("china").templates if each.stack_name.endswith("-nightly"))
    matches = lint(text.replace("W1031", "W0000"), regions=["cn-northwest-1"])
    assert [match.rule.id for match in matches if match.rule.id[0] in "EW"] == ["W1031"]
