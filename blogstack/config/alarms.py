"""The key `alarms`: who is notified when the service fails."""

from typing import Annotated

from pydantic import Field

from blogstack.config.types import Form, Section

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


class Alarms(Section):
    """Alarms on what users and operators would notice, and a dashboard with the same metrics."""

    # 254 characters, a path without its angle brackets: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3
    email: Annotated[
        str,
        Form(
            rf"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}",
            "an email address",
            "write it like ops@example.com",
            254,
        ),
    ] = Field(examples=["ops@example.com"])
    """Address that gets a mail when an alarm begins and ends, after its owner has confirmed AWS's first mail."""
