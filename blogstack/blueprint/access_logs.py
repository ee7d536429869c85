"""Decisions about the load balancer's access logs: the bucket that is made for them, and who writes into it."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.config import Config

# In China a load balancer writes as an account of AWS's: Elastic Load Balancing user guide of Amazon Web Services in
# China, "Enable access logs for your Application Load Balancer". Everywhere else, GovCloud included, it writes as a
# service, which AWS recommends also where such an account is still taken (the same page of the AWS documentation).
_ACCOUNTS = {"cn-north-1": "638102146993", "cn-northwest-1": "037604701340"}


class AccessLogs(NamedTuple):
    """The bucket for access logs.

    Attributes:
        days: How long a log is kept.
        account: AWS's account that writes them; "" where Elastic Load Balancing writes as a service.
    """

    days: int
    account: str


def resolve_access_logs(config: Config) -> AccessLogs | None:
    """The bucket to make; None without access logs, and with a bucket that exists already."""
    if config.load_balancer.access_logs is not True:
        return None
    return AccessLogs(config.logs.retention, _ACCOUNTS.get(config.region, ""))
