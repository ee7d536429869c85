"""The alarms of cache and queues, which the tasks stack creates.

Metrics: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.cache import Cache
from blogstack.blueprint.monitoring.charts import Alarm, Metric, Subject
from blogstack.blueprint.names import Imported
from blogstack.blueprint.queues import Queue, Queues
from blogstack.blueprint.stores import Stores
from blogstack.config import Config
from blogstack.records import Record, replace

_FIVE_MINUTES = 300
# A quarter of an hour.
_LASTING = 3
_QUARTER_OF_AN_HOUR = 900
_CPU_PERCENT, _MEMORY_PERCENT = 90, 90
# The alarm fires before a message is lost, while somebody can still do something about it.
_SHARE_OF_RETENTION = 2


class Dimension(Record):
    """A dimension of a metric: a value that a stack exports, and a suffix that follows the value."""

    name: str
    value: Imported
    suffix: str = ""


class StoreAlarm(Record, kw_only=True):
    """An alarm of a store.

    Attributes:
        logical_id: Of the alarm.
        name: Of the alarm, for the dashboard in another stack (as with the topic).
        dimensions: Of each subject of its metrics.
    """

    alarm: Alarm
    logical_id: str
    name: str
    dimensions: Mapping[Subject, Dimension]


def resolve_store_alarms(config: Config, stack: str, stores: Stores) -> tuple[StoreAlarm, ...]:
    """The alarms of cache and queues, which are in the stack `stack`; none without `alarms`."""
    if config.alarms is None:
        return ()
    cache, queues = stores.cache, stores.queues
    of_cache = [_of_cache(stack, cache, alarm) for alarm in _cache_alarms(cache)] if cache else []
    of_queues = [alarm for queue in queues.queues for alarm in _of_queue(stack, queues, queue)] if queues else []
    return (*of_cache, *of_queues)


def _of_cache(stack: str, cache: Cache, alarm: Alarm) -> StoreAlarm:
    return StoreAlarm(
        alarm=alarm,
        logical_id=ids.ALARMS[alarm.id],
        name=f"{stack}-{alarm.id}",
        # The IDs of the nodes of one shard, as in
        # https://docs.aws.amazon.com/cli/latest/reference/elasticache/describe-replication-groups.html
        dimensions={
            subject: Dimension("CacheClusterId", cache.replication_group, f"-00{number}")
            for number, subject in enumerate(_nodes(cache), start=1)
        },
    )


def _nodes(cache: Cache) -> tuple[Subject, ...]:
    return (Subject.CACHE, Subject.REPLICA)[: cache.nodes]


def _cache_alarms(cache: Cache) -> Iterator[Alarm]:
    yield _of_nodes(
        cache,
        "cache-cpu",
        Metric("cpu", "CPU of Valkey", Subject.CACHE, "EngineCPUUtilization", "Average", _FIVE_MINUTES),
        _CPU_PERCENT,
        f"Valkey used {_CPU_PERCENT} percent or more of the one CPU that it can use. Look first at slow commands, such "
        "as KEYS, then at cache.node_type.",
    )
    yield _of_nodes(
        cache,
        "cache-memory",
        Metric("memory", "memory", Subject.CACHE, "DatabaseMemoryUsagePercentage", "Maximum", _FIVE_MINUTES),
        _MEMORY_PERCENT,
        f"{_MEMORY_PERCENT} percent or more of the cache's memory was in use; when it is full, keys are evicted or "
        "writes refused. Look first at keys that never expire, then at cache.node_type.",
    )
    yield _of_nodes(
        cache,
        "cache-evictions",
        Metric("evictions", "evicted keys", Subject.CACHE, "Evictions", "Sum", _FIVE_MINUTES),
        1,
        "the cache evicted keys before they expired: its memory is full. Look first at how long keys live, then at "
        "cache.node_type.",
    )


def _of_nodes(cache: Cache, id: str, metric: Metric, threshold: int, what: str) -> Alarm:
    """An alarm on the worse of the nodes: either one is the primary, or will be after a failover."""
    subjects = _nodes(cache)
    metrics = tuple(replace(metric, id=f"{metric.id}{n}", subject=subject) for n, subject in enumerate(subjects, 1))
    return Alarm(
        id=id,
        label=metric.label,
        description=f"For a quarter of an hour, {what}",
        metrics=metrics,
        expression=f"MAX([{', '.join(each.id for each in metrics)}])" if len(metrics) > 1 else None,
        threshold=threshold,
        lasting=_LASTING,
        among=_LASTING,
    )


def _of_queue(stack: str, queues: Queues, queue: Queue) -> Iterator[StoreAlarm]:
    words, age = ids.camel_case(queue.name), _age(queue)
    waiting = Alarm(
        id="queue-age",
        label="age of the oldest message",
        description=f"A message of the queue {queue.name} has waited for {age // 60} minutes or longer. Look first at "
        "whether a consumer runs, then at how long it takes for a message.",
        metrics=(_metric("age", Subject.QUEUE, "ApproximateAgeOfOldestMessage"),),
        threshold=age,
    )
    yield StoreAlarm(
        alarm=waiting,
        logical_id=ids.QUEUE_AGE_ALARM.format(words),
        name=f"{stack}-{queue.name}-{waiting.id}",
        dimensions={Subject.QUEUE: Dimension("QueueName", queues.queue_name(queue.logical_id))},
    )
    dead = Alarm(
        id="queue-dead-letters",
        label="dead letters",
        description=f"A message of the queue {queue.name} was received {queue.max_receives} times and never deleted; "
        "the dead-letter queue keeps it until 14 days after it was sent. Look first at the message, then at the logs "
        "of its consumer; aws sqs start-message-move-task sends it again.",
        metrics=(_metric("dead", Subject.DEAD_LETTERS, "ApproximateNumberOfMessagesVisible"),),
        threshold=1,
    )
    yield StoreAlarm(
        alarm=dead,
        logical_id=ids.DEAD_LETTERS_ALARM.format(words),
        name=f"{stack}-{queue.name}-{dead.id}",
        dimensions={Subject.DEAD_LETTERS: Dimension("QueueName", queues.queue_name(queue.dead_letters))},
    )


def _metric(id: str, subject: Subject, name: str) -> Metric:
    return Metric(id, id, subject, name, "Maximum", _FIVE_MINUTES)


def _age(queue: Queue) -> int:
    """The age in seconds at which a message has waited too long: a failing one is a dead letter before that."""
    tries = max(_QUARTER_OF_AN_HOUR, queue.visibility_timeout * queue.max_receives)
    return min(tries, queue.retention // _SHARE_OF_RETENTION)
