"""The key `queues`: queues on Amazon SQS, by name.

Limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from typing import Annotated

from pydantic import Field

from blogstack.config.types import Duration, Section, Variable, Whole


class QueueVariables(Section):
    """Names of the variables that the containers get with a queue."""

    url: Variable | None = Field(None, examples=["MAIL_QUEUE"])
    """Variable with the queue's URL; the default is NAME_QUEUE_URL, as in MAILS_QUEUE_URL for `mails`."""


class Queue(Section):
    """A queue on Amazon SQS with a dead-letter queue; `{}` uses every default."""

    visibility_timeout: Annotated[int, Duration(0, 43200)] = 300
    """Time that a consumer has for a message; if it does not delete the message, others receive it again."""
    max_receives: Annotated[int, Whole(1, 1000, "times")] = 5
    """How often a message is received before it goes to the dead-letter queue, which keeps it for 14 days."""
    retention: Annotated[int, Whole(1, 14, "days")] = 4
    """Days after which a message that is still in the queue is lost."""
    variables: QueueVariables = QueueVariables.model_construct()
    """Names of the variables that the containers get, instead of the default names."""
