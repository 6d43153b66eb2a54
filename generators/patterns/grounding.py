"""Checks that each question of a pattern has every number of its trace, for every value that a slot can have."""

import re
from fractions import Fraction
from functools import lru_cache

import pyarrow as pa

from solver import arrow
from solver.grounding import ENGLISH, IN_ARGS, READERS, has_number
from solver.number import read_number
from solver.refusal import InputError

from .filters import written
from .pattern import Pattern
from .render import Plan, Ref
from .slots import Numbers
from .wording import Wording

_AROUND = 24
"""The characters before and after a number with which it is read."""
_SAMPLE = 8
"""The values of a slot that are read with the text around them; the others are read alone."""
_MOST = 1_000
"""The most values of a slot that are read, evenly spaced; a filter that writes more of them writes figures."""
_BEFORE = re.compile(r"[^\W]$|[.,]$|\d[/:]$")
_BEHIND = re.compile(
    r"[.,:/]?\d|[\u00bc-\u00be\u2150-\u215e]|[\s-]\d+/\d| and (?:a|one|\d+/)|[\s-](?:hundred|thousand|million)\b"
)
"""The text before and behind figures that may make another number of them: 5.5, 5/8, 5:30, 5 1/2, 5 thousand."""


def check_grounded(pattern: Pattern, wording: Wording, language: str = ENGLISH) -> None:
    """Check that a question has the slots and numbers that the trace takes; raise InputError naming one that it lacks.

    `language` is that of the question. Numbers in args are checked by `check_arguments`.
    """
    for field, value in dict.fromkeys(pattern.operands):
        if isinstance(value, str):
            _check_slot(pattern, wording.plan, value, language)
        elif field != "args":
            _check_number(pattern, wording.plan, value, language)


def check_arguments(pattern: Pattern, wording: Wording, language: str = ENGLISH) -> None:
    """Check that a question has the numbers that stand in args, except 1, 2 and 100; raise InputError."""
    for field, value in dict.fromkeys(pattern.operands):
        if field == "args" and not isinstance(value, str) and value not in IN_ARGS:
            _check_number(pattern, wording.plan, value, language)


def _check_number(pattern: Pattern, plan: Plan, value: Fraction, language: str) -> None:
    """Check that the fixed words of a question have a number."""
    fixed = " ".join(piece for piece in plan if isinstance(piece, str))
    if not has_number(fixed, value, language, pattern.constants):
        hint = "" if language in READERS else f"; words in the language {language} are not read, so write figures"
        raise InputError(f"the trace takes {value}, which is neither in the question nor a named constant{hint}")


def _check_slot(pattern: Pattern, plan: Plan, symbol: str, language: str) -> None:
    """Check that a question shows a slot at least once so that all its values are read."""
    places = [at for at, piece in enumerate(plan) if isinstance(piece, Ref) and piece.slot == symbol[1:]]
    if not places:
        raise InputError(f"the trace takes {symbol}, which the question does not show")
    faults = [_unread(pattern, plan, at, language) for at in places]
    wrong = next(filter(None, faults), None)
    if wrong and None not in faults:
        text, number = wrong
        raise InputError(
            f"the trace takes {symbol}, and {text!r} in the question is not read as {number}; write it in another form"
        )


def _unread(pattern: Pattern, plan: Plan, at: int, language: str) -> tuple[str, str] | None:
    """Return a text of the slot at a place of a question, and its number, if they are not read alike."""
    ref = plan[at]
    if isinstance(ref, str):
        return None
    before, earlier = str(plan[at - 1]) if at else "", plan[at - 2] if at > 1 else ""
    behind, later = (*map(str, plan[at + 1 : at + 2]), "")[0], (*plan[at + 2 : at + 3], "")[0]
    left = (_beside(pattern, before, earlier) + before)[-_AROUND:]
    right = (behind + _beside(pattern, behind, later))[:_AROUND]
    if not ref.form and not _BEFORE.search(left) and not _BEHIND.match(right):
        return None  # figures that nothing touches are read as they are
    values = _values(pattern, ref)
    pairs = list(zip(written(values, ref.form).to_pylist(), values.to_pylist(), strict=True))
    around = [(f"{left}{text}{right}", number) for text, number in pairs[:: max(1, len(pairs) // _SAMPLE)]]
    return next((pair for pair in [*pairs, *around] if not _reads(*pair, language)), None)


def _beside(pattern: Pattern, literal: str, beyond: str | Ref) -> str:
    """Return the figures of a slot beyond a single sign, which may make one number with those before it, or nothing."""
    if isinstance(beyond, str) or len(literal) > 1 or beyond.form or not pattern.is_number(f"${beyond.slot}"):
        return ""
    return max(pattern.texts(beyond).to_pylist(), key=len) if beyond.slot in pattern.slots else ""


def _values(pattern: Pattern, ref: Ref) -> pa.Array:
    """Return the numbers that a slot can have, as canonical texts."""
    slot = pattern.slots[ref.slot]
    if isinstance(slot, Numbers):
        return slot.texts[:: 1 + (slot.size - 1) // _MOST]
    computed = pattern.values(ref.slot)
    if computed is not None:
        return computed[:: 1 + (len(computed) - 1) // _MOST]
    low, high = pattern.ends.get(ref.slot, (1, 1))
    return arrow.texts(map(str, range(low, high + 1, 1 + (high - low) // _MOST)))


@lru_cache(maxsize=1 << 16)
def _reads(text: str, number: str, language: str) -> bool:
    """Return whether a text has a number."""
    return has_number(text, read_number(number), language)
