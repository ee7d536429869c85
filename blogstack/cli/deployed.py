"""The templates of the deployed stacks of a service, from AWS."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from blogstack.aws.session import AwsError, Session
from blogstack.aws.stacks import read_templates
from blogstack.templates.render import written_for


class NotDeployed(ValueError):
    """The deployed stacks cannot be read; the message says why."""


def read_deployed(service: str, region: str, stacks: Collection[str]) -> Mapping[str, str]:
    """The templates of the deployed stacks of a service, by the name of the stack.

    Args:
        service: Name of the service: the names of its stacks begin with it, and their templates name it as owner.
        region: AWS region of the stacks.
        stacks: Names of stacks that belong to the service, whatever their templates say.

    Raises:
        NotDeployed: when AWS does not answer, for example without credentials.
    """
    try:
        texts = read_templates(Session(region), f"{service}-")
    except AwsError as error:
        raise NotDeployed(str(error)) from None
    return {name: text for name, text in texts.items() if name in stacks or _is_of(text, service)}


def _is_of(text: str, service: str) -> bool:
    owner = written_for(text)
    return owner is not None and owner.service == service
