"""ministack's modules, imported by name: this folder is type-checked without ministack installed."""

import importlib
from functools import cache
from typing import Any


@cache
def ministack(module: str) -> Any:  # noqa: ANN401 - ministack is not typed
    """One of ministack's modules, such as `services.ec2`."""
    return importlib.import_module(f"ministack.{module}")


@cache
def service(name: str) -> Any:  # noqa: ANN401 - as above
    """ministack's module of one AWS service, such as `ec2`."""
    return ministack(f"services.{name}")


def region() -> str:
    """The region of the request that is being answered."""
    return str(ministack("core.responses").get_region())


def account() -> str:
    """The account of the request that is being answered."""
    return str(ministack("core.responses").get_account_id())


def scoped_store() -> Any:  # noqa: ANN401 - as above
    """A dict with separate keys for each account and region."""
    return ministack("core.responses").AccountRegionScopedDict()
