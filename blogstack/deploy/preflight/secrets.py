"""Secrets and parameters that the file refers to: whether they exist and have the key."""

from __future__ import annotations

import json
from collections.abc import Iterator

from blogstack.aws.session import AwsError
from blogstack.blueprint.workload import Workload
from blogstack.blueprint.workload.secrets import SecretVariable
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code
from blogstack.source.document import KeyPath


def check(account: Account) -> Iterator[Problem]:
    """Look up each secret and parameter once; no value is shown or kept."""
    seen: set[tuple[str, str, str | None]] = set()
    deployed = [workload for workload in account.blueprint.workloads if account.deploys(workload.stack)]
    for workload in deployed:
        for secret, path in _secrets(workload):
            if secret.generated or not isinstance(secret.source, str):
                continue
            what = (secret.service, secret.source, secret.key)
            if what not in seen:
                seen.add(what)
                yield from _look_up(account, secret, secret.source, path)


def _secrets(workload: Workload) -> Iterator[tuple[SecretVariable, KeyPath]]:
    """The secret variables of every container of a task, and their keys in the file."""
    for secret in workload.secrets:
        yield secret, workload.locate("secrets", secret.variable)
    for sidecar in workload.sidecars:
        for secret in sidecar.secrets:
            yield secret, workload.locate("sidecars", sidecar.name, "secrets", secret.variable)


def _look_up(account: Account, secret: SecretVariable, source: str, path: KeyPath) -> Iterator[Problem]:
    if secret.service == "ssm":
        name = f"/{source.partition(':parameter/')[2]}" if source.startswith("arn:") else source
        missing = account.session.call("ssm", "get_parameters", Names=[name])["InvalidParameters"]
        if missing and source.startswith("arn:"):  # a name without a slash has the same ARN
            missing = account.session.call("ssm", "get_parameters", Names=[name[1:]])["InvalidParameters"]
        if missing:
            yield _problem(f"there is no parameter {source} in {account.session.region}", path)
        return
    try:
        text = account.session.call("secretsmanager", "get_secret_value", SecretId=source).get("SecretString")
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        yield _problem(f"there is no secret {source} in {account.session.region}, or it has no value", path)
        return
    if secret.key is not None and secret.key not in _keys(text):
        yield _problem(f"the secret {source} is not JSON with the key {secret.key}", path)


def _keys(text: str | None) -> set[str]:
    try:
        found = json.loads(text or "")
    except ValueError:
        return set()
    return set(found) if isinstance(found, dict) else set()


def _problem(message: str, path: KeyPath) -> Problem:
    return Problem(Code.SECRET_UNREADABLE, message, path, "create it first: a task that cannot read it never starts")
