"""`blogstack verify`: whether a deployed environment does what it should."""

from __future__ import annotations

from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.cli.operations import (
    EnvironmentOption,
    FileArgument,
    ProfileOption,
    open_environment,
    open_session,
    print_unknown,
)

_WORDS = {True: "ok", False: "FAILED", None: "not checked"}


def verify_command(
    file: FileArgument = DEFAULT_FILE, env: EnvironmentOption = None, profile: ProfileOption = None
) -> ExitCode:
    """Run `blogstack verify`; returns the exit status."""
    environment = open_environment(file, env)
    from blogstack.doctor.snapshot import read_snapshot, stack_names
    from blogstack.doctor.verification import verify

    snapshot = read_snapshot(open_session(environment, profile), environment.blueprint)
    checks = list(verify(snapshot, stack_names(environment.blueprint)))
    widths = max(len(check.name) for check in checks), max(map(len, _WORDS.values()))
    for check in checks:
        print(f"{check.name:<{widths[0]}}  {_WORDS[check.passed]:<{widths[1]}}  {check.detail}")
    print_unknown(snapshot.unknown)
    return ExitCode.FAILED if any(check.passed is False for check in checks) else ExitCode.DONE
