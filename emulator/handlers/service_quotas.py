"""Service Quotas, which ministack lacks: AWS's defaults of the quotas that a deployment checks.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
"""

import json
import sys

from .ministack_modules import ministack

TARGET_PREFIX = "ServiceQuotasV20190624"
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
# https://docs.aws.amazon.com/general/latest/gr/ecs-service.html
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
DEFAULTS = {
    ("vpc", "L-F678F1CE"): 5,
    ("ec2", "L-0263D0A3"): 5,
    ("fargate", "L-3032A538"): 6,
    ("fargate", "L-36FBB829"): 6,
    ("acm", "L-F141DD1D"): 2500,
}


def install() -> None:
    """Serve the API."""
    app, router = ministack("app"), ministack("core.router")
    router.SERVICE_PATTERNS["servicequotas"] = {"target_prefixes": [TARGET_PREFIX]}
    app.SERVICE_HANDLERS["servicequotas"] = handle_request
    app.SERVICE_REGISTRY["servicequotas"] = {"module": "service_quotas"}
    app._loaded_modules["service_quotas"] = sys.modules[__name__]


def reset() -> None:
    """There is nothing to reset: quotas cannot be changed here."""


async def handle_request(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> tuple[int, dict[str, str], bytes]:
    """The default of a quota for both calls; an account here has no quotas of its own."""
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    asked = json.loads(body or b"{}")
    value = DEFAULTS.get((asked.get("ServiceCode", ""), asked.get("QuotaCode", "")))
    if operation not in ("GetServiceQuota", "GetAWSDefaultServiceQuota") or value is None:
        return _answer(400, {"__type": "NoSuchResourceException", "Message": "this quota is not emulated"})
    quota = {"ServiceCode": asked["ServiceCode"], "QuotaCode": asked["QuotaCode"], "Value": float(value)}
    return _answer(200, {"Quota": quota})


def _answer(status: int, content: object) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(content).encode()
