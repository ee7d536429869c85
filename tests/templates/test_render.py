"""The output of the YAML writer is read back with PyYAML and the AWS CLI's own parser."""

from __future__ import annotations

from typing import Any

import pytest
from awscli.customizations.cloudformation.yamlhelper import yaml_parse
from hypothesis import given
from hypothesis import strategies as st

from blogstack.templates.render import scalar, to_yaml
from tests.cases import EACH, compiled
from tests.support.templates import read, trees

# YAML cannot hold surrogates, and a template never does: the user's file is UTF-8.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WORDS = st.sampled_from(["no", "ON", "~", "null", "1", "0x1f", "1e3", "1_0", "22:22", ".5", "=", "<<", "- a", "a: b"])
ODD = st.sampled_from(
    ["a #b", "#a", "a:", ": a", "%a", "@a", "`a", "'a", '"a', "a\n", "\na", " a", "a ", "a\tb", "${A}", "é", "👋"]
)
LEAVES = TEXTS | WORDS | ODD | st.integers() | st.booleans()
KEYS = st.text("abcXYZ019_-.:/ ", min_size=1, max_size=12) | WORDS | ODD


def functions(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """CloudFormation's functions around some values."""
    return st.one_of(
        st.builds(lambda name: {"Ref": name}, st.sampled_from(["Vpc", "AWS::Region"])),
        st.builds(lambda name: {"Fn::GetAtt": [name, "Arn"]}, st.sampled_from(["Role", "LogGroup"])),
        st.builds(lambda text: {"Fn::Sub": text}, TEXTS | ODD),
        st.builds(lambda text: {"Fn::ImportValue": text}, st.just("blog-api-network:VpcId")),
        st.builds(lambda n: {"Fn::Select": [n, {"Fn::GetAZs": ""}]}, st.integers(0, 2)),
        st.builds(lambda value: {"Fn::Sub": ["${A}", {"A": value}]}, values),
        st.builds(lambda items: {"Fn::Join": [",", items]}, st.lists(values, max_size=3)),
    )


VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4) | functions(inner),
    max_leaves=20,
)


@given(
    st.dictionaries(st.sampled_from(["Resources", "Outputs", "Parameters"]), st.dictionaries(KEYS, VALUES, max_size=3))
)
def test_what_is_written_is_read_back(tree: dict[str, Any]) -> None:
    tree = {"Description": "d", **{key: value for key, value in tree.items() if value}}
    assert read(to_yaml(tree)) == tree


@given(TEXTS | WORDS | ODD)
def test_every_text_stays_a_text(text: str) -> None:
    assert read(f"a: {scalar(text)}\n") == {"a": text}


@pytest.mark.parametrize("name", EACH)
def test_the_aws_cli_reads_the_same(name: str) -> None:
    """Its parser is another one than ours in the tests."""
    for template, tree in zip(compiled(name).templates, trees(name).values(), strict=True):
        assert yaml_parse(template.text) == tree


def test_a_person_could_have_written_it() -> None:
    """Short functions, one blank line between resources, words without quotes."""
    tree = {
        "Resources": {
            "A": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": True}},
            "B": {
                "Type": "AWS::EC2::Subnet",
                "Properties": {"VpcId": {"Ref": "A"}, "Tags": [{"Key": "a", "Value": "on"}]},
            },
        }
    }
    assert to_yaml(tree) == (
        "Resources:\n"
        "  A:\n"
        "    Type: AWS::EC2::VPC\n"
        "    Properties:\n"
        '      CidrBlock: "10.0.0.0/16"\n'
        "      EnableDnsSupport: true\n"
        "\n"
        "  B:\n"
        "    Type: AWS::EC2::Subnet\n"
        "    Properties:\n"
        "      VpcId: !Ref A\n"
        "      Tags:\n"
        "        - Key: a\n"
        '          Value: "on"\n'
    )
