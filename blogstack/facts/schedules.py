"""Schedules: AWS's cron expressions and the names of time zones.

A cron expression of AWS has six fields, and exactly one of day of month and day of week is `?`:
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based

Application Auto Scaling takes the same expressions:
https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"


def _values(value: str, step: str = "", special: str = "") -> str:
    """A pattern for one field: values, ranges and steps, separated by commas; `special` is one more form of an item."""
    item = rf"(?:\*|(?:{value})(?:-(?:{value}))?)" + (f"(?:/{step})?" if step else "")
    item = f"(?:{item}|{special})" if special else item
    return f"{item}(?:,{item})*"


_MINUTE, _HOUR, _DATE = "[0-5]?[0-9]", "[01]?[0-9]|2[0-3]", "0?[1-9]|[12][0-9]|3[01]"
_MONTH, _DAY, _YEAR = f"0?[1-9]|1[0-2]|{_MONTHS}", f"[1-7]|{_DAYS}", "19[7-9][0-9]|20[0-9][0-9]|21[0-9][0-9]"
FIELDS = {
    "minutes": _values(_MINUTE, "[1-5]?[0-9]"),
    "hours": _values(_HOUR, "(?:1?[0-9]|2[0-3])"),
    "day of month": rf"(?:\?|{_values(_DATE, '(?:[12]?[0-9]|3[01])', f'LW?|(?:{_DATE})W')})",
    "month": _values(_MONTH, "(?:[1-9]|1[0-2])"),
    "day of week": rf"(?:\?|{_values(_DAY, special=f'(?:{_DAY})?L|(?:{_DAY})#[1-5]')})",
    "year": _values(_YEAR, "[1-9][0-9]?"),
}
"""The six fields in their order, each with a regular expression for its values."""

PATTERN = (
    r" *(?=\S+ +\S+ +(?:\? +\S+ +[^ ?]\S* |[^ ?]\S* +\S+ +\? ))"  # one of the two days is ?, the other is not
    + " +".join(f"(?:{field})" for field in FIELDS.values())
    + " *"
)
"""A regular expression for a complete cron expression, in the dialect of JSON Schema too."""


def find_error(text: str) -> tuple[str, str] | None:
    """What is wrong with a cron expression, and what to write; None for a valid one."""
    if re.fullmatch(PATTERN, text):
        return None
    example = 'write one like "0 8 ? * MON-FRI *": minutes, hours, day of month, month, day of week, year'
    fields = text.split()
    if len(fields) == 5:
        return "it has five fields, but AWS's cron has six", f"add a year, * for every year; {example}"
    if len(fields) != len(FIELDS):
        plural = "" if len(fields) == 1 else "s"
        return f"it has {len(fields)} field{plural} instead of six", example
    for (name, pattern), field in zip(FIELDS.items(), fields, strict=True):
        if not re.fullmatch(pattern, field):
            return f"{field!r} is not valid for {name}", example
    return "exactly one of day of month and day of week must be ?", example


_MINUTES_A_DAY = 24 * 60


def as_schedule(expression: str) -> str:
    """A cron expression as AWS's services take it, as in `cron(0 8 ? * MON-FRI *)`."""
    return f"cron({' '.join(expression.split())})"


def shortest_interval(expression: str) -> int:
    """The minimum number of seconds between two times of a valid cron expression, as if it ran every day."""
    minutes, hours = (_numbers(field, last) for field, last in zip(expression.split(), (59, 23), strict=False))
    times = sorted(60 * hour + minute for hour in hours for minute in minutes)
    gaps = [later - earlier for earlier, later in zip(times, [*times[1:], times[0] + _MINUTES_A_DAY], strict=True)]
    return 60 * min(gaps)


def _numbers(field: str, last: int) -> set[int]:
    """The numbers that a field of minutes or hours means; a range such as 50-10 wraps around."""
    numbers: set[int] = set()
    for item in field.split(","):
        values, _, step = item.partition("/")
        first, _, end = values.partition("-")
        low = 0 if first == "*" else int(first)
        high = int(end) if end else last if step or first == "*" else low
        if high < low:
            high += last + 1
        numbers |= {number % (last + 1) for number in range(low, high + 1, int(step or 1))}
    return numbers


@cache
def time_zones() -> frozenset[str]:
    """Names of the IANA time zones, such as `Asia/Seoul`, from the package tzdata: the same on every machine."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split())
