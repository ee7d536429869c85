"""The key `logs`: what is logged, and how long it is kept."""

from typing import Annotated, Literal, get_args

from blogstack.config.types import Choices, Section

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip


def _in_words(days: int) -> str:
    years = days / 365.25
    return f"about {years:.0f} year{'s'[: years > 1.5]}" if years > 0.99 else f"{days} day{'s'[: days > 1]}"


class Logs(Section):
    """Logs and metrics."""

    retention: Annotated[RetentionDays, Choices({days: _in_words(days) for days in get_args(RetentionDays)})] = 30
    """Days that logs are kept."""
    container_insights: bool = True
    """Whether the cluster collects Container Insights metrics."""
