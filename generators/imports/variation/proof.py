"""Proves a pattern that was made of a problem: it loads, gives enough rows, and is right for the original numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from generators.patterns.checks import check, try_rows
from generators.patterns.pattern import Pattern, read_pattern
from generators.patterns.slots import choices
from generators.patterns.vocabulary import Vocabularies
from solver.numerals import TENS, UNITS
from solver.quantities import PARTS
from solver.refusal import InputError, Refusal

from .pattern_text import Made, NoPattern, Original, pattern_text
from .ranges import LEVELS

REASONS = {
    "grade": "the row is not of grade A",
    "contaminated": "the question copies a held-out one",
    "few": "fewer than 200 different numbers satisfy the conditions",
    "told": "the question tells a number that follows from numbers that would vary",
    "fixed": "no number of the question can vary",
    "differs": "trace and solution differ for other numbers",
    "refused": "the pattern does not load; the message says why",
    "long": "the solution is too long for one expression",
    "form": "the trace takes another number than the question shows",
    "closed_form": "the solution's formulas are no expression of the slots",
    "braces": "the question has braces",
    "twin": "another problem's pattern can ask the same question",
}
"""Why a problem gives no pattern."""
MIN_DRAWS = 200
"""The fewest different numbers that a pattern must give."""
_OF_NUMBERS = frozenset(["a", "an", "s", *UNITS, *TENS, *PARTS, *(f"{part}s" for part in PARTS)])
"""Words that a number's slot can show, or that stand for its article."""
_ALL = 200_000
"""The most draws that are tried; conditions leave far fewer."""


@dataclass(frozen=True)
class Proved:
    """A pattern file that was loaded and tried on all of its numbers."""

    made: Made
    pattern: Pattern
    draws: int
    """How many different numbers its rows can have."""


def proved_pattern(source: Original, header: Mapping[str, str], vocabularies: Vocabularies) -> Proved:
    """Return the pattern of a problem with the narrowest ranges that give enough rows; raise NoPattern with a reason."""
    fault = NoPattern("few: no numbers satisfy its conditions")
    for level in range(LEVELS):
        made = pattern_text(source, header, level)
        try:
            pattern = check(read_pattern(made.expert, made.name, made.text, vocabularies))
            draws = prod(size for slot, size in choices(pattern.slots).items() if pattern.is_number(f"${slot}"))
            if draws >= MIN_DRAWS:
                try_rows(pattern, _ALL)
                return Proved(made, pattern, draws)
            fault = NoPattern(f"few: {draws} draws of its numbers")
        except (Refusal, InputError, ArithmeticError) as error:
            fault = NoPattern(_reason(str(error)))
    raise fault


def words_around(pattern: Pattern) -> str:
    """Return the words of a pattern's question that no slot can show: neither names nor numbers in words.

    Patterns that can ask the same question have the same ones; the reverse need not be true.
    """
    fixed = " ".join(piece for piece in pattern.questions[0] if isinstance(piece, str))
    words = [word for word in re.findall(r"[^\W\d_]+", fixed) if not word[0].isupper() and word not in _OF_NUMBERS]
    return " ".join(words)


def _reason(text: str) -> str:
    """Return the reason for a fault of a pattern: that its numbers are few, that its answers differ, or another."""
    if "tuples of" in text:
        return f"few: {text}"
    return f"differs: {text}" if "closed form differ" in text else f"refused: {text}"
