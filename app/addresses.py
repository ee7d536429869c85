"""The address that a request comes from, as far as it can be trusted."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request

from app.settings import Networks

# The prefix of one customer of a provider, who can use any of its addresses (RFC 6177).
IPV6_CUSTOMER = 64


@lru_cache(maxsize=1024)
def _trusts(networks: Networks, host: str) -> bool:
    address = _parse(host)
    return address is not None and any(address in network for network in networks)


def _parse(entry: str) -> IPv4Address | IPv6Address | None:
    """203.0.113.7, 203.0.113.7:443, 2001:db8::7 or [2001:db8::7]:443, which load balancers write; else None."""
    host = entry.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_address(request: Request) -> str:
    """The client's address; of an IPv6 address its /64, because a client has all of these.

    Behind a load balancer it is the last entry of X-Forwarded-For, which the load balancer itself has added; the
    entries to its left come from the client. A peer that is not a load balancer is the client itself.
    """
    peer = request.client.host if request.client else ""
    if _trusts(request.app.state.load_balancers, peer):
        last = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2]
        address = _parse(last) or _parse(peer)
    else:
        address = _parse(peer)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_CUSTOMER), strict=False))
    return str(address or peer)


ClientAddress = Annotated[str, Depends(client_address)]
