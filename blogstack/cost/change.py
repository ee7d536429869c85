"""What a deployment changes a month."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.cost.estimate import estimate
from blogstack.cost.tasks import Tree
from blogstack.facts.prices import dates, regions
from blogstack.records import Record
from blogstack.words import listed


class Change(Record):
    """What the stacks cost before and after, in US dollars a month, idle and at most.

    Attributes:
        left: Stacks that are no longer in the file but cost something until somebody deletes them.
    """

    region: str
    idle: tuple[float, float]
    most: tuple[float, float]
    left: tuple[str, ...]

    def in_words(self) -> str:
        """The change on one line."""
        parts = []
        for what, (before, after) in (("idle", self.idle), ("at most", self.most)):
            parts.append(f"{before:,.2f} -> {after:,.2f} {what} ({round(after - before, 2) + 0.0:+,.2f})")
        once = f", once {listed(self.left)} {'is' if len(self.left) == 1 else 'are'} deleted" if self.left else ""
        return (
            f"US dollars a month{once}: {', '.join(parts)}; list prices of {dates(self.region)}, see `blogstack cost`"
        )


class Unknown(Record):
    """The change of the cost is unknown; `why` says what is missing."""

    why: str

    def in_words(self) -> str:
        """The reason on one line."""
        return f"US dollars a month: unknown, because {self.why}"


def cost_change(old: Mapping[str, Tree], new: Mapping[str, Tree], places: Mapping[str, str]) -> Change | Unknown | None:
    """How the cost changes with another set of templates; None when it does not.

    Args:
        old: The templates before, by the name of their stack.
        new: The templates after.
        places: The region of each stack of `new`; stacks that are only in `old` are taken to be in the same one.
    """
    if old == new:
        return None
    found = sorted(set(places.values()))
    if len(found) != 1:
        return (
            Unknown(f"the stacks are in several regions ({', '.join(found)}): choose one with --env") if found else None
        )
    (region,) = found
    if region not in regions():
        return Unknown(f"there are no prices for {region}")
    before, after = estimate(old, region), estimate(new, region)
    if unpriced := {line.what for line in before.unpriced} ^ {line.what for line in after.unpriced}:
        return Unknown(f"there is no price for {listed(sorted(unpriced))}")
    left = dict.fromkeys(line.stack for line in before.lines if line.stack not in new)
    change = Change(region, (before.idle, after.idle), (before.most, after.most), tuple(left))
    same = all(round(pair[0], 2) == round(pair[1], 2) for pair in (change.idle, change.most))
    return None if same else change
