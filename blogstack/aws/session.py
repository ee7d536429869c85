"""A session with AWS: credentials and endpoints as in the AWS CLI, a time limit for each call, and our own errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from blogstack.aws.errors import AwsError, Trouble
from blogstack.records import Record

__all__ = ["AwsError", "Identity", "Session", "Trouble"]

# Botocore's own retry mode for throttling, lost connections and errors of the service:
# https://docs.aws.amazon.com/boto3/latest/guide/retries.html#standard-retry-mode
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 6},
    connect_timeout=10,
    read_timeout=60,
    user_agent_appid="blogstack",
)


class Identity(Record):
    """The identity behind the credentials.

    Attributes:
        account: Account ID, twelve digits.
        arn: ARN of the user or the assumed role.
    """

    account: str
    arn: str


class Session:
    """Calls to AWS in one region.

    Args:
        region: AWS region, as in the file.
        profile: Name of a profile of the AWS CLI; None for what the environment variables say.

    Raises:
        AwsError: when the profile does not exist.
    """

    def __init__(self, region: str, profile: str | None = None) -> None:
        self.region = region
        try:
            self._session = boto3.Session(region_name=region, profile_name=profile)
        except BotoCoreError as error:
            raise _translate("", error) from error
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    def client(self, service: str) -> Any:  # noqa: ANN401 (boto3 makes its classes at run time)
        """The boto3 client of a service, such as `elbv2`; for `call` and `pages`, which translate the errors."""
        with self._making:  # threads may share clients, but may not make them at the same time
            if service not in self._clients:
                try:
                    self._clients[service] = self._session.client(service, config=_CONFIG)
                except (BotoCoreError, ValueError) as error:
                    raise _translate(service, error) from error
            return self._clients[service]

    def call(self, service: str, operation: str, /, **parameters: object) -> dict[str, Any]:
        """The answer to one call; `operation` is a method of boto3 such as `describe_services`.

        Raises:
            AwsError: when it fails, after botocore's retries.
        """
        client = self.client(service)
        try:
            answer: dict[str, Any] = getattr(client, operation)(**parameters)
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise _translate(_name(client, operation), error) from error
        return answer

    def pages(self, service: str, operation: str, key: str, /, **parameters: object) -> Iterator[Any]:
        """The items under `key` of all pages of a call.

        Raises:
            AwsError: when a call fails.
        """
        client = self.client(service)
        try:
            for page in client.get_paginator(operation).paginate(**parameters):
                yield from page.get(key, ())
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise _translate(_name(client, operation), error) from error

    def identity(self) -> Identity:
        """The identity behind the credentials.

        Raises:
            AwsError: without valid credentials.
        """
        answer = self.call("sts", "get_caller_identity")
        return Identity(answer["Account"], answer["Arn"])


def _name(client: Any, operation: str) -> str:  # noqa: ANN401 (boto3 makes its classes at run time)
    return f"{client.meta.service_model.service_name}:{client.meta.method_to_api_mapping[operation]}"


# The error codes that AWS's services use for the same few errors:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
_CREDENTIALS = frozenset(
    [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "RequestExpired",
        "AuthFailure",
    ]
)
_DENIED = frozenset(
    ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "OptInRequired"]
)
_THROTTLED = frozenset(
    ["Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "TooManyRequestsException"]
)
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)


def _translate(operation: str, error: Exception) -> AwsError:
    message = " ".join(str(error).split())
    if isinstance(error, ClientError):
        found = error.response.get("Error", {})
        code = str(found.get("Code", ""))
        message = " ".join(str(found.get("Message", "")).split()) or code
        return AwsError(operation, code, message, _trouble(code))
    if isinstance(error, _NO_CREDENTIALS):
        return AwsError(operation, "", message, Trouble.CREDENTIALS)
    if isinstance(error, ConnectionError | HTTPClientError):
        return AwsError(operation, "", message, Trouble.CONNECTION)
    assert not isinstance(error, NoRegionError), "a file always names its region"
    return AwsError(operation, "", message, Trouble.REFUSED)


def _trouble(code: str) -> Trouble:
    for codes, trouble in (
        (_CREDENTIALS, Trouble.CREDENTIALS),
        (_DENIED, Trouble.DENIED),
        (_THROTTLED, Trouble.THROTTLED),
    ):
        if code in codes:
            return trouble
    return Trouble.REFUSED
