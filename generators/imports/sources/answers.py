"""Reads the gold answer of an entry: a number, `#### 7`, `9 (apples)`, `[7.0]`, or the option of a letter."""

import re
from fractions import Fraction
from typing import Any, NamedTuple

from generators.imports.solution.programs import cut_by_a_computer
from solver.plurals import counted
from solver.quantities import DIGITS, plain_number

_WITH_UNIT = re.compile(rf"(-?\$?\s*(?:{DIGITS})(?:\s*/\s*[1-9]\d*)?)\s*(?:%|[^\d:;,/]*|\([^():;]*\))\s*")
_OPTION = re.compile(r"(?:^|[\s,\[('\"])\(?([a-eA-E])\s*\)\s*(.*?)(?=[\s,'\"]+\(?[a-eA-E]\s*\)|$)", re.DOTALL)
_EXPONENT = re.compile(r"-?\d(?:\.\d+)?e[-+]?\d{1,2}")
_UNITS = re.compile(rf"(?<![\w.])-?(?:{DIGITS})(?:\s*/\s*[1-9]\d*)?(?![\w.]*\d)")


class NoAnswer(ValueError):
    """Columns without one exact number; the message says why."""


class Answer(NamedTuple):
    """A gold answer, and the text that the source has for it."""

    value: Fraction
    text: str

    def fits(self, value: Fraction) -> bool:
        """Return whether a value is the answer, exactly or within the decimals that the source writes."""
        if value == self.value:
            return True
        if cut_by_a_computer(self.text):
            return float(value) == float(self.value) or abs(value - self.value) <= abs(value) / 10**12
        places = len(self.text.partition(".")[2])
        return places > 0 and abs(value - self.value) * 2 <= Fraction(1, 10**places)


def read_answer(found: list[Any]) -> Answer:
    """Return the answer of the columns that hold it; raise NoAnswer that says why there is none."""
    if len(found) == 2:
        return _option(*found)
    (value,) = found
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise NoAnswer(f"{counted(len(value), 'answer')}" if value else "there is none")
        (value,) = value
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = repr(value)
        return _number(text.removesuffix(".0") if "e" not in text else text)
    if not isinstance(value, str):
        raise NoAnswer("there is none" if value is None else f"{value!r} is not a number")
    return _number(value.rpartition("####")[2].strip())


def _number(text: str) -> Answer:
    """Return the number of a text, perhaps with its unit."""
    match = _WITH_UNIT.fullmatch(text)
    figures = re.sub(r"[\s$]", "", match[1]) if match else text
    try:
        return Answer(plain_number(figures), figures)
    except ValueError:
        pass
    try:
        return Answer(Fraction(text if _EXPONENT.fullmatch(text) else ""), text)
    except ValueError:
        many = "more than one answer" if len(re.split(r"[;,]\s+", text)) > 1 else "not a number"
        raise NoAnswer(f"{text[:80]!r} is {many}") from None


def _option(options: Any, letter: Any) -> Answer:
    """Return the option of a letter: b of `a ) 38 , b ) 40`."""
    if isinstance(options, list | tuple):
        options = " , ".join(map(str, options))
    elif isinstance(options, dict):
        options = " , ".join(f"{name} ) {text}" for name, text in options.items())
    if not isinstance(options, str) or not isinstance(letter, str):
        raise NoAnswer("no options and letter as texts")
    told = {match[1].lower(): match[2].strip(" ,'\"]") for match in _OPTION.finditer(options)}
    text = told.get(letter.strip().lower())
    if text is None:
        raise NoAnswer(f"no option {letter.strip()[:10]!r}")
    numbers = _UNITS.findall(text)
    if len(numbers) != 1:
        raise NoAnswer(f"the option {text[:40]!r} is not one number")
    figures = re.sub(r"\s", "", numbers[0])
    return Answer(plain_number(figures), figures)
