"""Decisions about the queues stack."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import QUEUES, Imported, Naming, Output
from blogstack.blueprint.rights import Right
from blogstack.config import Config, queues
from blogstack.records import Record


class Queue(Record, kw_only=True):
    """A queue and its dead-letter queue; times in seconds.

    Attributes:
        name: In the file.
        logical_id: Of the queue.
        policy: Logical ID of its policy.
        dead_letters: Logical ID of the dead-letter queue.
        dead_letters_policy: Logical ID of the dead-letter queue's policy.
    """

    name: str
    logical_id: str
    policy: str
    dead_letters: str
    dead_letters_policy: str
    visibility_timeout: int
    max_receives: int
    retention: int


class Queues(Record, kw_only=True):
    """The queues stack.

    Attributes:
        queues: At least one.
        kms_key: ARN of the key for the messages; None for SQS's own.
    """

    stack: str
    title: str
    queues: tuple[Queue, ...]
    kms_key: str | None
    tags: Mapping[str, str]

    def url(self, queue: Queue) -> Imported:
        """The URL of one of the queues."""
        return Imported(self.stack, Output.QUEUE_URL.format(queue.logical_id))

    def queue_name(self, logical_id: str) -> Imported:
        """The name on AWS of one of the queues or dead-letter queues, by its logical ID."""
        return Imported(self.stack, Output.QUEUE_NAME.format(logical_id))

    @property
    def rights(self) -> tuple[Right, ...]:
        """What the tasks may do: send, receive and delete messages, but not in dead-letter queues."""
        arns = tuple(Imported(self.stack, Output.QUEUE_ARN.format(queue.logical_id)) for queue in self.queues)
        return (Right(("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"), arns),)


def resolve_queues(config: Config, naming: Naming) -> Queues | None:
    """The queues stack; None without queues."""
    if not config.queues:
        return None
    return Queues(
        stack=naming.stack(QUEUES),
        title=naming.application,
        queues=tuple(_queue(name, config.queues[name]) for name in sorted(config.queues)),
        kms_key=config.kms_key,
        tags=naming.tags,
    )


def _queue(name: str, queue: queues.Queue) -> Queue:
    words = ids.camel_case(name)
    return Queue(
        name=name,
        logical_id=ids.QUEUE.format(words),
        policy=ids.QUEUE_POLICY.format(words),
        dead_letters=ids.DEAD_LETTERS.format(words),
        dead_letters_policy=ids.DEAD_LETTERS_POLICY.format(words),
        visibility_timeout=queue.visibility_timeout,
        max_receives=queue.max_receives,
        retention=queue.retention * 24 * 60 * 60,
    )
