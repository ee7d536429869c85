"""Decisions about AWS WAF in front of the load balancer."""

from __future__ import annotations

from blogstack.blueprint.names import Naming
from blogstack.config import Config
from blogstack.records import Record

# Requests of one address in five minutes, AWS WAF's usual window: nearly seven per second without a pause is more than
# a person makes, and too few for one machine to exhaust the tasks. Many people behind one address may need more.
_RATE_LIMIT = 2000
_RATE_WINDOW = 300
# Rule groups that AWS keeps up to date, in the order of evaluation:
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
# With the rate limit they take 927 of the 1,500 capacity units that a web ACL's base price includes.
_RULE_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
)
# Rules of a group that only count, because they would block normal use of the service: the common rules refuse every
# body above 8 KiB. AWS WAF then inspects the first 8 KiB, which is all that a load balancer passes to it.
_COUNTED = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}


class RuleGroup(Record):
    """One of AWS's rule groups, and those of its rules that count instead of blocking."""

    name: str
    counted: tuple[str, ...]


class Firewall(Record, kw_only=True):
    """A web ACL.

    Attributes:
        metric: Name of its metrics; it differs from those of the region's other web ACLs.
        rate_limit: Requests that one address may make in a window.
        rate_window: In seconds.
        log_group: Name of the log group for blocked requests; AWS WAF accepts only names with this prefix.
        log_retention: In days.
        kms_key: ARN of the key for that log group; None for AWS's own.
    """

    metric: str
    rate_limit: int
    rate_window: int
    rule_groups: tuple[RuleGroup, ...]
    log_group: str
    log_retention: int
    kms_key: str | None


def resolve_firewall(config: Config, naming: Naming) -> Firewall | None:
    """The web ACL; None without one."""
    if not config.load_balancer.waf:
        return None
    return Firewall(
        metric=naming.application,
        rate_limit=_RATE_LIMIT,
        rate_window=_RATE_WINDOW,
        rule_groups=tuple(RuleGroup(name, _COUNTED.get(name, ())) for name in _RULE_GROUPS),
        log_group=f"aws-waf-logs-{naming.application}",
        log_retention=config.logs.retention,
        kms_key=config.kms_key,
    )
