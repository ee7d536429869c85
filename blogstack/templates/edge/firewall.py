"""AWS WAF in front of the load balancer: a web ACL, and a log of what it blocks."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, wafv2

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.edge.firewall import Firewall, RuleGroup
from blogstack.templates.stack import Stack, make_log_group, make_tags

_ORIGIN = ("load_balancer", "waf")
# Headers that the log must not contain: whoever reads them could act as the user.
_REDACTED_HEADERS = ("authorization", "cookie")


def add_web_acl(stack: Stack, firewall: Firewall, tags: Mapping[str, str], balancer: AWSObject) -> None:
    """Add the web ACL in front of the load balancer, and its log."""
    managed = [_managed(priority, group) for priority, group in enumerate(firewall.rule_groups, start=1)]
    acl = wafv2.WebACL(
        ids.WEB_ACL,
        Scope="REGIONAL",
        DefaultAction=wafv2.DefaultAction(Allow=wafv2.AllowAction()),
        Rules=[_rate_limit(0, firewall), *managed],
        VisibilityConfig=_visible(firewall.metric),
        Tags=make_tags(tags),
    )
    stack.add(acl, *_ORIGIN)
    association = wafv2.WebACLAssociation(
        ids.WEB_ACL_ASSOCIATION,
        ResourceArn=Ref(balancer),
        WebACLArn=GetAtt(acl, "Arn"),
        # Right after its creation a web ACL may be refused: https://github.com/hashicorp/terraform-provider-aws/issues/29080
        DependsOn=ids.WEB_ACL_LOGGING,
    )
    stack.add(association, *_ORIGIN)
    group = make_log_group(
        ids.WEB_ACL_LOG_GROUP,
        firewall.log_group,
        retention=firewall.log_retention,
        kms_key=firewall.kms_key,
        tags=tags,
    )
    stack.add(group, *_ORIGIN)
    logging = wafv2.LoggingConfiguration(
        ids.WEB_ACL_LOGGING,
        ResourceArn=GetAtt(acl, "Arn"),
        # Not GetAtt: the Arn of a log group ends in `:*`, and AWS WAF expects one without it.
        LogDestinationConfigs=[
            Sub(f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{group.title}}}")
        ],
        LoggingFilter=wafv2.LoggingFilter(
            DefaultBehavior="DROP",
            Filters=[
                wafv2.Filter(
                    Behavior="KEEP",
                    Requirement="MEETS_ANY",
                    Conditions=[wafv2.Condition(ActionCondition=wafv2.ActionCondition(Action="BLOCK"))],
                )
            ],
        ),
        RedactedFields=[
            wafv2.LoggingConfigurationFieldToMatch(SingleHeader=wafv2.SingleHeader(Name=header))
            for header in _REDACTED_HEADERS
        ],
    )
    stack.add(logging, *_ORIGIN)


def _rate_limit(priority: int, firewall: Firewall) -> wafv2.WebACLRule:
    statement = wafv2.RateBasedStatement(
        Limit=firewall.rate_limit, EvaluationWindowSec=firewall.rate_window, AggregateKeyType="IP"
    )
    too_many = wafv2.BlockAction(CustomResponse=wafv2.CustomResponse(ResponseCode=429))
    return wafv2.WebACLRule(
        Name="RateLimit",
        Priority=priority,
        Statement=wafv2.Statement(RateBasedStatement=statement),
        Action=wafv2.RuleAction(Block=too_many),
        VisibilityConfig=_visible("RateLimit"),
    )


def _managed(priority: int, group: RuleGroup) -> wafv2.WebACLRule:
    statement = wafv2.ManagedRuleGroupStatement(VendorName="AWS", Name=group.name)
    if group.counted:
        statement.RuleActionOverrides = [
            wafv2.RuleActionOverride(Name=rule, ActionToUse=wafv2.RuleAction(Count=wafv2.CountAction()))
            for rule in group.counted
        ]
    return wafv2.WebACLRule(
        Name=group.name,
        Priority=priority,
        Statement=wafv2.Statement(ManagedRuleGroupStatement=statement),
        OverrideAction=wafv2.OverrideAction(**{"None": {}}),
        VisibilityConfig=_visible(group.name),
    )


def _visible(metric: str) -> wafv2.VisibilityConfig:
    """Metrics, but no samples: they contain complete headers, which cannot be redacted."""
    return wafv2.VisibilityConfig(CloudWatchMetricsEnabled=True, SampledRequestsEnabled=False, MetricName=metric)
