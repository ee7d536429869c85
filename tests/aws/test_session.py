"""The session: the error for each failure of AWS, and that botocore retries calls."""

from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

from blogstack.aws.session import AwsError, Identity, Session, Trouble
from emulator import Emulator
from tests.support.fake_aws import FakeAws, Refusal


def test_identity() -> None:
    aws = FakeAws({"sts:GetCallerIdentity": {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/ann"}})
    assert aws.session.identity() == Identity("123456789012", "arn:aws:iam::123456789012:user/ann")


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (Refusal("ExpiredToken", "The security token included in the request is expired", 403), Trouble.CREDENTIALS),
        (Refusal("AccessDenied", "User: ann is not authorized to perform: sts:GetCallerIdentity", 403), Trouble.DENIED),
        (Refusal("Throttling", "Rate exceeded"), Trouble.THROTTLED),
        (Refusal("ValidationError", "Stack does not exist"), Trouble.REFUSED),
        (NoCredentialsError(), Trouble.CREDENTIALS),
        (EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com"), Trouble.CONNECTION),
    ],
    ids=lambda value: value.code if isinstance(value, Refusal) else None,
)
def test_trouble(answer: Exception, trouble: Trouble) -> None:
    with pytest.raises(AwsError) as caught:
        FakeAws({"sts:GetCallerIdentity": answer}).session.identity()
    assert caught.value.trouble is trouble
    assert str(caught.value).startswith("sts:GetCallerIdentity: ")


def test_pages() -> None:
    cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/{}".format
    pages = [{"clusterArns": [cluster(1)], "nextToken": "more"}, {"clusterArns": [cluster(2)]}]
    aws = FakeAws({"ecs:ListClusters": pages})
    assert list(aws.session.pages("ecs", "list_clusters", "clusterArns")) == [cluster(1), cluster(2)]
    assert aws.called("ecs:ListClusters")[1] == {"nextToken": "more"}


def test_the_emulated_aws(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in emulator.env.items():
        monkeypatch.setenv(name, value)
    assert Session(emulator.region).identity().account == emulator.account
