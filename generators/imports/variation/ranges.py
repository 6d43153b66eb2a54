"""Chooses the values of a number: near the original one, as round as it is, and within what its unit allows."""

import re
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from generators.text.rules import first
from solver.number import write_number
from solver.stems import stem

LEVELS = 4
"""The widths of ranges that are tried, the narrowest and roundest first."""
_FACTORS: tuple[Fraction, ...] = (Fraction(8, 5), Fraction(2), Fraction(5, 2), Fraction(3))
"""The most that a number grows or shrinks, by level."""
_SMALL = 8
_MOST = 1_000
"""About the most values of a range."""
_HOURS, _DAYS, _MINUTES, _MONTHS, _WEEKS = (stem(word) for word in ("hours", "days", "minutes", "months", "weeks"))
_SECONDS = stem("seconds")
_PARTS_OF_DAYS = tuple(map(stem, ("mornings", "afternoons", "evenings", "nights", "times")))
_CALENDAR = range(1500, 2101)
_PER_WEEK = re.compile(r"\b(?:week|weekly|weekday)\b", re.IGNORECASE)
_PER_MONTH = re.compile(r"\bmonth(?:s|ly)?\b", re.IGNORECASE)
_YEAR_BEFORE = re.compile(
    r"\b(?:[Ii]n|year|[Ss]ince|[Bb]y|[Ff]rom|until|to|of|between|and|[Aa]fter|[Bb]efore|during|January|February|March|April|"
    r"May|June|July|August|September|October|November|December)(?: of)?(?: \d+,)?\s+$"
)
_DAY_BEHIND = re.compile(r"[\s-]+(?:school|work|working|business)?[\s-]*days?\b", re.IGNORECASE)
_AGE = re.compile(r"[\s-]+years?(?:[\s-]+(?:old|older|younger)|\s+of\s+age)\b|\s*(?:[.,?!]|and\b|now\b|today\b|$)")
_AGE_BEFORE = re.compile(
    r"\b(?:age[ds]?|aged|turn(?:s|ed|ing)?|years? old|is (?:currently |now )?|be|was|are|he's|she's)\s+$", re.IGNORECASE
)


class Number(NamedTuple):
    """A number that varies, with what its question says around it."""

    value: Fraction
    kind: str
    """The kind of its quantity: plain, word, money, cents, percent, fraction, group."""
    unit: str
    before: str
    after: str
    clause: str
    factor: bool
    """Whether `times as many` follows."""
    figures: bool
    """Whether all its texts are in figures, which may exceed 99."""
    unit_parts: bool
    """Whether the solution divides by the parts of the fraction, so that its numerator stays 1."""
    level: int
    commas: bool = False
    """Whether it has commas, as no year has."""


class Range(NamedTuple):
    """The numbers low, low + step, ... up to high, or a list of numbers."""

    low: Fraction
    high: Fraction
    step: Fraction
    listed: tuple[Fraction, ...] = ()

    def __str__(self) -> str:
        if self.listed:
            return f"[{', '.join(map(write_number, self.listed))}]"
        by = f" by {write_number(self.step)}" if self.step != 1 else ""
        return f"{write_number(self.low)}..{write_number(self.high)}{by}"

    @property
    def size(self) -> int:
        """The number of values."""
        return len(self.listed) or int((self.high - self.low) / self.step) + 1

    def holds(self, value: Fraction) -> bool:
        """Return whether a value is one of the range."""
        if self.listed:
            return value in self.listed
        return self.low <= value <= self.high and ((value - self.low) / self.step).denominator == 1


def range_of(number: Number) -> Range | None:
    """Return the values of a number, or None if it stays as it is."""
    return first(RANGES, number)


def _between(number: Number, low: Fraction | int, high: Fraction | int, step: Fraction | int) -> Range | None:
    """Return the range of the steps between two ends that has the number's own value; None if that is all."""
    own, width = number.value, Fraction(step)
    down, up = floor((own - low) / width), floor((high - own) / width)
    if down < 0 or up < 0 or down + up < 1:
        return None
    return Range(own - down * width, own + up * width, width)


def larger(*numbers: Fraction | int) -> Fraction:
    """Return the greatest number."""
    return max(map(Fraction, numbers))


def smaller(*numbers: Fraction | int) -> Fraction:
    """Return the least number."""
    return min(map(Fraction, numbers))


def fractions(number: Number) -> Range | None:
    """Gives a fraction the parts that people share by; 1/2 and 2/3, but no 3/7."""
    if number.kind != "fraction":
        return None
    listed = [Fraction(1, below) for below in (2, 3, 4, 5, 6, 8, 10)]
    if not number.unit_parts:
        listed += [Fraction(top, below) for below in (3, 4, 5) for top in range(2, below)]
    near = {one for one in listed if number.value / 3 <= one <= number.value * 3}
    return Range(number.value, number.value, Fraction(1), tuple(sorted({*near, number.value})))


def percents(number: Number) -> Range | None:
    """Gives a percent steps of five, or of one if it has no such step; below 100 where it was."""
    if number.kind != "percent":
        return None
    own = number.value
    if own == 100:
        return Range(own, own, Fraction(1))
    step = 5 if own % 5 == 0 else 1 if own.denominator == 1 else Fraction(1, 2) if own.denominator == 2 else None
    if step is None:
        return Range(own, own, Fraction(1))
    width = _FACTORS[number.level] + 1
    if own > 100:
        return _between(number, larger(101, own / width), own * width, step)
    low, high = (own / width, 99) if own >= 50 else (own / width, smaller(95, larger(own * width, 4 * step)))
    return _between(number, larger(low, step), high, step if number.level < 2 or own % 5 else 5)


def calendar_years(number: Number) -> Range | None:
    """Moves a calendar year by a few years."""
    own = number.value
    if number.kind != "plain" or own not in _CALENDAR or number.unit or number.commas:
        return None
    if not _YEAR_BEFORE.search(number.before):
        return None
    return _between(number, own - 9 * (number.level + 1), own + 9 * (number.level + 1), 1)


def ages(number: Number) -> Range | None:
    """Keeps a child a child and an adult an adult."""
    own = number.value
    years = number.unit in (stem("years"), "") and own.denominator == 1 and own < 100
    aged = (
        years
        and number.kind in ("plain", "word")
        and (
            re.match(r"[\s-]+years?[\s-]+old\b|[\s-]+years? of age", number.after)
            or (_AGE_BEFORE.search(number.before) and _AGE.match(number.after) and re.search("age|old", number.clause))
        )
    )
    if not aged:
        return None
    return _between(number, 2, 17, 1) if own < 18 else _between(number, larger(18, own / 2), smaller(99, own * 2), 1)


_LIMITS: dict[str, tuple[int, ...]] = {
    _HOURS: (24,),
    _MINUTES: (60,),
    _SECONDS: (60,),
    _MONTHS: (12,),
    _WEEKS: (52,),
    _DAYS: (7, 31),
    **dict.fromkeys(_PARTS_OF_DAYS, (7,)),
}
"""For each unit of time the most that it counts before the next unit begins."""


def times(number: Number) -> Range | None:
    """Keeps hours below a day, minutes below an hour, and so on, where they were."""
    unit = _DAYS if _DAY_BEHIND.match(number.after) else number.unit
    if unit not in _LIMITS or number.value < 2 or number.value.denominator != 1:
        return None
    limits = (4, *_LIMITS[unit]) if unit == _WEEKS and _PER_MONTH.search(number.clause) else _LIMITS[unit]
    if unit in (_DAYS, *_PARTS_OF_DAYS) and not _PER_WEEK.search(number.clause):
        limits = limits[1:]
    limit = next((limit for limit in limits if number.value <= limit), None)
    if limit is None:
        return None
    least = 2 if number.value <= _SMALL else number.value / _FACTORS[number.level]
    high = smaller(larger(number.value * _FACTORS[number.level], 6), limit - (unit in (_HOURS, _MINUTES, _SECONDS)))
    if number.value > high:
        return None
    step = 5 if number.value % 5 == 0 and number.value >= 15 and unit in (_MINUTES, _SECONDS) else 1
    return _between(number, least, high, step if number.level == 0 else 1)


def factors(number: Number) -> Range | None:
    """Keeps `5 times as many` small."""
    if not number.factor or number.value.denominator != 1:
        return None
    return _between(number, 2, larger(6 + number.level, number.value * 2), 1)


def small_counts(number: Number) -> Range | None:
    """Keeps a small count small, and above 1, so that the noun stays plural."""
    own = number.value
    if own.denominator != 1 or own > _SMALL or number.kind in ("money", "cents"):
        return None
    if own < 2:
        return Range(own, own, Fraction(1))
    return _between(number, 2, larger(own + 4, own * smaller(Fraction(2), _FACTORS[number.level])), 1)


def whole_numbers(number: Number) -> Range | None:
    """Gives a larger whole number the half to the double, in steps as round as it is."""
    own = number.value
    if own.denominator != 1:
        return None
    factor = _FACTORS[number.level]
    most = own * factor if number.figures else smaller(own * factor, 99)
    least = 1 if number.kind == "money" else 2
    return _between(number, larger(least, own / factor), larger(most, 6), _roundness(int(own), number.level))


def _roundness(value: int, level: int) -> int:
    """Return the step of a whole number: half the power of ten that divides it, finer at each level."""
    if value < 50:
        return 1
    power = 1
    while value % (power * 10) == 0 and value >= 50 * power:
        power *= 10
    step = max(power // 2, 5 if value % 5 == 0 and value >= 100 else 1)
    step = step if level == 0 else max(1, step // 5) if level == 1 else max(1, step // 50)
    while step * _MOST < value:
        step *= 10
    return step


def decimals(number: Number) -> Range | None:
    """Gives prices and other decimals the steps that they have: quarters, five cents, tenths."""
    own = number.value
    steps = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 10), Fraction(1, 20), Fraction(1, 100), Fraction(1, 1000)]
    step = next((step for step in steps if (own / step).denominator == 1), None)
    if step is None:
        return Range(own, own, Fraction(1))
    if number.level and step > Fraction(1, 10):
        step = Fraction(1, 4) if number.kind != "money" else Fraction(1, 20)
        step = step if (own / step).denominator == 1 else Fraction(1, 100)
    factor = _FACTORS[number.level]
    least = 1 + step if own > 1 and number.kind != "money" else step
    return _between(number, larger(least, own / factor), ceil(own * factor / step) * step, step)


RANGES: tuple[Callable[[Number], Range | None], ...] = (
    fractions,
    percents,
    calendar_years,
    ages,
    times,
    factors,
    small_counts,
    whole_numbers,
    decimals,
)
"""The rules for the values of a number; the first that knows its kind decides."""
