"""The alarms of the database, and the charts that show them.

Metrics: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
"""

from __future__ import annotations

from blogstack.blueprint.database import Database
from blogstack.blueprint.monitoring.charts import Alarm, Chart, Metric, Subject

_FIVE_MINUTES = 300
_CPU_PERCENT = 90
# A quarter of an hour.
_LASTING = 3

_CPU = Metric("database_cpu", "CPU", Subject.DATABASE, "CPUUtilization", "Average", _FIVE_MINUTES)
_FREE = Metric("free", "free storage", Subject.DATABASE, "FreeStorageSpace", "Minimum", _FIVE_MINUTES)
_CONNECTIONS = Metric("connections", "connections", Subject.DATABASE, "DatabaseConnections", "Maximum", _FIVE_MINUTES)


def database_charts(database: Database) -> tuple[Chart, ...]:
    """The charts of a database: CPU, storage, connections."""
    return (
        Chart(title="CPU of the database, percent", alarms=(_cpu(),)),
        Chart(title="Free storage of the database, bytes", alarms=(_storage(database),)),
        Chart(title="Connections to the database", metrics=(_CONNECTIONS,)),
    )


def _cpu() -> Alarm:
    return Alarm(
        id="database-cpu",
        label="CPU",
        description=f"For a quarter of an hour, the database used {_CPU_PERCENT} percent of its CPU or more. "
        "Look first at its longest queries, in Database Insights or pg_stat_activity.",
        metrics=(_CPU,),
        threshold=_CPU_PERCENT,
        lasting=_LASTING,
        among=_LASTING,
    )


def _storage(database: Database) -> Alarm:
    # RDS adds storage when a tenth is left: half of that means that it did not, or that max_storage is reached.
    percent = 5 if database.max_storage else 10
    return Alarm(
        id="database-storage",
        label="free storage",
        description=f"Less than {percent} percent of {database.storage} GiB is free; a full database stops. Look first "
        "at what grows: tables, or the write-ahead log that a replication slot holds. Then raise database.storage or "
        "max_storage.",
        metrics=(_FREE,),
        threshold=database.storage * 2**30 * percent // 100,
        below=True,
        lasting=_LASTING,
        among=_LASTING,
        # A full instance may stop reporting: the alarm stays.
        missing="ignore",
    )
