"""Caches: their nodes, and what ElastiCache refuses."""

import pytest

from emulator import Emulator, EmulatorError

CACHE = """\
Resources:
  Cache:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties:
      ReplicationGroupId: blog
      ReplicationGroupDescription: blog
      Engine: valkey
      CacheNodeType: cache.t4g.micro
      NumCacheClusters: 2
      AutomaticFailoverEnabled: true
      TransitEncryptionEnabled: true
"""


def test_the_nodes_of_one_shard(aws: Emulator) -> None:
    aws.deploy_text(CACHE, "cache")
    (group,) = aws.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    assert group["MemberClusters"] == ["blog-001", "blog-002"]
    clusters = aws.client("elasticache").describe_cache_clusters()["CacheClusters"]
    assert sorted(cluster["CacheClusterId"] for cluster in clusters) == ["blog-001", "blog-002"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Engine: valkey", "Motor: valkey", 'Unknown parameter in input: "Motor"'),
        ("Engine: valkey", "CacheSubnetGroupName: none", "Cache Subnet Group none does not exist"),
        ("Engine: valkey", "SecurityGroupIds: [sg-0123456789abcdef0]", "security group Ids provided were not found"),
        ("NumCacheClusters: 2", "NumCacheClusters: 1", "less than 2 members"),
    ],
)
def test_refused(aws: Emulator, old: str, new: str, words: str) -> None:
    with pytest.raises(EmulatorError, match=words):
        aws.deploy_text(CACHE.replace(old, new), "cache")
