"""The queues stack: encrypted queues, each with a dead-letter queue, which are kept when the stack is deleted."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, sqs

from blogstack.blueprint import names
from blogstack.blueprint.names import Output
from blogstack.blueprint.queues import Queue, Queues
from blogstack.facts.iam import document
from blogstack.templates.policies import deny_without_tls
from blogstack.templates.stack import KEPT, Stack, make_tags

# The maximum that SQS allows, both for a receive that waits for a message and for a message that waits for a person.
# The age of a message counts from when it was sent, also in the dead-letter queue:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
_WAIT_SECONDS, _DEAD_LETTER_SECONDS = 20, 14 * 24 * 60 * 60


def lower(queues: Queues) -> Stack:
    """Build the queues stack."""
    stack = Stack(names.QUEUES, queues.stack, f"{queues.title}: the queues")
    for queue in queues.queues:
        _add_queue(stack, queues, queue)
    return stack


def _add_queue(stack: Stack, queues: Queues, queue: Queue) -> None:
    dead = sqs.Queue(queue.dead_letters, MessageRetentionPeriod=_DEAD_LETTER_SECONDS)
    _add(stack, queues, queue, dead, queue.dead_letters_policy)
    made = sqs.Queue(
        queue.logical_id,
        VisibilityTimeout=queue.visibility_timeout,
        MessageRetentionPeriod=queue.retention,
        ReceiveMessageWaitTimeSeconds=_WAIT_SECONDS,
        RedrivePolicy=sqs.RedrivePolicy(
            deadLetterTargetArn=GetAtt(dead, "Arn"),
            maxReceiveCount=queue.max_receives,
        ),
    )
    _add(stack, queues, queue, made, queue.policy)
    stack.export(Output.QUEUE_URL.format(queue.logical_id), f"URL of the queue {queue.name}", Ref(made))
    for resource, what in ((made, "queue"), (dead, "dead-letter queue of")):
        name = GetAtt(resource, "QueueName")
        stack.export(Output.QUEUE_NAME.format(resource.title), f"Name of the {what} {queue.name}", name)
    stack.export(Output.QUEUE_ARN.format(queue.logical_id), f"ARN of the queue {queue.name}", GetAtt(made, "Arn"))


def _add(stack: Stack, queues: Queues, queue: Queue, resource: AWSObject, policy: str) -> None:
    """Add one of the two queues and its policy."""
    if queues.kms_key:
        resource.KmsMasterKeyId = queues.kms_key
    else:
        resource.SqsManagedSseEnabled = True
    resource.Tags = make_tags(queues.tags)
    for attribute, value in KEPT.items():
        setattr(resource, attribute, value)
    stack.add(resource, "queues", queue.name)
    stack.add(
        sqs.QueuePolicy(
            policy,
            Queues=[Ref(resource)],
            PolicyDocument=document([deny_without_tls(["sqs:*"], [GetAtt(resource, "Arn")])]),
            **KEPT,
        ),
        "queues",
        queue.name,
    )
