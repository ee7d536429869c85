"""Records are frozen, have exactly their fields, and compare by them."""

from __future__ import annotations

import pytest

from blogstack.records import Record, replace


class Point(Record):
    x: int
    y: int = 2


class Named(Record, kw_only=True):
    name: str


def test_fields() -> None:
    assert (Point(1).x, Point(1).y, Point(1, y=3).y, Point(x=1, y=4)) == (1, 2, 3, Point(1, 4))
    assert repr(Point(1)) == "Point(x=1, y=2)"
    assert replace(Point(1), y=5) == Point(1, 5)
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})])
def test_wrong_fields(values: tuple[int, ...], named: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="Point has the fields x, y"):
        Point(*values, **named)


def test_keyword_only() -> None:
    with pytest.raises(TypeError, match="Named has the fields name, not 1 positional"):
        Named("x")  # type: ignore[call-arg]


def test_frozen() -> None:
    with pytest.raises(AttributeError, match="Point is frozen: x"):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="Point is frozen: x"):
        del Point(1).x


def test_equality_and_hash() -> None:
    """A record of another type with the same values is another record."""

    class Other(Record):
        x: int
        y: int

    assert Point(1, 2) != Other(1, 2)
    assert {Point(1), Point(1)} == {Point(1, 2)}
