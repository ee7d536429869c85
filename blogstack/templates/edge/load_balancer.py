"""The load balancer, its security group and listener; with a domain the certificate, the redirect and the record."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, GetAtt, Parameter, Ref, certificatemanager, ec2, route53
from troposphere import elasticloadbalancingv2 as elb

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint import names
from blogstack.blueprint.edge import Edge, Tls
from blogstack.blueprint.edge.access_logs import AccessLogs
from blogstack.config.route import MAX_VALUES
from blogstack.templates.stack import Stack, attributes, flag, literal, make_tags, no_egress, plain, to_template

_ORIGIN = "load_balancer"


def add_security_group(stack: Stack, edge: Edge) -> AWSObject:
    """Ingress from the allowed CIDR blocks; each workload adds the egress rule to its tasks."""
    return stack.add(
        ec2.SecurityGroup(
            ids.BALANCER_SECURITY_GROUP,
            GroupDescription="Load balancer: requests from the allowed blocks, out to the tasks only",
            VpcId=to_template(edge.vpc),
            SecurityGroupIngress=[
                plain(IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp=cidr, Description="Requests")
                for port in edge.ports
                for cidr in edge.allowed_cidrs
            ],
            SecurityGroupEgress=no_egress(),
            Tags=make_tags(edge.tags, f"{edge.title}-load-balancer"),
        ),
        _ORIGIN,
        "allowed_cidrs",
    )


def add_load_balancer(
    stack: Stack, edge: Edge, security_group: AWSObject, log_bucket: str | AWSHelperFn | None, after: list[str]
) -> AWSObject:
    """The load balancer itself. It has no name: a named one could not be replaced.

    Args:
        stack: The edge stack.
        edge: The decisions.
        security_group: Its security group.
        log_bucket: Name of the bucket for access logs; None for none.
        after: Logical IDs of the resources that must exist before it.
    """
    complete = _creation_complete(stack) if edge.has_late_settings else None
    protection = complete if complete and edge.deletion_protection else flag(edge.deletion_protection)
    logs = complete if complete and isinstance(edge.access_logs, AccessLogs) else flag(log_bucket is not None)
    # Attributes that are off are also set: one that is left out keeps its earlier value.
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
    values = {
        "access_logs.s3.enabled": logs,
        **({"access_logs.s3.bucket": log_bucket} if log_bucket is not None else {}),
        "deletion_protection.enabled": protection,
        **_health_logs(edge, logs, log_bucket),
        "idle_timeout.timeout_seconds": str(edge.idle_timeout),
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http2.enabled": "true",
    }
    return stack.add(
        elb.LoadBalancer(
            ids.LOAD_BALANCER,
            Type="application",
            Scheme="internal" if edge.internal else "internet-facing",
            IpAddressType="ipv4",
            Subnets=[to_template(subnet) for subnet in edge.subnets],
            SecurityGroups=[GetAtt(security_group, "GroupId")],
            LoadBalancerAttributes=attributes(values),
            Tags=make_tags(edge.tags),
            **({"DependsOn": after} if after else {}),
        ),
        _ORIGIN,
    )


def _health_logs(edge: Edge, enabled: str | AWSHelperFn, bucket: str | AWSHelperFn | None) -> dict[str, object]:
    """The logs of why a target is unhealthy, in the bucket of the access logs, whose policy covers them.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html
    """
    if not edge.has_health_logs:
        return {}
    if not isinstance(edge.access_logs, AccessLogs):
        return {"health_check_logs.s3.enabled": "false"}
    return {"health_check_logs.s3.enabled": enabled, "health_check_logs.s3.bucket": bucket}


def _creation_complete(stack: Stack) -> AWSHelperFn:
    """The parameter that turns the late settings on (docs/decisions/0024-edge-stack.md)."""
    parameter = Parameter(
        names.Parameter.CREATION_COMPLETE,
        Type="String",
        Description="false only while the stack is created: leaves out the settings that would block its rollback",
        AllowedValues=["true", "false"],
        Default="true",
    )
    return Ref(stack.parameter(parameter))


def add_listener(stack: Stack, edge: Edge, load_balancer: AWSObject) -> AWSObject:
    """The listener that the workloads' rules belong to; a request that no rule matches gets a 404.

    It is the same resource with and without a domain, and moves from port 80 to 443 in place: so no change of the file
    replaces it, or the rules, whose weights ECS sets.
    """
    not_found = elb.FixedResponseConfig(StatusCode="404", ContentType="text/plain", MessageBody="Not Found\n")
    action = plain(Type="fixed-response", FixedResponseConfig=not_found)
    if edge.tls is None:
        listener = _listener(edge, ids.LISTENER, load_balancer, 80, action)
        return stack.add(listener, _ORIGIN)
    listener = _listener(edge, ids.LISTENER, load_balancer, 443, action)
    listener.Protocol = "HTTPS"
    listener.SslPolicy = edge.tls.policy
    listener.Certificates = [plain(CertificateArn=_certificate(stack, edge, edge.tls))]
    return stack.add(listener, "domain")


def add_domain(stack: Stack, edge: Edge, tls: Tls, load_balancer: AWSObject, listener: AWSObject) -> None:
    """Add the redirects, from HTTP to HTTPS and from other names, and the DNS records."""
    redirect = plain(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    action = plain(Type="redirect", RedirectConfig=redirect)
    http = _listener(edge, ids.REDIRECT_LISTENER, load_balancer, 80, action)
    # For a domain that is added later: port 80 is free only after the other listener has moved to 443.
    http.DependsOn = listener.title
    stack.add(http, "domain")
    if tls.hosted_zone_id:
        _add_records(stack, tls, tls.hosted_zone_id, load_balancer)
    _add_redirects(stack, edge, tls, listener)


def _add_records(stack: Stack, tls: Tls, zone: str, load_balancer: AWSObject) -> None:
    """Add a record for each name."""
    stack.add(_record(ids.DNS_RECORD, tls.domain, zone, load_balancer), "domain", "name")
    for key, more in (("aliases", tls.aliases), ("redirect_from", tls.redirects)):
        for name in more:
            logical_id = ids.ALIAS_RECORD.format(ids.of_domain(name))
            stack.add(_record(logical_id, name, zone, load_balancer), "domain", key)


def _record(logical_id: str, name: str, zone: str, load_balancer: AWSObject) -> route53.RecordSetType:
    return route53.RecordSetType(
        logical_id,
        HostedZoneId=zone,
        Name=name,
        Type="A",
        AliasTarget=route53.AliasTarget(
            DNSName=GetAtt(load_balancer, "DNSName"), HostedZoneId=GetAtt(load_balancer, "CanonicalHostedZoneID")
        ),
    )


def _add_redirects(stack: Stack, edge: Edge, tls: Tls, listener: AWSObject) -> None:
    """Add the rules that redirect other names, before the rules of all workloads; path and query are kept."""
    redirect = plain(Protocol="HTTPS", Port="443", Host=tls.domain, StatusCode="HTTP_301")
    for number, start in enumerate(range(0, len(tls.redirects), MAX_VALUES), start=1):
        hosts = list(tls.redirects[start : start + MAX_VALUES])
        condition = elb.Condition(Field="host-header", HostHeaderConfig=elb.HostHeaderConfig(Values=hosts))
        rule = elb.ListenerRule(
            ids.REDIRECT_RULE.format(number),
            ListenerArn=Ref(listener),
            Priority=number,
            Conditions=[condition],
            Actions=[elb.ListenerRuleAction(Type="redirect", RedirectConfig=redirect)],
            Tags=make_tags(edge.tags),
        )
        stack.add(rule, "domain", "redirect_from")


def _listener(edge: Edge, logical_id: str, load_balancer: AWSObject, port: int, action: elb.Action) -> elb.Listener:
    return elb.Listener(
        logical_id,
        LoadBalancerArn=Ref(load_balancer),
        Port=port,
        Protocol="HTTP",
        DefaultActions=[action],
        Tags=make_tags(edge.tags),
    )


def _certificate(stack: Stack, edge: Edge, tls: Tls) -> object:
    if tls.certificate_arn:
        return literal(tls.certificate_arn)
    validations = [
        certificatemanager.DomainValidationOption(DomainName=name, HostedZoneId=tls.hosted_zone_id)
        for name in (tls.domain, *tls.more_names)
    ]
    certificate = certificatemanager.Certificate(
        ids.CERTIFICATE,
        DomainName=tls.domain,
        ValidationMethod="DNS",
        DomainValidationOptions=validations,
        Tags=make_tags(edge.tags, tls.domain),
    )
    if tls.more_names:
        certificate.SubjectAlternativeNames = list(tls.more_names)
    return Ref(stack.add(certificate, "domain", "name"))
