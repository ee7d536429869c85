"""How long a service may take to start, by web framework; nothing else depends on the framework.

These are estimates, not limits of AWS. A FastAPI process serves within seconds; a Django process, with its checks and
several gunicorn workers, takes longer on half a vCPU. The grace period of the load balancer's check also covers the
pull of the image, which is over when the container's start period begins.
"""

from __future__ import annotations

from blogstack.records import Record


class StartUp(Record):
    """Default times in seconds, from the start until a failed check counts.

    Attributes:
        start_period: for the container's health check.
        grace_period: for the load balancer's health check.
    """

    start_period: int
    grace_period: int


START_UP = {"fastapi": StartUp(30, 60), "django": StartUp(60, 120), "other": StartUp(30, 60)}
