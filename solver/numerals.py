"""Writes a number in the forms that a question may ask for: `{{ n | words }}`, `{{ p | money }}`, `{{ n | part }}`, ...

Each form takes a number's canonical text and writes different numbers differently. The number words are our own
table and not a library's, whose next version may change them: the same seed must give the same bytes.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from .refusal import InputError

UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
MAX_WORDS = 99
"""The greatest number in words; people write greater numbers in figures."""


def words(number: str) -> str:
    """Write a whole number up to 99 in words: `25` becomes `twenty-five`."""
    if not number.isdecimal() or int(number) > MAX_WORDS:
        raise InputError(f"words writes whole numbers of 0 to {MAX_WORDS}, not {number}; leave the filter out")
    tens, units = divmod(int(number), 10)
    if tens < 2:
        return UNITS[int(number)]
    return f"{TENS[tens - 2]}-{UNITS[units]}" if units else TENS[tens - 2]


def commas(number: str) -> str:
    """Write a comma before every three figures: `80000` becomes `80,000`."""
    return f"{_decimal('commas', number):,}"


def money(number: str) -> str:
    """Write an amount in dollars, with cents if there are any: `1200.5` becomes `$1,200.50`."""
    value = _decimal("money", number)
    places = len(number.partition(".")[2])
    if value < 0 or places > 2:
        raise InputError(f"money writes dollars and whole cents, not {number}; leave the filter out")
    return f"${value:,}{'0' if places == 1 else ''}"


def cents(number: str) -> str:
    """Write an amount in cents below one dollar, and in dollars above: `0.5` becomes `50 cents`."""
    if not number.startswith("0."):
        return money(number)
    money(number)  # refuses parts of a cent
    count = int(Decimal(number) * 100)
    return f"{count} cent{'' if count == 1 else 's'}"


def times(number: str) -> str:
    """Write how often or how much, also after `words`: `2` becomes `twice`, `3` becomes `3 times`."""
    return _ADVERBS.get(number, f"{number} times")


def part(number: str) -> str:
    """Write one of 2 to 10 equal parts: `2` becomes `half`, `4` becomes `a quarter`."""
    if number not in _PARTS:
        raise InputError(f"part writes one of 2 to 10 equal parts, not one of {number}; leave the filter out")
    if number == "2":
        return "half"
    return f"an {_PARTS[number]}" if number == "8" else f"a {_PARTS[number]}"


def fraction(number: str) -> str:
    """Write a fraction below 1 in words: `2/3` becomes `two thirds`."""
    value = Fraction(number)
    below = str(value.denominator)
    if not 0 < value < 1 or below not in _PARTS:
        raise InputError(f"fraction writes halves, thirds, ... and tenths below 1, not {number}; leave the filter out")
    if value.numerator == 1:
        return part(below)
    return f"{UNITS[value.numerator]} {_PARTS[below]}s"


def slash(number: str) -> str:
    """Write a fraction below 1 in figures: `0.25` becomes `1/4`."""
    value = Fraction(number)
    if not 0 < value < 1:
        raise InputError(f"slash writes fractions below 1, not {number}; leave the filter out")
    return f"{value.numerator}/{value.denominator}"


def dozens(number: str) -> str:
    """Write a multiple of 12 up to 120 in dozens: `12` becomes `a dozen`, `24` becomes `two dozen`."""
    count, rest = divmod(int(number), 12) if number.isdecimal() else (0, 1)
    if rest or not 1 <= count <= 10:
        raise InputError(f"dozens writes multiples of 12 up to 120, not {number}; leave the filter out")
    return "a dozen" if count == 1 else f"{UNITS[count]} dozen"


def _decimal(form: str, number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:
        raise InputError(f"{form} cannot write the fraction {number}; leave the filter out") from None


_ADVERBS = {"1": "once", "2": "twice", "one": "once", "two": "twice"}
_PARTS = {
    "2": "half",
    "3": "third",
    "4": "quarter",
    "5": "fifth",
    "6": "sixth",
    "7": "seventh",
    "8": "eighth",
    "9": "ninth",
    "10": "tenth",
}

NUMBER_FILTERS: dict[str, Callable[[str], str]] = {
    form.__name__: form for form in (words, commas, money, cents, times, part, fraction, slash, dozens)
}
"""The filters for numbers: `{{ slot | filter }}`."""
