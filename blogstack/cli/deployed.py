"""The templates of the deployed stacks, from the AWS CLI, which deploys them too and knows the user's credentials."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from blogstack.templates.render import written_for

_READERS = 8
# A deleted stack stays in the list for 90 days; one in review has no template yet.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html
_WITHOUT_TEMPLATE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")


class NotDeployed(ValueError):
    """The deployed stacks cannot be read; the message says why."""


def read_deployed(service: str, region: str, stacks: Collection[str]) -> Mapping[str, str]:
    """The templates of the deployed stacks of a service, by the name of the stack.

    Args:
        service: Name of the service: its stacks' names begin with it, and their templates say that they are its.
        region: Where they are.
        stacks: Names of stacks that are the service's, whatever their templates say.

    Raises:
        NotDeployed: when there is no AWS CLI, or it fails, as without credentials.
    """
    listed = _aws("list-stacks", region, "--query", "StackSummaries[].[StackName,StackStatus]")
    names = [name for name, status in listed if name.startswith(f"{service}-") and status not in _WITHOUT_TEMPLATE]
    with ThreadPoolExecutor(_READERS) as threads:
        bodies = threads.map(
            lambda name: _aws("get-template", region, "--stack-name", name, "--query", "TemplateBody"), names
        )
        # The CLI gives a template in JSON as an object, and one in YAML as the text that was deployed.
        texts = {
            name: body if isinstance(body, str) else json.dumps(body) for name, body in zip(names, bodies, strict=True)
        }
    return {name: text for name, text in texts.items() if name in stacks or _is_of(text, service)}


def _is_of(text: str, service: str) -> bool:
    owner = written_for(text)
    return owner is not None and owner.service == service


def _aws(operation: str, region: str, *arguments: str) -> Any:  # noqa: ANN401 (any JSON)
    command = ["aws", "cloudformation", operation, "--region", region, "--output", "json", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise NotDeployed("the AWS CLI is not installed") from None
    if done.returncode:
        raise NotDeployed(f"aws cloudformation {operation}: {' '.join(done.stderr.split())}")
    return json.loads(done.stdout)
