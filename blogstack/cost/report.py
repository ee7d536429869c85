"""Estimates as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from blogstack.cost.alternatives import Alternative
from blogstack.cost.estimate import Estimate, Line
from blogstack.facts.prices import Prices, dates
from blogstack.records import Record


class Report(Record, kw_only=True):
    """What an environment costs, and what other values would change.

    Attributes:
        title: The application's name, followed by the environment's.
        spot: Whether tasks run on Fargate Spot.
        external_resources: What the environment uses but does not create, in a few words each.
    """

    title: str
    region: str
    estimate: Estimate
    alternatives: tuple[Alternative, ...]
    spot: bool
    external_resources: tuple[str, ...]

    @property
    def left_out(self) -> str:
        """What is not counted, as a list in words."""
        own = ("requests, traffic, logs, metrics of the application", *self.estimate.by_use)
        return ", ".join((*own, *self.external_resources, "tax"))


def as_text(reports: Sequence[Report]) -> str:
    """A table for each environment, its assumptions, and what other values would change."""
    return "\n".join("".join(f"{line}\n" for line in _lines(report)) for report in reports)


def as_json(reports: Sequence[Report]) -> str:
    """The same as one JSON object; what has no price is null."""
    content = {
        "currency": "USD",
        "environments": [
            {
                "name": report.title,
                "region": report.region,
                "prices_of": dates(report.region),
                "left_out": report.left_out,
                "idle": _rounded(report.estimate.idle),
                "most": _rounded(report.estimate.most),
                "lines": [_line(line) for line in report.estimate.lines],
                "alternatives": [_alternative(each) for each in report.alternatives],
            }
            for report in reports
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def dollars(value: float | None, sign: bool = False) -> str:
    """An amount with cents; `no price` for None."""
    return "no price" if value is None else f"{value:{'+' if sign else ''},.2f}"


def _lines(report: Report) -> Iterator[str]:
    estimate = report.estimate
    days = dates(report.region)
    yield f"{report.title} in {report.region}: US dollars a month of 730 hours, list prices of {days}, on demand"
    yield f"{'':<58}{'idle':>10}{'at most':>10}"
    stack = None
    for line in estimate.lines:
        if line.stack != stack:
            stack = line.stack
            yield stack
        text = f"  {line.logical_id}: {line.what}"
        yield f"{text:<58}{dollars(line.idle):>10}{dollars(line.most):>10}"
    least = "at least: some lines have no price" if estimate.unpriced else "total"
    yield f"{least:<58}{dollars(estimate.idle):>10}{dollars(estimate.most):>10}"
    yield f"left out: {report.left_out}"
    yield from _by_use(Prices(report.region))
    spot = "tasks on Spot are counted at on-demand prices" if report.spot else "not counted: scaling.spot"
    yield f"{spot}; Spot prices vary, and are up to 70% lower"
    if report.alternatives:
        yield f"{'change with another value':<58}{'idle':>10}{'at most':>10}"
    for each in report.alternatives:
        text = f"  {each.key}: {_value(each.value)}"
        yield f"{text:<58}{dollars(each.idle, sign=True):>10}{dollars(each.most, sign=True):>10}"


def _by_use(prices: Prices) -> Iterator[str]:
    """The prices of what is left out, as far as they are known."""
    named = {
        "a GB through a NAT gateway": prices.get("nat_gb"),
        "a GB through an interface endpoint": prices.get("endpoint_gb"),
        "a GB of logs": prices.get("logs_gb"),
        "a capacity unit of the load balancer an hour": prices.get("load_balancer_unit_hour"),
    }
    known = [f"{what} {price:g}" for what, price in named.items() if price is not None]
    yield f"by use: {', '.join(known)}"


def _line(line: Line) -> dict[str, object]:
    return {
        "stack": line.stack,
        "logical_id": line.logical_id,
        "what": line.what,
        "idle": _rounded(line.idle),
        "most": _rounded(line.most),
    }


def _alternative(each: Alternative) -> dict[str, object]:
    return {"key": each.key, "value": each.value, "idle": _rounded(each.idle), "most": _rounded(each.most)}


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
