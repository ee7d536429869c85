"""Decisions about AWS WAF in front of the load balancer."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.blueprint.names import Naming
from blogstack.config import Config

# Requests of one address in five minutes, AWS WAF's usual window: nearly seven a second all the time is more than a
# person makes, and stops one machine from exhausting the tasks. Many people behind one address may need more.
_RATE_LIMIT = 2000
_RATE_WINDOW = 300
# Rule groups that AWS keeps up to date, in the order in which they are asked: AWS WAF developer guide, "AWS Managed
# Rules rule groups list". With the rate limit they take 927 of the 1,500 capacity units at a web ACL's base price.
_RULE_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
)
# Rules of a group that only count, because they would block what the service is for: the common rules refuse every
# body above 8 KiB. AWS WAF then inspects its first 8 KiB, which is all that a load balancer shows it.
_COUNTED = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}


class RuleGroup(NamedTuple):
    """One of AWS's rule groups, and those of its rules that count instead of blocking."""

    name: str
    counted: tuple[str, ...]


class Firewall(NamedTuple):
    """A web ACL.

    Attributes:
        metric: By which CloudWatch tells the web ACLs of a region apart.
        rate_limit: Requests that one address may make in a window.
        rate_window: In seconds.
        log_group: Name of the log group for what is blocked; AWS WAF takes only names that begin as this one does.
        log_retention: In days.
        kms_key: Of that log group; "" for AWS's own.
    """

    metric: str
    rate_limit: int
    rate_window: int
    rule_groups: tuple[RuleGroup, ...]
    log_group: str
    log_retention: int
    kms_key: str


def resolve_firewall(config: Config, names: Naming) -> Firewall | None:
    """The web ACL; None without one."""
    if not config.load_balancer.waf:
        return None
    groups = tuple(RuleGroup(name, _COUNTED.get(name, ())) for name in _RULE_GROUPS)
    logs, days = f"aws-waf-logs-{names.service}", config.logs.retention
    return Firewall(names.service, _RATE_LIMIT, _RATE_WINDOW, groups, logs, days, config.kms_key or "")
