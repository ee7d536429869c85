"""AWS's default quotas, and no others."""

import pytest

from emulator import Emulator


def test_quotas(aws: Emulator) -> None:
    quotas = aws.client("service-quotas")
    answer = quotas.get_service_quota(ServiceCode="fargate", QuotaCode="L-3032A538")
    assert answer["Quota"]["Value"] == 6
    answer = quotas.get_aws_default_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")
    assert answer["Quota"]["Value"] == 5
    answer = quotas.get_aws_default_service_quota(ServiceCode="acm", QuotaCode="L-F141DD1D")
    assert answer["Quota"]["Value"] == 2500
    with pytest.raises(quotas.exceptions.NoSuchResourceException):
        quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-00000000")
