"""The way to the tasks: security groups, load balancer, listeners, target group, certificate, DNS record."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, certificatemanager, ec2, route53
from troposphere import elasticloadbalancingv2 as elb

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.service import LoadBalancer, Service, Tls
from blogstack.templates.stack import NOTHING, Stack, given, literal, shared, tagged

_ORIGIN = "load_balancer"
_Attribute = shared(elb.LoadBalancerAttributes)
_TargetGroupAttribute = shared(elb.TargetGroupAttribute)


def add_security_group(stack: Stack, service: Service, tasks: AWSHelperFn) -> AWSObject:
    """The load balancer's group, in from the allowed blocks and out to the tasks only, and the rule in theirs."""
    port = service.tasks.container.port
    balancer = stack.add(
        ec2.SecurityGroup(
            names.BALANCER_SECURITY_GROUP,
            GroupDescription="Load balancer: requests from the allowed blocks, out to the tasks only",
            VpcId=given(service.tasks.placement.vpc),
            SecurityGroupIngress=[
                ec2.SecurityGroupRule(
                    IpProtocol="tcp", FromPort=exposed, ToPort=exposed, CidrIp=cidr, Description="Requests"
                )
                for exposed in service.exposed_ports
                for cidr in service.balancer.allowed_cidrs
            ],
            SecurityGroupEgress=[NOTHING],
            Tags=tagged(service.tags, f"{service.tasks.name}-load-balancer"),
        ),
        _ORIGIN,
        "allowed_cidrs",
    )
    # Rules of their own: on a change of the port the new ones are there before the old ones go.
    stack.add(
        ec2.SecurityGroupEgress(
            names.BALANCER_EGRESS,
            GroupId=GetAtt(balancer, "GroupId"),
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            DestinationSecurityGroupId=tasks,
            Description="Requests and health checks",
        ),
        "service",
        "port",
    )
    stack.add(
        ec2.SecurityGroupIngress(
            names.TASK_INGRESS,
            GroupId=tasks,
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            SourceSecurityGroupId=GetAtt(balancer, "GroupId"),
            Description="Requests and health checks from the load balancer",
        ),
        "service",
        "port",
    )
    return balancer


def add_load_balancer(stack: Stack, service: Service, security_group: AWSObject) -> AWSObject:
    """The load balancer itself. It has no name of its own: a named one could not be replaced."""
    balancer = service.balancer
    # Elastic Load Balancing user guide, "Load balancer attributes". What is off says so: an attribute that is left out
    # stays as it was.
    attributes = {
        "access_logs.s3.enabled": _flag(bool(balancer.access_log_bucket)),
        **({"access_logs.s3.bucket": given(balancer.access_log_bucket)} if balancer.access_log_bucket else {}),
        "deletion_protection.enabled": _flag(balancer.deletion_protection),
        "idle_timeout.timeout_seconds": str(balancer.idle_timeout),
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http2.enabled": "true",
    }
    return stack.add(
        elb.LoadBalancer(
            names.LOAD_BALANCER,
            Type="application",
            Scheme="internal" if balancer.internal else "internet-facing",
            IpAddressType="ipv4",
            Subnets=[given(subnet) for subnet in service.tasks.placement.balancer_subnets],
            SecurityGroups=[GetAtt(security_group, "GroupId")],
            LoadBalancerAttributes=[_Attribute(Key=k, Value=v) for k, v in attributes.items()],
            Tags=tagged(service.tags),
        ),
        _ORIGIN,
    )


def add_target_group(stack: Stack, service: Service, logical_id: str = names.TARGET_GROUP) -> AWSObject:
    """The tasks as the load balancer sees them: by address, because Fargate tasks have no instance."""
    balancer, check = service.balancer, service.balancer.check
    return stack.add(
        elb.TargetGroup(
            logical_id,
            TargetType="ip",
            Protocol="HTTP",
            # Of no effect, because ECS registers each task with its port; a fixed one is never replaced.
            Port=80,
            VpcId=given(service.tasks.placement.vpc),
            HealthCheckEnabled=True,
            HealthCheckProtocol="HTTP",
            HealthCheckPath=check.target,
            HealthCheckIntervalSeconds=check.interval,
            HealthCheckTimeoutSeconds=check.timeout,
            HealthyThresholdCount=balancer.healthy_threshold,
            UnhealthyThresholdCount=check.unhealthy,
            Matcher=elb.Matcher(HttpCode=balancer.success_codes),
            TargetGroupAttributes=[
                _TargetGroupAttribute(Key=k, Value=v) for k, v in _target_group_attributes(balancer).items()
            ],
            Tags=tagged(service.tags),
        ),
        _ORIGIN,
        "health_check",
    )


def _target_group_attributes(balancer: LoadBalancer) -> dict[str, str]:
    """Source: Elastic Load Balancing user guide, "Target group attributes"."""
    attributes = {
        "deregistration_delay.timeout_seconds": str(balancer.deregistration_delay),
        "stickiness.enabled": _flag(bool(balancer.stickiness)),
    }
    if balancer.stickiness:
        attributes["stickiness.type"] = "lb_cookie"
        attributes["stickiness.lb_cookie.duration_seconds"] = str(balancer.stickiness)
    return attributes


def add_listeners(stack: Stack, service: Service, balancer: AWSObject, target_group: AWSObject) -> AWSObject:
    """The listeners; returns the one that forwards to the tasks."""
    forward = elb.Action(Type="forward", TargetGroupArn=Ref(target_group))
    tls = service.balancer.tls
    if tls is None:
        return stack.add(_listener(service, names.HTTP_LISTENER, balancer, 80, forward), _ORIGIN)
    redirect = elb.RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    action = elb.Action(Type="redirect", RedirectConfig=redirect)
    http = stack.add(_listener(service, names.HTTP_LISTENER, balancer, 80, action), "domain")
    # A domain that comes later: nobody is sent to port 443 before somebody answers there.
    http.DependsOn = names.HTTPS_LISTENER
    listener = _listener(service, names.HTTPS_LISTENER, balancer, 443, forward)
    listener.Protocol = "HTTPS"
    listener.SslPolicy = tls.policy
    listener.Certificates = [elb.Certificate(CertificateArn=_certificate(stack, service, tls))]
    stack.add(
        route53.RecordSetType(
            names.DNS_RECORD,
            HostedZoneId=tls.hosted_zone_id,
            Name=tls.domain,
            Type="A",
            AliasTarget=route53.AliasTarget(
                DNSName=GetAtt(balancer, "DNSName"), HostedZoneId=GetAtt(balancer, "CanonicalHostedZoneID")
            ),
        ),
        "domain",
        "name",
    )
    return stack.add(listener, "domain")


def _listener(service: Service, logical_id: str, balancer: AWSObject, port: int, action: elb.Action) -> elb.Listener:
    return elb.Listener(
        logical_id,
        LoadBalancerArn=Ref(balancer),
        Port=port,
        Protocol="HTTP",
        DefaultActions=[action],
        Tags=tagged(service.tags),
    )


def _certificate(stack: Stack, service: Service, tls: Tls) -> object:
    if tls.certificate_arn:
        return literal(tls.certificate_arn)
    validation = certificatemanager.DomainValidationOption(DomainName=tls.domain, HostedZoneId=tls.hosted_zone_id)
    certificate = certificatemanager.Certificate(
        names.CERTIFICATE,
        DomainName=tls.domain,
        ValidationMethod="DNS",
        DomainValidationOptions=[validation],
        Tags=tagged(service.tags, tls.domain),
    )
    return Ref(stack.add(certificate, "domain", "name"))


def _flag(value: bool) -> str:
    return "true" if value else "false"
