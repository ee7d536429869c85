"""The topic that alarms are sent to: encrypted, open to this stack's alarms only, and mailed.

docs/decisions/0016-key-for-alarms.md says why it has a key of its own.
"""

from __future__ import annotations

from typing import Any

from troposphere import AWSHelperFn, AWSObject, Ref, Sub, kms, sns

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.monitoring import Monitoring
from blogstack.templates.stack import Stack, tagged

Json = dict[str, Any]


def add_topic(stack: Stack, watched: Monitoring) -> AWSObject:
    """The topic, its policy and its subscription; returns the topic."""
    topic = stack.add(
        sns.Topic(
            names.ALARM_TOPIC,
            DisplayName=f"{watched.title} alarms",
            KmsMasterKeyId=_key(stack, watched),
            Tags=tagged(watched.tags),
        ),
        "alarms",
    )
    stack.add(
        sns.TopicPolicy(
            names.ALARM_TOPIC_POLICY,
            Topics=[Ref(topic)],
            PolicyDocument=_document(
                _alarms_may(["sns:Publish"], Ref(topic)),
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": ["sns:Publish"],
                    "Resource": Ref(topic),
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ),
        ),
        "alarms",
    )
    stack.add(
        sns.SubscriptionResource(
            names.ALARM_SUBSCRIPTION, TopicArn=Ref(topic), Protocol="email", Endpoint=watched.email
        ),
        "alarms",
        "email",
    )
    return topic


def _key(stack: Stack, watched: Monitoring) -> str | AWSHelperFn:
    """The key that encrypts the topic: the customer's, or else one of its own.

    CloudWatch may use no AWS managed key, so alias/aws/sns would silence every alarm. What it needs: Amazon SNS
    developer guide, "Managing Amazon SNS encryption keys and costs", event sources from AWS services.
    """
    if watched.kms_key:
        return watched.kms_key
    administration = {
        "Effect": "Allow",
        "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": ["kms:*"],
        "Resource": "*",
    }
    key = kms.Key(
        names.ALARM_KEY,
        Description=f"{watched.title}: messages of the alarms",
        EnableKeyRotation=True,
        # The fewest days; nothing is left to decrypt when the topic is gone.
        PendingWindowInDays=7,
        KeyPolicy=_document(administration, _alarms_may(["kms:Decrypt", "kms:GenerateDataKey*"], "*")),
        Tags=tagged(watched.tags),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    return Ref(stack.add(key, "alarms"))


def _alarms_may(actions: list[str], resource: str | AWSHelperFn) -> Json:
    """A statement for CloudWatch, for the alarms of this stack alone, whose names begin with the stack's."""
    alarms = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-*"
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": actions,
        "Resource": resource,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
            "ArnLike": {"aws:SourceArn": Sub(alarms)},
        },
    }


def _document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}
