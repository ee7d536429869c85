"""The order in which the listener tries the rules of the services.

A rule's number depends on its own route and its service's name only, so that no other service that comes or goes moves
it: rules are in the stacks of their services, and two that change places would be refused on the way.
"""

from __future__ import annotations

import hashlib
import re

from blogstack.config.route import Route

# The last priority that a listener's rule can have, for the service, which gets every request without another rule:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
LAST = 50_000
# Below these are the redirects.
_FIRST = 1_000
_HOSTS, _DEPTHS = 3, 10
# How many numbers the routes have that are equally exact; two services of the same one are BS378.
_WIDTH = 1_600


def route_priority(name: str, route: Route) -> int:
    """The priority of a service's rule: the more exact the route, the smaller the number.

    A host counts for more than a path, and a pattern for less than a text; of several the least exact counts.
    """
    band = min(map(_exact_host, route.host or ("*",))) * _DEPTHS + min(map(_depth, route.path or ("*",)))
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % _WIDTH
    return _FIRST + (_HOSTS * _DEPTHS - 1 - band) * _WIDTH + place


def _exact_host(host: str) -> int:
    """0 for any host, 1 for a pattern, 2 for a name."""
    return 0 if host == "*" else 1 if re.search(r"[*?]", host) else 2


def _depth(path: str) -> int:
    """Half segments before the first wildcard: 2 for `/app/*`, 3 for `/app/v*`, 4 for `/app/v1`."""
    literal = re.split("[*?]", path)[0]
    segments, last = literal.split("/")[1:-1], literal.rpartition("/")[2]
    half = 1 if last or literal == path else 0
    return min(2 * len(segments) + (2 if last and literal == path else half), _DEPTHS - 1)
