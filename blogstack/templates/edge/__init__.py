"""The edge stack: everything between the internet and the workloads."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub

from blogstack.blueprint.edge import Edge
from blogstack.blueprint.edge.access_logs import AccessLogs
from blogstack.blueprint.names import EDGE, Output
from blogstack.templates.edge import access_logs
from blogstack.templates.edge.load_balancer import add_domain, add_listener, add_load_balancer, add_security_group
from blogstack.templates.stack import Stack


def lower(edge: Edge) -> Stack:
    """Build the edge stack."""
    stack = Stack(EDGE, edge.stack, f"{edge.title}: load balancer, listener, certificate, DNS record")
    group = add_security_group(stack, edge)
    if isinstance(edge.access_logs, AccessLogs):
        bucket, policy = access_logs.add_bucket(stack, edge.access_logs, edge.tags)
        load_balancer = add_load_balancer(stack, edge, group, Ref(bucket), [policy.title])
    else:
        load_balancer = add_load_balancer(stack, edge, group, edge.access_logs, [])
    if edge.firewall is not None:
        from blogstack.templates.edge import firewall  # its import takes a millisecond, and few files need it

        firewall.add_web_acl(stack, edge.firewall, edge.tags, load_balancer)
    listener = add_listener(stack, edge, load_balancer)
    if edge.tls is not None:
        add_domain(stack, edge, edge.tls, load_balancer, listener)
    url = f"https://{edge.tls.domain}" if edge.tls else Sub(f"http://${{{load_balancer.title}.DNSName}}")
    stack.output(Output.URL, "URL of the load balancer", url)
    stack.output(Output.LOAD_BALANCER_DNS_NAME, "DNS name of the load balancer", GetAtt(load_balancer, "DNSName"))
    stack.export(Output.LISTENER_ARN, "Listener that the workloads' rules belong to", Ref(listener))
    full_name = GetAtt(load_balancer, "LoadBalancerFullName")
    stack.export(Output.LOAD_BALANCER_FULL_NAME, "Name of the load balancer in metrics", full_name)
    stack.export(
        Output.LOAD_BALANCER_SECURITY_GROUP_ID, "Security group of the load balancer", GetAtt(group, "GroupId")
    )
    return stack
