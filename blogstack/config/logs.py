"""The key `logs`: what is kept, and how long."""

from __future__ import annotations

from typing import Literal

from blogstack.config.types import Section

# CloudWatch Logs API reference, PutRetentionPolicy: retentionInDays.
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip


class Logs(Section):
    """Logs and metrics."""

    retention: RetentionDays = 30
    """Days that logs are kept."""
    container_insights: bool = True
    """Whether the cluster collects Container Insights metrics."""
