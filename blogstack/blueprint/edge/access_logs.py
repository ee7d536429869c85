"""Decisions about the load balancer's access logs: the bucket to create, and who writes to it."""

from __future__ import annotations

from blogstack.config import Config
from blogstack.records import Record

# In China a load balancer writes as an account of AWS:
# https://docs.amazonaws.cn/en_us/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy
# Everywhere else, GovCloud included, it writes as a service, which AWS recommends:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy
_ACCOUNTS = {"cn-north-1": "638102146993", "cn-northwest-1": "037604701340"}


class AccessLogs(Record, kw_only=True):
    """The bucket for access logs.

    Attributes:
        days: How long a log is kept.
        account: The AWS account that writes them; None where Elastic Load Balancing writes as a service.
    """

    days: int
    account: str | None


def resolve_access_logs(config: Config) -> AccessLogs | str | None:
    """The bucket to create, the name of an existing one, or None for no access logs."""
    match config.load_balancer.access_logs:
        case True:
            return AccessLogs(days=config.logs.retention, account=_ACCOUNTS.get(config.region))
        case str(name):
            return name
    return None
