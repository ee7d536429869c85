"""The cache stack: Valkey on ElastiCache, its token and its network."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub, ec2, elasticache, secretsmanager

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint import names
from blogstack.blueprint.cache import Cache
from blogstack.blueprint.names import Output
from blogstack.templates.secrets import secret_value
from blogstack.templates.stack import Stack, make_tags, no_egress, to_template

_ORIGIN = "cache"


def lower(cache: Cache) -> Stack:
    """Build the cache stack."""
    stack = Stack(names.CACHE, cache.stack, f"{cache.title}: the cache")
    token = _add_secret(
        stack,
        cache,
        ids.CACHE_TOKEN,
        "the token of the cache",
        # At most 128 characters, few of them special:
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate="{}", GenerateStringKey="token", PasswordLength=64, ExcludePunctuation=True
        ),
    )
    group = stack.add(
        ec2.SecurityGroup(
            ids.CACHE_SECURITY_GROUP,
            GroupDescription="Cache: admits the tasks only, by a rule of the tasks stack",
            VpcId=to_template(cache.vpc),
            SecurityGroupEgress=no_egress(),
            Tags=make_tags(cache.tags, f"{cache.title}-cache"),
        ),
        _ORIGIN,
    )
    _add_nodes(stack, cache, token, group)
    secret = _add_secret(
        stack, cache, ids.CACHE_SECRET, "the address and the token of the cache", SecretString=_connection(token)
    )
    stack.export(Output.CACHE_SECRET_ARN, "Secret with url, host, port and token", Ref(secret))
    stack.export(Output.CACHE_SECURITY_GROUP_ID, "Security group of the cache", GetAtt(group, "GroupId"))
    stack.export(Output.CACHE_REPLICATION_GROUP_ID, "ID of the replication group", Ref(ids.CACHE))
    stack.output(Output.CACHE_ADDRESS, "Host name of the primary node", GetAtt(ids.CACHE, "PrimaryEndPoint.Address"))
    return stack


def _add_secret(stack: Stack, cache: Cache, logical_id: str, what: str, **content: object) -> AWSObject:
    secret = secretsmanager.Secret(
        logical_id,
        Description=f"{cache.title}: {what}",
        **content,
        Tags=make_tags(cache.tags),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    if cache.kms_key:
        secret.KmsKeyId = cache.kms_key
    return stack.add(secret, _ORIGIN)


def _connection(token: AWSObject) -> Sub:
    """The JSON of the secret that the tasks read; host and port are the same after a failover."""
    host, port = (f"${{{ids.CACHE}.PrimaryEndPoint.{part}}}" for part in ("Address", "Port"))
    password = secret_value(token, "token")
    url = f"rediss://:{password}@{host}:{port}"
    return Sub(f'{{"url": "{url}", "host": "{host}", "port": "{port}", "token": "{password}"}}')


def _add_nodes(stack: Stack, cache: Cache, token: AWSObject, group: AWSObject) -> None:
    subnets = stack.add(
        elasticache.SubnetGroup(
            ids.CACHE_SUBNET_GROUP,
            Description=f"{cache.title}: the subnets of the cache",
            SubnetIds=[to_template(subnet) for subnet in cache.subnets],
            Tags=make_tags(cache.tags),
        ),
        _ORIGIN,
    )
    nodes = elasticache.ReplicationGroup(
        ids.CACHE,
        ReplicationGroupDescription=f"{cache.title}: the cache",
        Engine="valkey",
        EngineVersion=cache.engine_version,
        CacheNodeType=cache.node_type,
        NumCacheClusters=cache.nodes,
        AutomaticFailoverEnabled=cache.nodes > 1,
        MultiAZEnabled=cache.nodes > 1,
        Port=cache.port,
        CacheSubnetGroupName=Ref(subnets),
        SecurityGroupIds=[GetAtt(group, "GroupId")],
        TransitEncryptionEnabled=True,
        TransitEncryptionMode="required",
        AuthToken=Sub(secret_value(token, "token")),
        AtRestEncryptionEnabled=True,
        AutoMinorVersionUpgrade=True,
        SnapshotRetentionLimit=cache.backup_retention,
        Tags=make_tags(cache.tags),
        DeletionPolicy="Snapshot",
        UpdateReplacePolicy="Snapshot",
    )
    if cache.kms_key:
        nodes.KmsKeyId = cache.kms_key
    stack.add(nodes, _ORIGIN)
