"""Every template of the accept cases passes a second validator, AWS's cloudformation-validate (decision 75)."""

from __future__ import annotations

import pytest

from tests.cases import EACH, compiled
from tests.support.second_judge import ACCOUNT, LITERAL, judge

DIFFERENCES = {"awkward-texts": {LITERAL}, "sidecars": {LITERAL}, "customer-key": {ACCOUNT}, "everything": {ACCOUNT}}
"""What it finds and cfn-lint does not."""


@pytest.mark.parametrize("case", EACH)
def test_two_judges_agree(case: str) -> None:
    """Errors and warnings; what is only information, such as create-only properties, is left out."""
    found = {rule for template in compiled(case).templates for rule in judge(template.text)}
    assert found == DIFFERENCES.get(case.partition("@")[0], set())


def test_it_sees_a_fault() -> None:
    """A misspelt property, so that an empty result means something."""
    text = '{"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDay": 3}}}}'
    assert judge(text) == {"F3002"}
