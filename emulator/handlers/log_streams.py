"""FilterLogEvents by the prefix of the streams' names.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from typing import Any

from .ministack_modules import service


def install() -> None:
    """Filter by `logStreamNamePrefix`, which ministack ignores."""
    logs = service("cloudwatch_logs")
    filter_events = logs._filter_log_events

    def filter_log_events(data: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack is not typed
        prefix = data.get("logStreamNamePrefix")
        group = logs._log_groups.get(data.get("logGroupName"))
        if prefix and group:
            names = [name for name in group["streams"] if name.startswith(prefix)]
            data = {**data, "logStreamNames": names or [prefix]}  # no stream ends in the slash of a prefix
        return filter_events(data)

    logs._filter_log_events = filter_log_events
