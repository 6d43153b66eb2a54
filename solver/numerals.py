"""Writes a number in the forms that a question may ask for: `{{ n | words }}`, `{{ n | commas }}`, `{{ p | money }}`.

Each form takes a number's canonical text and writes different numbers differently. The number words are our own
table and not a library's, whose next version may change them: the same seed must give the same bytes.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

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


def _decimal(form: str, number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:
        raise InputError(f"{form} cannot write the fraction {number}; leave the filter out") from None


FORMS: dict[str, Callable[[str], str]] = {"words": words, "commas": commas, "money": money}
"""The filters for numbers: `{{ slot | filter }}`."""
