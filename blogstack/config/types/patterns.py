"""Regular expressions for ranges of numbers inside texts, which a JSON Schema cannot express in numbers."""

from __future__ import annotations

import math


def duration_pattern(low: int, high: int, *, seconds: bool = True) -> str:
    """A regular expression for every text that is a duration of `low` to `high` seconds."""
    parts = []
    for unit, size in (*((("s?", 1),) if seconds else ()), ("m", 60), ("h", 3600)):
        first, last = math.ceil(low / size), high // size  # in this unit: low rounded up, high rounded down
        if first <= last:
            parts.append(f"({number_pattern(first, last)}){unit}")
    return f"^({'|'.join(parts)})$"


OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"


def block_pattern(widest: int, narrowest: int) -> str:
    """A regular expression for the IPv4 blocks without host bits whose prefix has `widest` to `narrowest` bits."""
    return "|".join(f"{_network(prefix)}/{prefix}" for prefix in range(widest, narrowest + 1))


def _network(prefix: int) -> str:
    # Octets inside the prefix have any value, the octet in which it ends is a multiple, the rest are zero.
    octet_count, bits = divmod(prefix, 8)
    octets = [OCTET] * octet_count
    if bits:
        octets.append(f"(?:{'|'.join(map(str, range(0, 256, 2 ** (8 - bits))))})")
    return r"\.".join([*octets, *["0"] * (4 - len(octets))])


def number_pattern(first: int, last: int) -> str:
    """A regular expression for the decimal numbers from `first` to `last`."""
    alternatives = []
    while first <= last:
        # The longest run of numbers that share a prefix: ...0 to ...9, ...00 to ...99 and so on.
        width = 1
        while first % (width * 10) == 0 and first + width * 10 - 1 <= last:
            width *= 10
        free = len(str(width)) - 1
        top = min(9, first // width % 10 + (last - first + 1) // width - 1)
        head = str(first // width)[:-1]
        low = first // width % 10
        digit = str(low) if low == top else f"[{low}-{top}]"
        if first == 0 and width > 1:  # numbers of fewer digits are covered one width at a time
            width, free, head, digit = 1, 0, "", f"[0-{min(9, last)}]"
            alternatives.append(digit)
            first = min(9, last) + 1
            continue
        alternatives.append(head + digit + "[0-9]" * free)
        first += (top - low + 1) * width
    return "|".join(alternatives)
