"""The topic of all alarms, and the alarms of the stores."""

from __future__ import annotations

from troposphere import AWSHelperFn, Ref, Sub

from blogstack.blueprint.monitoring.charts import Subject
from blogstack.blueprint.monitoring.stores import Dimension
from blogstack.blueprint.monitoring.topic import Topic
from blogstack.blueprint.tasks import Tasks
from blogstack.templates.alarms import make_alarm
from blogstack.templates.stack import Stack, import_value
from blogstack.templates.tasks.topic import add_topic


def add_monitoring(stack: Stack, tasks: Tasks, topic: Topic) -> None:
    """Add the topic and the alarms of database, cache and queues."""
    target = add_topic(stack, topic)
    _add_database_alarms(stack, tasks, Ref(target))
    for store_alarm in tasks.store_alarms:
        dimensions = {
            subject: {dimension.name: _value(dimension)} for subject, dimension in store_alarm.dimensions.items()
        }
        logical_id, name = store_alarm.logical_id, store_alarm.name
        alarm = make_alarm(store_alarm.alarm, dimensions, Ref(target), tasks.tags, logical_id=logical_id, name=name)
        stack.add(alarm, "alarms")


def _value(dimension: Dimension) -> AWSHelperFn:
    value = import_value(dimension.value)
    return Sub(f"${{Store}}{dimension.suffix}", Store=value) if dimension.suffix else value


def _add_database_alarms(stack: Stack, tasks: Tasks, target: AWSHelperFn) -> None:
    monitoring = tasks.database_monitoring
    if monitoring is None:
        return
    dimensions = {Subject.DATABASE: {"DBInstanceIdentifier": monitoring.identifier}}
    for alarm in monitoring.alarms:
        name = monitoring.names[alarm.id]
        stack.add(make_alarm(alarm, dimensions, target, tasks.tags, name=name), "alarms")
