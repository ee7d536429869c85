"""The name servers of a domain in public DNS."""

from __future__ import annotations

import dns.exception
import dns.resolver

_SECONDS = 5.0


class NoDns(Exception):
    """DNS does not answer here, or what answers is not public DNS."""


def name_servers(domain: str, resolver: dns.resolver.Resolver | None = None) -> frozenset[str]:
    """The names of a domain's name servers, in lower case without the dot at the end; none if nothing is delegated.

    Args:
        domain: Such as example.com.
        resolver: The resolver to ask; None for the one that this machine is configured with.

    Raises:
        NoDns: without an answer within five seconds.
    """
    try:
        asked = resolver or dns.resolver.Resolver()
        found = _ask(asked, domain)
        # A network without the internet may have a DNS of its own, which knows no domain at all.
        if not found and not _ask(asked, domain.rpartition(".")[2]):
            raise NoDns("what answers is not public DNS")
    except (dns.exception.DNSException, OSError) as error:
        raise NoDns(str(error)) from None
    return found


def _ask(resolver: dns.resolver.Resolver, domain: str) -> frozenset[str]:
    try:
        answer = resolver.resolve(f"{domain}.", "NS", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return frozenset()
    return frozenset(str(each.target).rstrip(".").lower() for each in answer)
