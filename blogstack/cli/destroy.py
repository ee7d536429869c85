"""`blogstack destroy`: delete an environment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.aws.errors import AwsError
from blogstack.cli.console import print_message
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.cli.operations import EnvironmentOption, FileArgument, ProfileOption, open_environment, open_session
from blogstack.words import listed, plural

if TYPE_CHECKING:
    from blogstack.operate.removal import Removal


_AGAIN = "Run the command again to continue"


def destroy_command(
    file: FileArgument = DEFAULT_FILE,
    env: EnvironmentOption = None,
    yes: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Do not ask; NAME is what will be deleted, such as blog-api-prod."),
    ] = None,
    profile: ProfileOption = None,
) -> ExitCode:
    """Run `blogstack destroy`; returns the exit status."""
    environment = open_environment(file, env)
    blueprint = environment.blueprint
    name = blueprint.tasks.title
    session = open_session(environment, profile)
    from blogstack.operate.removal import CannotDelete, delete, plan_removal
    from blogstack.operate.waiting import TookTooLong

    removal = plan_removal(session, blueprint)
    if not removal.stacks:
        print(f"{name} is not deployed in {blueprint.region}")
        return ExitCode.DONE
    print(f"{name} in {blueprint.region}, account {session.identity().account}")
    print("\n".join(_lines(removal)))
    if blueprint.registry and blueprint.environment:
        print(f"{blueprint.registry.stack} is kept: all environments share it")
    for each in removal.protected:
        print_message(f"error: {each.logical_id} in {each.stack} is protected: set {each.key}: false and deploy first")
    if removal.users:
        print_message(
            f"error: other stacks use the network, cluster and load balancer: delete {listed(removal.users)} first"
        )
    if removal.protected or removal.users or not _confirmed(name, yes):
        print_message("nothing was deleted")
        return ExitCode.FAILED
    for stack in removal.stacks:
        try:
            delete(session, stack.name)
        except (CannotDelete, TookTooLong) as error:
            print_message(f"error: {stack.name} was not deleted: {error}")
            print_message("help: fix the cause and run the command again: it continues from here")
            return ExitCode.FAILED
        except AwsError as error:
            if error.interrupts:
                print_message(f"if it has started, the deletion of {stack.name} continues in AWS. {_AGAIN}")
            raise
        except KeyboardInterrupt:
            print_message(f"no longer waiting; the deletion of {stack.name} continues in AWS. {_AGAIN}")
            return ExitCode.FAILED
        print(f"deleted {stack.name}", flush=True)
    return ExitCode.DONE


def _lines(removal: Removal) -> Iterator[str]:
    for stack in removal.stacks:
        yield f"{stack.name}: deletes {plural(stack.resources, 'resources')}"
        if stack.data:
            yield f"  lost: {listed(stack.data)}"
        if stack.snapshots:
            yield f"  a last snapshot is kept: {listed(stack.snapshots)}"
        if stack.stays:
            yield f"  kept: {listed(stack.stays)}"


def _confirmed(name: str, yes: str | None) -> bool:
    """Whether the user has typed the name."""
    if yes is not None:
        if yes != name:
            print_message(f"error: {yes!r} is not what would be deleted; write --yes {name}")
        return yes == name
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print_message(f"confirmation needs a terminal; --yes {name} skips it")
        return False
    typed: str = typer.prompt(f"Type {name} to delete it", default="", show_default=False)
    return typed == name
