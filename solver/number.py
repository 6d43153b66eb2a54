"""Reads and writes exact numbers, and bounds their size."""

import re
from fractions import Fraction
from functools import lru_cache

LITERAL = re.compile(r"(-?)(?:((?:0|[1-9][0-9]*)?\.[0-9]+|0|[1-9][0-9]*)|(0|[1-9][0-9]*)/([1-9][0-9]*))")
LIMIT = 10**40
"""Numerators and denominators stay below this, in texts and in computed values."""
MAX_LITERAL = 2 * len(str(LIMIT))
"""The most characters of a number that is read: the longest fraction below LIMIT, with its sign."""
MAX_PLACES = 12
"""The most decimal places that are written; a number with more is written as a fraction."""


@lru_cache(maxsize=1 << 14)
def read_number(text: str) -> Fraction:
    """Return the exact number in `text`: an integer, a decimal or a fraction such as 2/3.

    Raises ValueError for anything else. Forms that YAML or Python would accept are refused: `010`, `1e3`, `1_000`,
    `80,000` and `0x1F`.
    """
    found = LITERAL.fullmatch(text) if len(text) <= MAX_LITERAL else None
    if found is None:
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise ValueError(f"{shown!r} is not a number; write one exact number such as 12, 2.5 or 2/3")
    sign, plain, top, bottom = found.groups()
    if plain:
        whole, _, places = plain.partition(".")
        top, bottom = whole + places, 10 ** len(places)
    value = Fraction(int(top), int(bottom))
    if not fits(value):
        raise ValueError(f"{text} is too large; a number has at most {len(str(LIMIT)) - 1} digits")
    return -value if sign else value


def write_number(value: Fraction) -> str:
    """Return the canonical text of a number: an integer, else a decimal without trailing zeros, else a/b."""
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return str(top)
    places = next((k for k in range(1, MAX_PLACES + 1) if 10**k % bottom == 0), None)
    if places is None:
        return f"{top}/{bottom}"
    digits = str(abs(top) * (10**places // bottom)).rjust(places + 1, "0")
    return f"{'-' if top < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def fits(value: Fraction) -> bool:
    """Return whether numerator and denominator are below LIMIT."""
    return abs(value.numerator) < LIMIT and value.denominator < LIMIT
