"""The registry stack: the ECR repository, which must exist before the first image is pushed."""

from __future__ import annotations

from troposphere import GetAtt, ecr

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import REGISTRY, Output
from blogstack.blueprint.registry import DAYS_UNTAGGED, Registry
from blogstack.templates.stack import Stack, make_tags


def lower(registry: Registry) -> Stack:
    """Build the registry stack."""
    stack = Stack(REGISTRY, registry.stack, f"{registry.repository}: the image repository")
    mutability = {"ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION"} if registry.mutable_tags else {}
    repository = ecr.Repository(
        ids.REPOSITORY,
        RepositoryName=registry.repository,
        ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
        **({"ImageTagMutability": "IMMUTABLE"} | mutability),
        EncryptionConfiguration=_encryption(registry),
        LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=_lifecycle(registry)),
        Tags=make_tags(registry.tags),
        # Kept when the stack is deleted, but not when its creation fails: it would block the next attempt.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )
    if registry.mutable_tags:
        repository.ImageTagMutabilityExclusionFilters = [
            ecr.ImageTagMutabilityExclusionFilter(
                ImageTagMutabilityExclusionFilterType="WILDCARD", ImageTagMutabilityExclusionFilterValue=tag
            )
            for tag in registry.mutable_tags
        ]
    stack.add(repository, "image", "repository")
    stack.export(Output.REPOSITORY_URI, "The image without its tag", GetAtt(repository, "RepositoryUri"))
    stack.export(Output.REPOSITORY_ARN, "ARN of the repository", GetAtt(repository, "Arn"))
    return stack


def _encryption(registry: Registry) -> ecr.EncryptionConfiguration:
    if registry.kms_key:
        return ecr.EncryptionConfiguration(EncryptionType="KMS", KmsKey=registry.kms_key)
    return ecr.EncryptionConfiguration(EncryptionType="AES256")


def _lifecycle(registry: Registry) -> str:
    """The lifecycle policy, as the JSON text that ECR expects.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    """
    return f"""\
{{
  "rules": [
    {{
      "rulePriority": 1,
      "description": "Delete untagged images after {DAYS_UNTAGGED} days",
      "selection": {{
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": {DAYS_UNTAGGED}
      }},
      "action": {{"type": "expire"}}
    }},
    {{
      "rulePriority": 2,
      "description": "Keep the newest {registry.keep} tagged images",
      "selection": {{
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": {registry.keep}
      }},
      "action": {{"type": "expire"}}
    }}
  ]
}}
"""
