"""How a question writes a number: `{{ n | words }}`, `{{ n | commas }}` and `{{ p | money }}`.

Each form changes a number's canonical text and writes no two numbers alike. The words are our own table, not a
library's, whose next version may word them otherwise: the same seed must give the same bytes.
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
"""The greatest number in words; people write greater ones in figures."""


def words(number: str) -> str:
    """In words, for whole numbers up to ninety-nine: 25, twenty-five."""
    if not number.isdecimal() or int(number) > MAX_WORDS:
        raise InputError(f"words writes whole numbers of 0 to {MAX_WORDS}, and {number} is none; leave the filter out")
    tens, units = divmod(int(number), 10)
    if tens < 2:
        return UNITS[int(number)]
    return f"{TENS[tens - 2]}-{UNITS[units]}" if units else TENS[tens - 2]


def commas(number: str) -> str:
    """With a comma in front of every three figures: 80000, 80,000."""
    return f"{_decimal('commas', number):,}"


def money(number: str) -> str:
    """In dollars, and in cents where there are any: 1200.5, $1,200.50."""
    value = _decimal("money", number)
    places = len(number.partition(".")[2])
    if value < 0 or places > 2:
        raise InputError(f"money writes dollars and whole cents, and {number} is not that; leave the filter out")
    return f"${value:,}{'0' if places == 1 else ''}"


def _decimal(form: str, number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:
        raise InputError(f"{form} writes no fractions, and {number} is one; leave the filter out") from None


FORMS: dict[str, Callable[[str], str]] = {"words": words, "commas": commas, "money": money}
"""What `{{ slot | filter }}` may do to a number."""
