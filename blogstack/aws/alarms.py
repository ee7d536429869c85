"""What CloudWatch says about alarms."""

from __future__ import annotations

from collections.abc import Sequence

from blogstack.aws.session import Session
from blogstack.records import Record


class Alarm(Record):
    """An alarm in the state ALARM.

    Attributes:
        name: Name of the alarm.
        reason: Reason, in CloudWatch's words.
    """

    name: str
    reason: str


def firing_alarms(session: Session, prefix: str) -> tuple[Alarm, ...]:
    """The alarms in the state ALARM whose names begin with a prefix.

    Raises:
        AwsError: when a call fails.
    """
    alarms = session.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix, StateValue="ALARM")
    return tuple(Alarm(alarm["AlarmName"], alarm.get("StateReason", "")) for alarm in alarms)


def alarm_states(session: Session, names: Sequence[str]) -> dict[str, str]:
    """The state of each alarm that exists, such as OK, by its name; a hundred alarms at most.

    Raises:
        AwsError: when a call fails.
    """
    alarms = session.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNames=list(names))
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
