"""The topic that alarms are sent to: encrypted, only for this application's alarms, with a subscription by email.

docs/decisions/0016-key-for-alarms.md explains why it has a separate key.
"""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, Ref, Sub, kms, sns

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.monitoring.topic import Topic
from blogstack.facts.iam import Json, document
from blogstack.templates.policies import allow_principal, deny_without_tls
from blogstack.templates.stack import Stack, make_tags


def add_topic(stack: Stack, topic: Topic) -> AWSObject:
    """Add the topic, its policy and its subscription; returns the topic."""
    resource = stack.add(
        sns.Topic(
            ids.ALARM_TOPIC,
            TopicName=topic.name,
            DisplayName=f"{topic.title} alarms",
            KmsMasterKeyId=_key(stack, topic),
            Tags=make_tags(topic.tags),
        ),
        "alarms",
    )
    stack.add(
        sns.TopicPolicy(
            ids.ALARM_TOPIC_POLICY,
            Topics=[Ref(resource)],
            PolicyDocument=document(
                [
                    _allow_alarms(topic, ["sns:Publish"], Ref(resource)),
                    deny_without_tls(["sns:Publish"], [Ref(resource)]),
                ]
            ),
        ),
        "alarms",
    )
    stack.add(
        sns.SubscriptionResource(
            ids.ALARM_SUBSCRIPTION, TopicArn=Ref(resource), Protocol="email", Endpoint=topic.email
        ),
        "alarms",
        "email",
    )
    return resource


def _key(stack: Stack, topic: Topic) -> str | AWSHelperFn:
    """The key that encrypts the topic: the user's, or a key for this topic only.

    CloudWatch cannot use an AWS managed key, so alias/aws/sns would silence every alarm:
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    if topic.kms_key:
        return topic.kms_key
    account = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    statements = [
        allow_principal(account, ["kms:*"], "*"),
        _allow_alarms(topic, ["kms:Decrypt", "kms:GenerateDataKey*"], "*"),
    ]
    key = kms.Key(
        ids.ALARM_KEY,
        Description=f"{topic.title}: messages of the alarms",
        EnableKeyRotation=True,
        # The minimum: nothing is left to decrypt once the topic is deleted.
        PendingWindowInDays=7,
        KeyPolicy=document(statements),
        Tags=make_tags(topic.tags),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    return Ref(stack.add(key, "alarms"))


def _allow_alarms(topic: Topic, actions: list[str], resource: str | AWSHelperFn) -> Json:
    """A statement for CloudWatch, only for this application's alarms: their names begin with their stack's name."""
    prefix = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"
    condition = {
        "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
        "ArnLike": {"aws:SourceArn": [Sub(f"{prefix}{sender}-*") for sender in topic.senders]},
    }
    return allow_principal({"Service": "cloudwatch.amazonaws.com"}, actions, resource, condition)
