"""The topic of all alarms, and the alarms of the database."""

from __future__ import annotations

from troposphere import Ref

from blogstack.blueprint.monitoring.charts import Subject
from blogstack.blueprint.monitoring.topic import Topic
from blogstack.blueprint.tasks import Tasks
from blogstack.templates.alarms import make_alarm
from blogstack.templates.stack import Stack
from blogstack.templates.tasks.topic import add_topic


def add_monitoring(stack: Stack, tasks: Tasks, topic: Topic) -> None:
    """Add the topic and, with a database, its alarms."""
    target = add_topic(stack, topic)
    monitoring = tasks.database_monitoring
    if monitoring is None:
        return
    dimensions = {Subject.DATABASE: {"DBInstanceIdentifier": monitoring.identifier}}
    for alarm in monitoring.alarms:
        name = monitoring.names[alarm.id]
        stack.add(make_alarm(alarm, dimensions, Ref(target), tasks.tags, name=name), "alarms")
