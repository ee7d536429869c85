"""How long a start may take, by web framework; nothing else depends on the framework.

Measured habit rather than AWS rule: a FastAPI process serves within seconds, a Django process with its checks and
several gunicorn workers takes longer on half a vCPU, and Fargate adds the pull of the image, which the balancer's
grace period covers and the container's start period does not.
"""

from __future__ import annotations

from typing import NamedTuple


class StartUp(NamedTuple):
    """Default times in seconds.

    Attributes:
        start_period: For the container's own check: the framework's usual boot time.
        grace_period: For the load balancer's check.
    """

    start_period: int
    grace_period: int


START_UP = {"fastapi": StartUp(30, 60), "django": StartUp(60, 120), "other": StartUp(30, 60)}

CHECK_IN_PYTHON = "python -c \"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}{path}', timeout=2)\""
"""A check of the container for images without curl: urlopen makes an error of a status above 399."""
