"""What several environments cannot have in common: the one check that looks at more than one configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blogstack.config.validate import Validation
from blogstack.diagnostics import Code, Diagnostic, listed
from blogstack.source.environments import ENVIRONMENTS, Environment


def same_domain(validated: Iterable[tuple[Environment, Validation]]) -> Iterator[Diagnostic]:
    """A hosted zone has one record of a name and type, and CloudFormation makes none that exists.

    Names are the same when they are written the same: domain.name takes lower case only, and no dot at its end.
    """
    sharing: dict[tuple[str, str], list[Environment]] = {}
    for environment, (config, faulty, _) in validated:
        if config.domain is not None and (ENVIRONMENTS, environment.name) not in faulty:
            sharing.setdefault((config.domain.hosted_zone_id, config.domain.name), []).append(environment)
    for (_, domain), (first, *others) in sharing.items():
        names = listed([first.name, *(other.name for other in others)])
        message = f"{names} have the domain {domain} in one hosted zone: only one of them can be deployed"
        help = f"give each a domain.name of its own, such as {first.name}.{domain}"
        for span in dict.fromkeys(other.document.locate(("domain", "name")) for other in others):
            yield Diagnostic(Code.SAME_DOMAIN, message, span, help)
