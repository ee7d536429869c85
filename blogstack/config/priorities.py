"""The order in which the listener evaluates the rules of the services.

A rule's priority depends only on its route and its service's name, so that adding or removing another service does not
change it: each rule is in its service's stack, and two stacks cannot exchange priorities, because one of them would be
taken in between. Behind another application's load balancer (`uses`) the application's name precedes the service's.
"""

from __future__ import annotations

import hashlib
import re

from blogstack.config.route import Route

# The last priority that a listener's rule can have, for the service, which gets every request without another rule:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
LAST = 50_000
_HEADERS, _HOSTS, _DEPTHS = 3, 3, 10
# The first priority of routes with a header and of those without one, and how many priorities equally exact routes
# have; two services with the same priority are BS378. Lower numbers are for the redirects.
_WITH_HEADER = 1_000, 200
_WITHOUT_HEADER = _WITH_HEADER[0] + (_HEADERS - 1) * _HOSTS * _DEPTHS * _WITH_HEADER[1], 1_200


def route_priority(name: str, route: Route) -> int:
    """The priority of a service's rule: the more exact the route, the smaller the number.

    A header counts for more than a host, a host for more than a path, and an exact text for more than a pattern; of
    several patterns the least exact counts.
    """
    host = min(map(_exactness, route.host or ("*",)))
    band = host * _DEPTHS + min(map(_depth, route.path or ("*",)))
    first, width = _WITHOUT_HEADER
    bands = _HOSTS * _DEPTHS
    if route.header:
        first, width = _WITH_HEADER
        band += bands * (min(_exactness(value) for values in route.header.values() for value in values) == 2)
        bands *= _HEADERS - 1
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % width
    return first + (bands - 1 - band) * width + place


def _exactness(pattern: str) -> int:
    """0 for what matches everything, 1 for a pattern, 2 for an exact text."""
    return 0 if pattern == "*" else 1 if re.search(r"[*?]", pattern) else 2


def _depth(path: str) -> int:
    """Number of half segments before the first wildcard: 2 for `/app/*`, 3 for `/app/v*`, 4 for `/app/v1`."""
    literal = re.split("[*?]", path)[0]
    segments, last = literal.split("/")[1:-1], literal.rpartition("/")[2]
    half = 1 if last or literal == path else 0
    return min(2 * len(segments) + (2 if last and literal == path else half), _DEPTHS - 1)
