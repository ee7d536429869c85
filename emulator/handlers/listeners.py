"""Listeners and their rules: weighted forwards, tags, certificates and references."""

from typing import Any
from xml.sax.saxutils import escape

from .api import request
from .load_balancers import refuse
from .ministack_modules import service
from .resource_types import Props, extend, without


def install() -> None:
    """Correct both types, and show forwards as the API does."""
    alb = service("alb")
    extend(
        "AWS::ElasticLoadBalancingV2::Listener",
        check=_check_listener,
        amend=_amend_listener,
        after_delete=_relate,
    )
    extend(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        check=_check_rule,
        amend=_amend_rule,
        after_delete=_relate,
    )
    show = alb._action_xml

    def shown(action: dict[str, Any]) -> str:
        text: str = show(action)
        if action["Type"] != "forward":
            return text
        return text.removesuffix("</member>") + _forward_xml(action) + "</member>"

    alb._action_xml = shown


def _check_listener(props: Props) -> None:
    request("elbv2", "CreateListener", without(props, "Tags", "ListenerAttributes"))
    alb, acm = service("alb"), service("acm")
    balancer = alb._lbs.get(props["LoadBalancerArn"])
    if balancer is None:
        arn = props["LoadBalancerArn"]
        raise refuse("CreateListener", "LoadBalancerNotFound", f"Load balancer '{arn}' not found")
    secure = props.get("Protocol") in ("HTTPS", "TLS")
    certificates = [item.get("CertificateArn", "") for item in props.get("Certificates") or []]
    if secure and not certificates:
        message = "A certificate must be specified for HTTPS listeners"
        raise refuse("CreateListener", "ValidationError", message)
    if not secure and (certificates or props.get("SslPolicy")):
        message = "Certificates and SslPolicy go with HTTPS listeners only"
        raise refuse("CreateListener", "InvalidConfigurationRequest", message)
    for arn in certificates:
        if acm._certificates.get(arn, {}).get("Status") != "ISSUED":
            raise refuse("CreateListener", "CertificateNotFound", f"Certificate '{arn}' not found")
    policy = props.get("SslPolicy", "ELBSecurityPolicy-")
    if not policy.startswith("ELBSecurityPolicy-"):
        raise refuse("CreateListener", "SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    _check_actions("CreateListener", props["DefaultActions"], balancer["VpcId"])


def _check_rule(props: Props) -> None:
    request("elbv2", "CreateRule", without(props, "Tags"))
    alb = service("alb")
    listener = alb._listeners.get(props.get("ListenerArn", ""))
    if listener is None:
        arn = props.get("ListenerArn")
        raise refuse("CreateRule", "ListenerNotFound", f"Listener '{arn}' not found")
    _check_actions("CreateRule", props["Actions"], alb._lbs[listener["LoadBalancerArn"]]["VpcId"])


def _check_actions(operation: str, actions: list[Props], vpc: str) -> None:
    for action in actions:
        for arn, _ in forwarded(action):
            group = service("alb")._tgs.get(arn)
            if group is None:
                raise refuse(operation, "TargetGroupNotFound", f"Target group '{arn}' not found")
            if group["VpcId"] != vpc:
                message = f"The target group '{arn}' is not in the load balancer's VPC {vpc}"
                raise refuse(operation, "InvalidConfigurationRequest", message)


def forwarded(action: Props) -> list[tuple[str, int]]:
    """The target groups that an action forwards to, with their weights."""
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    if not groups and action.get("TargetGroupArn"):
        return [(action["TargetGroupArn"], 1)]
    return [(item["TargetGroupArn"], int(item.get("Weight", 1))) for item in groups]


def _amend_listener(arn: str, props: Props, _attributes: dict[str, Any]) -> None:
    alb = service("alb")
    _check_port(arn)
    stored = alb._listeners[arn]["DefaultActions"]
    _keep_forwards(stored, props["DefaultActions"])
    for rule in alb._rules.values():
        if rule["ListenerArn"] == arn and rule["IsDefault"]:
            rule["Actions"] = stored
    declared = {item["Key"]: str(item["Value"]) for item in props.get("ListenerAttributes") or []}
    known = {item["Key"]: item["Value"] for item in alb._listener_attrs.get(arn, [])}
    alb._listener_attrs[arn] = [{"Key": key, "Value": value} for key, value in (known | declared).items()]
    _relate()


def _check_port(arn: str) -> None:
    """Refuse a second listener on a port.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
    """
    listeners = service("alb")._listeners
    own = listeners[arn]
    for other_arn, other in listeners.items():
        same_balancer = other["LoadBalancerArn"] == own["LoadBalancerArn"] and other_arn != arn
        if same_balancer and int(other["Port"]) == int(own["Port"]):
            raise refuse("CreateListener", "DuplicateListener", "A listener already exists on this port")


def _amend_rule(arn: str, props: Props, attributes: dict[str, Any]) -> None:
    alb = service("alb")
    for other_arn, other in alb._rules.items():
        same_listener = other["ListenerArn"] == props["ListenerArn"] and other_arn != arn
        if same_listener and other["Priority"] == str(props["Priority"]):
            del alb._rules[arn]
            raise refuse("CreateRule", "PriorityInUse", f"Priority '{props['Priority']}' is currently in use")
    _keep_forwards(alb._rules[arn]["Actions"], props["Actions"])
    alb._tags[arn] = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in props.get("Tags", [])]
    attributes["IsDefault"] = False
    _relate()


def _keep_forwards(stored: list[Props], declared: list[Props]) -> None:
    """Keep all target groups with their weights; ministack keeps only the first."""
    for kept, action in zip(stored, declared, strict=True):
        groups = forwarded(action)
        if groups:
            sticky = (action.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}
            kept["ForwardConfig"] = {
                "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups],
                "TargetGroupStickinessConfig": sticky or {"Enabled": False},
            }
            # The API has the group outside the forward only if there is just one.
            if len(groups) > 1:
                kept.pop("TargetGroupArn", None)


def _relate() -> None:
    """Target groups know the load balancers whose listeners or rules forward to them."""
    alb = service("alb")
    for group in alb._tgs.values():
        group["LoadBalancerArns"] = []
    for rule in alb._rules.values():
        balancer = alb._listeners.get(rule["ListenerArn"], {}).get("LoadBalancerArn")
        for action in rule["Actions"]:
            for arn, _ in forwarded(action):
                known = alb._tgs.get(arn, {}).get("LoadBalancerArns", [])
                if balancer and balancer not in known:
                    known.append(balancer)


def _forward_xml(action: Props) -> str:
    groups = "".join(
        f"<member><TargetGroupArn>{escape(arn)}</TargetGroupArn><Weight>{weight}</Weight></member>"
        for arn, weight in forwarded(action)
    )
    sticky = (action.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {"Enabled": False}
    duration = f"<DurationSeconds>{sticky['DurationSeconds']}</DurationSeconds>" if len(sticky) > 1 else ""
    return (
        f"<ForwardConfig><TargetGroups>{groups}</TargetGroups><TargetGroupStickinessConfig>"
        f"<Enabled>{str(sticky['Enabled']).lower()}</Enabled>{duration}"
        "</TargetGroupStickinessConfig></ForwardConfig>"
    )
