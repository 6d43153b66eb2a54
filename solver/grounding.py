"""Tells whether a trace is grounded in its question: whether it takes only numbers that the question has.

A number of a trace is grounded if it is a form of a number of the question, or a named constant whose trigger word
stands there. A number in `args` may also be 1, 2 or 100. Other numbers are a short circuit: the model computed, and not
the solver. The rule does not tell whether the trace takes the right number of the question.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from .constants import Constant, own_constants, question_stems, triggered
from .number import write_number
from .ops import Step
from .program import Program
from .quantities import DIGITS, Quantity, read_quantities
from .refusal import TraceError
from .stems import stem

UNGROUNDED = "ungrounded"
"""The code of the fault."""
ENGLISH = "en"
READERS = (ENGLISH, "eng")
"""The languages whose numbers in words are read; in others only figures are read."""
FIELDS = ("value", "amount", "base", "rate", "args")
"""The fields of a step that hold numbers."""
IN_ARGS = frozenset(map(Fraction, (1, 2, 100)))
"""The numbers that `args` may hold whatever the question is."""
MAX_QUESTION = 8_192
"""The most characters of a question that are read, the last ones."""
WORDS = {0: ("no", "none", "nothing", "nobody", "empty", "without"), 1: ("once", "single")}
"""Words that stand for a number, and that the reader of numerals leaves out since they often stand for none."""


class Form(NamedTuple):
    """A number that a quantity gives: what it is, and how it is computed, None where the quantity has no such form."""

    meaning: str
    value: Callable[[Quantity], Fraction | None]


def _divisor(quantity: Quantity) -> Fraction | None:
    """Return 3 of `a third`, 2 of `half`, 4 of `25%`; rarer percents and fractions of several parts have none."""
    if quantity.kind == "percent":
        return 100 / quantity.value if quantity.value in (50, 25, 20, 10) else None
    return Fraction(quantity.bottom) if quantity.top == 1 else None


def _minutes(quantity: Quantity) -> Fraction | None:
    return Fraction(quantity.bottom) or None


FORMS: dict[str, Form] = {
    "plain": Form("the number as written", lambda quantity: quantity.value),
    "share": Form("a percent as a share: p/100", lambda quantity: quantity.value / 100),
    "rest": Form("the complement of a percent, in percent: 100-p", lambda quantity: 100 - quantity.value),
    "rest_share": Form("the complement of a percent, as a share: 1-p/100", lambda quantity: 1 - quantity.value / 100),
    "grown": Form("an increase by a percent, in percent: 100+p", lambda quantity: 100 + quantity.value),
    "grown_share": Form("an increase by a percent, as a factor: 1+p/100", lambda quantity: 1 + quantity.value / 100),
    "fraction": Form("a/b as one number", lambda quantity: quantity.value),
    "top": Form("the numerator of a/b", lambda quantity: quantity.top),
    "bottom": Form("the denominator of a/b", lambda quantity: Fraction(quantity.bottom)),
    "other": Form("the complement of a fraction: 1-a/b", lambda quantity: 1 - quantity.value),
    "other_top": Form("the numerator of the complement: b-a", lambda quantity: quantity.bottom - quantity.top),
    "more": Form("an increase by a fraction: 1+a/b", lambda quantity: 1 + quantity.value),
    "divisor": Form("a part as a divisor: 4 for a quarter or 25%", _divisor),
    "hundredth": Form("one percent as a share: 1/100", lambda _: Fraction(1, 100)),
    "percent": Form("a fraction in percent: 100a/b", lambda quantity: 100 * quantity.value),
    "groups": Form("the number of groups: 2 in `2 dozen`", lambda quantity: quantity.top),
    "size": Form("the size of a group: 12 in `2 dozen`", lambda quantity: Fraction(quantity.bottom)),
    "cents": Form("dollars in cents", lambda quantity: quantity.value * 100),
    "dollars": Form("cents in dollars", lambda quantity: quantity.value / 100),
    "hour": Form("the hour of a clock time", lambda quantity: quantity.top),
    "minute": Form("the minutes of a clock time", _minutes),
    "clock": Form("a clock time in hours", lambda quantity: quantity.value if quantity.bottom else None),
    "afternoon": Form("a clock time in hours since midnight", lambda quantity: quantity.value + 12),
}
"""The forms that a number of a question can have in a trace, by name."""

FORMS_OF_KIND = {
    "plain": ("plain",),
    "word": ("plain",),
    "multiple": ("plain",),
    "ordinal": ("plain",),
    "money": ("plain", "cents"),
    "cents": ("plain", "dollars"),
    "percent": ("share", "plain", "rest", "rest_share", "grown", "grown_share", "divisor", "hundredth"),
    "fraction": ("fraction", "divisor", "top", "bottom", "other", "more", "other_top", "percent"),
    "half": ("divisor", "fraction", "more", "top", "percent"),
    "group": ("plain", "groups", "size"),
    "clock": ("hour", "clock", "minute", "afternoon"),
}
"""The forms of each kind of quantity, the usual ones first."""


def number_forms(quantity: Quantity) -> Iterator[tuple[str, Fraction]]:
    """Yield the forms of a quantity with their values; a value may come twice."""
    for name in FORMS_OF_KIND[quantity.kind]:
        value = FORMS[name].value(quantity)
        if value is not None:
            yield name, value


Constants = tuple[Constant, ...]
"""The named constants that a folder of patterns brings, beside those of the table."""


class Reading(NamedTuple):
    """How the questions of a dataset are read: their language, and the named constants of the dataset's own."""

    language: str = ENGLISH
    constants: Constants = ()

    @classmethod
    def of(cls, languages: Collection[str], files: Mapping[str, str]) -> "Reading":
        """Return the reading of a dataset with these languages, as tags, and these files of its recipe.

        Without a language, and where English is one of several, words are read as English. Raises InputError.
        """
        codes = [tag.partition("-")[0] for tag in languages]
        known = [code for code in codes if code in READERS]
        return cls([*known, *codes, ENGLISH][0], own_constants(files))

    @property
    def limit(self) -> str | None:
        """A sentence on what is not read in the questions, or None if all is."""
        if self.language in READERS:
            return None
        return f"words in the language {self.language} are not read: numbers of a trace are looked up among the figures alone"


def ungrounded(
    program: Program, question: str, language: str = ENGLISH, constants: Constants = ()
) -> TraceError | None:
    """Return the fault of the first number of a program that its question does not have, or None if it has all.

    `language` is that of the question. If it has no reader, only numbers in figures are read. `constants` are those of
    the dataset's own.
    """
    for part, place, field, value in foreign(program, question, Reading(language, constants)):
        reason = (
            f"{field}: {write_number(value)} is neither in the question nor a named constant; "
            "write the numbers of the question, and compute others in steps"
        )
        error = TraceError(UNGROUNDED, reason)
        error.part, error.step = part if len(program) > 1 else None, place
        return error
    return None


def foreign(program: Program, question: str, reading: Reading) -> Iterator[tuple[int, int, str, Fraction]]:
    """Yield each number of a program that its question does not have: the numbers of part and step, its field, its value."""
    for part, trace in enumerate(program, 1):
        for place, step in enumerate(trace.steps, 1):
            for field, value in literals(step):
                if not (
                    value in free_numbers(field) or has_number(question, value, reading.language, reading.constants)
                ):
                    yield part, place, field, value


def free_numbers(field: str) -> frozenset[Fraction]:
    """Return the numbers that a field may hold whatever the question is."""
    return IN_ARGS if field == "args" else frozenset()


def literals(step: Step) -> Iterator[tuple[str, Any]]:
    """Yield the numbers that are written in a step, each with its field."""
    for field in FIELDS:
        value = getattr(step, field, None)
        for item in value if type(value) is tuple else (value,):
            if isinstance(item, Fraction):
                yield field, item


def has_number(question: str, number: Fraction, language: str = ENGLISH, constants: Constants = ()) -> bool:
    """Return whether a trace may take a number from a question: a form of its numbers, or a constant that it names.

    The sign does not matter, since words such as `below` write it, too.
    """
    number = abs(number)
    return any(number in read(question, language) for read in _READINGS) or (
        bool(constants) and number in _own(question, constants)
    )


def question_numbers(question: str, language: str = ENGLISH, constants: Constants = ()) -> frozenset[Fraction]:
    """Return all numbers that a trace may take from a question, without their signs."""
    return frozenset().union(*(read(question, language) for read in _READINGS), _own(question, constants))


_LETTERS = re.compile(r"[^\W\d_]+")
_LONG = re.compile(r"[\s-]{9,}|\d{41,}|\d{1,3}(?:,\d{3}){14,}")
"""Runs that no number has: the reader of numerals would be slow on them."""
_FIGURES = re.compile(rf"(?<![\w.]){DIGITS}")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'\u2019 \xa0\u202f]\d{3}){1,13}(?:[.,]\d+)?(?!\d)|\d+,\d+")
"""Numbers as other languages write them: `1.200,50`, `1 200`, `2,5`."""


@lru_cache(maxsize=1024)
def _plain(question: str, language: str) -> str:
    """Return the part of a question that is read: its end, and without letters if their language has no reader."""
    text = _LONG.sub(" ", question[-MAX_QUESTION:])
    return text if language in READERS else _LETTERS.sub(" ", text)


@lru_cache(maxsize=1024)
def _figures(question: str, language: str) -> frozenset[Fraction]:
    """Return the numbers that are written in figures; they are enough for most traces, and the fastest to read."""
    text = _plain(question, language)
    found = {Fraction(digits.replace(",", "")) for digits in _FIGURES.findall(text)}
    if language not in READERS:
        for grouped in _GROUPED.findall(text):
            *whole, last = re.split(r"\D", grouped)
            found |= {Fraction("".join([*whole, last])), Fraction(f"{''.join(whole)}.{last}")}
    return frozenset(found)


@lru_cache(maxsize=1024)
def _forms(question: str, language: str) -> frozenset[Fraction]:
    """Return the forms of the numbers of a question."""
    quantities = read_quantities(_plain(question, language))
    return frozenset(abs(value) for quantity in quantities for _, value in number_forms(quantity))


@lru_cache(maxsize=1024)
def _constants(question: str, language: str) -> frozenset[Fraction]:
    """Return the constants whose trigger words a question has, and those of WORDS."""
    if language not in READERS:
        return frozenset()
    stems = question_stems(_plain(question, language))
    spoken = {Fraction(number) for number, words in WORDS.items() if not stems.isdisjoint(map(stem, words))}
    return frozenset(spoken.union(constant.value for constant in triggered(stems)))


@lru_cache(maxsize=1024)
def _own(question: str, constants: Constants) -> frozenset[Fraction]:
    """Return the constants of the dataset's own whose trigger words a question has, whatever its language."""
    stems = frozenset(question_stems(_LONG.sub(" ", question[-MAX_QUESTION:])))
    return frozenset(constant.value for constant in constants if constant.triggered(stems))


_READINGS = (_figures, _forms, _constants)
"""The sources of numbers in a question, the fastest first."""
