"""Valid overrides: changes to resources that are there."""

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
    kept = {"DeletionPolicy": st.just("Retain"), "UpdateReplacePolicy": st.just("Retain")}
    changes: dict[str, dict[str, dict[str, st.SearchStrategy[Any]]]] = {
        "registry": {"Repository": {"Properties": optional({}, {"Tags": removed})}},
        "network": {"Vpc": {"Metadata": st.just({"owner": "x"}), "DependsOn": st.just([]), **kept}},
        "database": {"Database": {"Properties": st.just({"PreferredBackupWindow": "18:00-19:00"})}},
        "cache": {"Cache": {"Properties": st.just({"SnapshotWindow": "18:00-19:00"}), **kept}},
        "queues": {"MailsQueue": {"Properties": st.just({"DelaySeconds": 10}), **kept}},
        "buckets": {"MediaBucket": {"Metadata": st.just({"owner": "x"}), **kept}},
        "tasks": {"TaskRole": {"Properties": tagged}, "LogGroup": kept},
        "edge": {"LoadBalancer": {"Metadata": st.dictionaries(TEXTS.filter(bool), anything), **kept}},
        "service": {"Service": {"Properties": count}, "TargetGroup": {"DependsOn": st.just(["TaskDefinition"])}},
    }
    return optional(
        {}, {stack: optional({}, {name: optional({}, own) for name, own in changes[stack].items()}) for stack in stacks}
    )
