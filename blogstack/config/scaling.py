"""The key `scaling`: how many tasks run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field
from pydantic_core import CoreSchema, core_schema

from blogstack.config.types import Duration, Form, Items, JsonSchema, Section, Whole, fault, with_error_message
from blogstack.diagnostics import Code
from blogstack.facts import schedules as cron
from blogstack.words import did_you_mean, shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

# Tasks per service: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
_MOST_TASKS = 5000
_TASKS = Whole(1, _MOST_TASKS, "tasks")
_PERCENT = Whole(1, 100, "percent")
# Scheduled actions per scalable target:
# https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html
_MOST_SCHEDULES = 200


@dataclass(frozen=True)
class _Cron:
    """A cron expression as AWS reads it."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return with_error_message({"type": "string", "pattern": f"^{cron.PATTERN}$"}, self.in_words())

    def in_words(self) -> str:
        """The type and its form."""
        return "a cron expression of six fields"

    def check(self, value: str) -> str:
        """The expression itself; an error that names the field that is wrong."""
        if wrong := cron.find_error(value):
            raise fault(Code.WRONG_FORM, f"{shorten(value)!r} is not a cron expression: {wrong[0]}", wrong[1])
        return value


@dataclass(frozen=True)
class _TimeZone:
    """A name that the IANA's database has."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        # No enumeration: editors would show all six hundred in a hover text.
        names = "|".join(sorted(cron.time_zones())).replace("+", r"\+")
        return {**handler(schema), "pattern": f"^(?:{names})$"}

    def check(self, name: str) -> str:
        """The name itself; an error when there is no such time zone."""
        if name not in cron.time_zones():
            near = did_you_mean(name, cron.time_zones())
            help = f"did you mean {near!r}?" if near else "write one like Asia/Seoul, Europe/Berlin or Etc/UTC"
            raise fault(Code.WRONG_FORM, f"{shorten(name)!r} is not an IANA time zone", help)
        return name


class Schedule(Section):
    """A time at which the limits change, until another schedule changes them again."""

    name: Annotated[
        str,
        Form("[A-Za-z0-9][A-Za-z0-9_-]*", "a schedule's name", "use letters, digits, hyphens and underscores", 64),
    ] = Field(examples=["morning"])
    """Name of the schedule, which no other one has."""
    cron: Annotated[str, _Cron()] = Field(examples=["0 8 ? * MON-FRI *"])
    """When, in the six fields of AWS's cron: minutes, hours, day of month, month, day of week, year."""
    timezone: Annotated[
        str,
        Form("[A-Za-z][A-Za-z0-9_+/-]*", "a time zone", "write one like Asia/Seoul", 64),
        _TimeZone(),
    ] = Field("Etc/UTC", examples=["Asia/Seoul"])
    """Time zone of `cron`, by its IANA name; it knows about daylight saving time."""
    min: Annotated[int, Whole(0, _MOST_TASKS, "tasks")] = Field(examples=[4])
    """Minimum number of tasks from then on; 0: the service may be off."""
    max: Annotated[int, Whole(0, _MOST_TASKS, "tasks")] = Field(examples=[20])
    """Maximum number of tasks from then on."""


def _check_names(schedules: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
    names = [schedule.name for schedule in schedules]
    if repeated := [name for n, name in enumerate(names) if name in names[:n]]:
        raise fault(
            Code.WRONG_FORM, f"two schedules are called {shorten(repeated[0])!r}", "give each a name of its own"
        )
    return schedules


class Scaling(Section):
    """How many tasks run, and what makes their number change."""

    min: Annotated[int, _TASKS] = 2
    """Minimum number of tasks."""
    max: Annotated[int, _TASKS] = 10
    """Maximum number of tasks."""
    cpu: Annotated[int, _PERCENT] | None = 60
    """Average CPU percentage to hold by adding and removing tasks; null: none."""
    memory: Annotated[int, _PERCENT] | None = Field(None, examples=[75])
    """Average memory percentage to hold by adding and removing tasks; null: none."""
    requests: Annotated[int, Whole(1, 1_000_000, "requests")] | None = Field(None, examples=[1000])
    """Requests per task per minute to hold by adding and removing tasks; null: none."""
    scale_out_cooldown: Annotated[int, Duration(0, 3600)] = 30
    """Time to wait after adding tasks before adding more."""
    scale_in_cooldown: Annotated[int, Duration(0, 3600)] = 120
    """Time to wait after removing tasks before removing more."""
    schedules: Annotated[Items[Schedule], AfterValidator(_check_names)] = Field((), max_length=_MOST_SCHEDULES)
    """Times at which min and max change, as for office hours."""
    # A capacity provider of weight 0 gets no task, so at 100 no task would run on demand:
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    spot: Annotated[int, Whole(0, 99, "percent")] = 0
    """Percentage of the tasks above `min` that run on Fargate Spot, which AWS may stop with two minutes' notice."""

    @property
    def least(self) -> int:
        """The fewest tasks that there ever are: `min`, or that of a schedule."""
        return min([self.min, *(schedule.min for schedule in self.schedules)])

    @property
    def most(self) -> int:
        """The most tasks that there ever are: `max`, or that of a schedule."""
        return max([self.max, *(schedule.max for schedule in self.schedules)])
