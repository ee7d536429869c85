"""What the account lacks for a deployment, as diagnostics in the user's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blogstack.aws.stacks import names_with_template
from blogstack.deploy.execution.context import Context
from blogstack.deploy.execution.image import builder
from blogstack.deploy.preflight import run_checks
from blogstack.deploy.preflight.account import Account
from blogstack.diagnostics import Diagnostic, in_order, merge_environments
from blogstack.pipeline import Compilation, read_environments


def find_problems(
    compilation: Compilation, tag: str, contexts: Mapping[str, Context], chosen: frozenset[str]
) -> tuple[Sequence[Diagnostic], Sequence[str]]:
    """What would fail later, and what could not be checked.

    Args:
        compilation: Without errors.
        tag: Of the image.
        contexts: By region.
        chosen: Names of the stacks that are deployed.

    Raises:
        AwsError: without valid credentials, or without an answer about the stacks.
    """
    documents = {each.name: each.document for each in read_environments(compilation.path, compilation.content)}
    stacks = {region: frozenset(names_with_template(context.session)) for region, context in contexts.items()}
    can_build = builder() is not None
    found: dict[str, list[Diagnostic]] = {}
    unchecked: dict[str, None] = {}
    for blueprint in (each for each in compilation.blueprints if each.region in contexts):
        name = blueprint.environment or ""
        account = Account(
            session=contexts[blueprint.region].session,
            blueprint=blueprint,
            tag=tag,
            stacks=stacks[blueprint.region],
            chosen=chosen,
            can_build=can_build,
        )
        result = run_checks(account)
        unchecked |= dict.fromkeys(result.unchecked)
        found[name] = [
            Diagnostic(each.code, each.message, documents[name].locate(each.path), each.help)
            for each in result.problems
        ]
    return in_order(merge_environments(found)), list(unchecked)
