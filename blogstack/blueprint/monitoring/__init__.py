"""Decisions about alarms and the dashboard.

docs/alarms.md gives the reasons for each alarm and its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blogstack.blueprint.database import Database
from blogstack.blueprint.monitoring.charts import Alarm, Chart
from blogstack.blueprint.monitoring.stores import StoreAlarm
from blogstack.blueprint.monitoring.topic import Topic
from blogstack.blueprint.workload import EcsService
from blogstack.config import Config
from blogstack.facts.regions import partition
from blogstack.records import Record


class DatabaseMonitoring(Record, kw_only=True):
    """The database's charts, whose alarms the tasks stack creates.

    Attributes:
        identifier: Name of the database instance.
        names: Names of the alarms, by their IDs, for the dashboard in another stack (as with the topic).
    """

    identifier: str
    charts: tuple[Chart, ...]
    names: Mapping[str, str]

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The database's alarms, in the order of the dashboard."""
        return _alarms((self.charts,))


class Monitoring(Record, kw_only=True):
    """The alarms of a workload, and its dashboard.

    Attributes:
        title: Name of the dashboard, before the region.
        topic: Name of the topic that alarms are sent to.
        rows: Of the dashboard, without the database's.
        rollback: Whether some of the alarms roll a deployment back.
        declares_alarms: Whether the ECS service lists the alarms that roll a deployment back, or that none does.
        database: The database's charts, the last row; None without a database.
        store_alarms: Names of the other stores' alarms, in the tasks stack; the dashboard shows their state.
    """

    title: str
    topic: str
    rows: tuple[tuple[Chart, ...], ...]
    rollback: bool
    declares_alarms: bool
    database: DatabaseMonitoring | None
    store_alarms: tuple[str, ...]
    tags: Mapping[str, str]

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The workload's alarms, in the order of the dashboard."""
        return _alarms(self.rows)


def resolve_database_monitoring(config: Config, stack: str, database: Database | None) -> DatabaseMonitoring | None:
    """The database's alarms and charts; None without alarms or without a database. `stack` has the alarms."""
    if config.alarms is None or database is None:
        return None
    from blogstack.blueprint.monitoring.database import database_charts  # many files have no alarms

    charts = database_charts(database)
    names = {alarm.id: f"{stack}-{alarm.id}" for alarm in _alarms((charts,))}
    return DatabaseMonitoring(identifier=database.identifier, charts=charts, names=names)


def resolve_monitoring(
    config: Config,
    workload: EcsService,
    topic: Topic | None,
    database: DatabaseMonitoring | None,
    store_alarms: Iterable[StoreAlarm] = (),
) -> Monitoring | None:
    """The alarms and the dashboard of a workload; None without a topic, that is without `alarms`."""
    if topic is None:
        return None
    from blogstack.blueprint.monitoring.workload import workload_charts  # as the database's

    rows = workload_charts(workload)
    # A workload that gets no requests has no alarm that shows a bad deployment.
    can_roll_back = any(alarm.rolls_back for alarm in _alarms(rows))
    rollback = can_roll_back and workload.deployment.rollback_on_alarms
    # ECS keeps an earlier setting until it gets another one (https://github.com/aws/copilot-cli/pull/4565); in China
    # and GovCloud it has refused even a disabled one (https://github.com/aws/aws-cdk/issues/26574,
    # https://github.com/aws/copilot-cli/issues/4778).
    commercial = partition(config.region) == "aws"
    return Monitoring(
        title=workload.service_name,
        topic=topic.name,
        rows=rows,
        rollback=rollback,
        declares_alarms=can_roll_back and (rollback or commercial),
        database=database,
        store_alarms=tuple(alarm.name for alarm in store_alarms),
        tags=workload.tags,
    )


def _alarms(rows: tuple[tuple[Chart, ...], ...]) -> tuple[Alarm, ...]:
    return tuple(alarm for row in rows for chart in row for alarm in chart.alarms)
