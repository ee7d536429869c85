"""Valid overrides: changes to existing resources."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.strategies.parts import TEXTS, Data, nested, optional


def overrides(removed: st.SearchStrategy[Any], stacks: tuple[str, ...]) -> st.SearchStrategy[Data]:
    """Changes to resources that every configuration has; some properties become what `removed` gives."""
    anything = nested(
        TEXTS | st.integers(-(10**9), 10**9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(bool), inner, max_size=3),
    )
    tagged = optional({}, {"Tags": removed, "Description": st.just({"Fn::Sub": "${AWS::StackName}"}) | st.just("a b")})
    count = st.fixed_dictionaries({"DeploymentConfiguration": optional({}, {"MaximumPercent": st.just(200)})})
    changes: dict[str, dict[str, st.SearchStrategy[Data]]] = {
        "registry": {"Repository": optional({}, {"Properties": optional({}, {"Tags": removed})})},
        "network": {"Vpc": kept({"Metadata": st.just({"owner": "x"}), "DependsOn": st.just([])})},
        "database": {"Database": optional({}, {"Properties": st.just({"PreferredBackupWindow": "18:00-19:00"})})},
        "cache": {"Cache": kept({"Properties": st.just({"SnapshotWindow": "18:00-19:00"})})},
        "queues": {"MailsQueue": kept({"Properties": st.just({"DelaySeconds": 10})})},
        "buckets": {"MediaBucket": kept({"Metadata": st.just({"owner": "x"})})},
        "tasks": {"TaskRole": optional({}, {"Properties": tagged}), "LogGroup": kept({})},
        "edge": {"LoadBalancer": kept({"Metadata": st.dictionaries(TEXTS.filter(bool), anything)})},
        "service": {
            "Service": optional({}, {"Properties": count}),
            "TargetGroup": optional({}, {"DependsOn": st.just(["TaskDefinition"])}),
        },
    }
    return optional({}, {stack: optional({}, changes[stack]) for stack in stacks})


def of_task_definition() -> st.SearchStrategy[Data]:
    """Changes to the stack of a worker or job."""
    retained = {"Metadata": st.just({"owner": "x"}), "Properties": st.just({"Family": "x"}), "DependsOn": st.none()}
    return st.fixed_dictionaries({"TaskDefinition": kept(retained)})


def kept(others: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Data]:
    """Changes to a resource, and both policies that keep it or neither: cfn-lint (W3011) takes no single one."""
    policies = st.sampled_from([{}, {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}])
    return st.builds(lambda own, policy: {**own, **policy}, optional({}, others), policies)
