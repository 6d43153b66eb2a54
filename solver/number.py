"""Reads and writes exact numbers, and bounds their size."""

import re
import unicodedata
from fractions import Fraction
from functools import cache, lru_cache

from .numerals import MAX_WORDS, words

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
        meant = plain_form(text)
        hint = f": {meant}" if meant else " such as 12, 2.5 or 2/3"
        raise ValueError(f"{shown!r} is not a number; write one exact number{hint}")
    sign, plain, top, bottom = found.groups()
    if plain:
        whole, _, places = plain.partition(".")
        top, bottom = whole + places, 10 ** len(places)
    value = Fraction(int(top), int(bottom))
    if not fits(value):
        raise ValueError(f"{text} is too large; a number has at most {len(str(LIMIT)) - 1} digits")
    return -value if sign else value


_LONGEST_FORM = 40
_ASCII = str.maketrans("\u2212\u2013\u2014\u2010\u2011\u2044\u2215", "-----//")
"""Typographic signs of minus and of division."""
_VULGAR = re.compile(r"(?<=[0-9])(?=[¼-¾⅐-⅞])")
_GROUPS = re.compile(r"[0-9]{1,3}(?:[,_ ][0-9]{3})+(?:\.[0-9]+)?")
_DECORATED = re.compile(
    r"[$€£¥₹ ]*(?P<sign>[-+]?)[$€£¥₹ ]*(?P<number>[0-9.][0-9.,/_e ]*?)(?: ?[%$€£¥₹]| ?[A-Za-z]+[.]?)?"
)
_MIXED = re.compile(r"([0-9]+) ([0-9]+)/([1-9][0-9]*)")
_POWER = re.compile(r"([0-9]+)e([0-9]{1,2})")


def plain_form(text: str) -> str | None:
    """Return the number that a text has in another notation, as read_number reads it, or None.

    These are signs of currency and percent, a typographic minus, grouped digits, leading zeros, mixed numbers, powers of
    ten, a unit, and words: `$7`, `7,000`, `07`, `4%`, `1 1/2`, `1e3`, `7 km`, `sixty`.
    """
    if len(text) > _LONGEST_FORM:
        return None
    plain = unicodedata.normalize("NFKC", _VULGAR.sub(" ", text)).translate(_ASCII).strip().lower()
    # Other digits, such as Arabic ones, are read, too.
    plain = "".join(str(unicodedata.decimal(character, character)) for character in plain)
    if plain in _number_words():
        return _number_words()[plain]
    found = _DECORATED.fullmatch(plain)
    if not found:
        return None
    number = found["number"].strip()
    if _GROUPS.fullmatch(number):
        number = re.sub("[,_ ]", "", number)
    elif re.fullmatch(r"[0-9]+,[0-9]{1,2}", number):
        number = number.replace(",", ".")
    elif mixed := _MIXED.fullmatch(number):
        whole, top, bottom = map(int, mixed.groups())
        number = f"{whole * bottom + top}/{bottom}"
    elif power := _POWER.fullmatch(number):
        number = power[1] + "0" * int(power[2])
    number = re.sub(r"(^|/)0+(?=[0-9])", r"\1", number).removesuffix(".").replace(" ", "")
    number = f"-{number}" if found["sign"] == "-" else number
    return number if number != text and len(number) <= _LONGEST_FORM and LITERAL.fullmatch(number) else None


@cache
def _number_words() -> dict[str, str]:
    return {words(str(number)): str(number) for number in range(MAX_WORDS + 1)}


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
