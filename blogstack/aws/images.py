"""What ECR says about images."""

from __future__ import annotations

from blogstack.aws.session import AwsError, Session


def has_image(session: Session, repository: str, tag: str, account: str | None = None) -> bool:
    """Whether a repository has an image with a tag; not if there is no such repository.

    Args:
        session: With AWS.
        repository: Its name.
        tag: Of the image.
        account: That has the repository; None for that of the session.

    Raises:
        AwsError: when AWS does not answer.
    """
    where = {"repositoryName": repository} | ({"registryId": account} if account else {})
    try:
        answer = session.call("ecr", "describe_images", imageIds=[{"imageTag": tag}], **where)
    except AwsError as error:
        if error.code in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return False
        raise
    return bool(answer["imageDetails"])
