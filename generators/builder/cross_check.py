"""Cross-checks rows with code that builds do not use otherwise: libyaml, exact fractions and the judge.

A build cross-checks a sample of every group, or every row if asked to; an audit cross-checks every row.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from solver.document import load
from solver.fields import OPERATIONS, SOURCE
from solver.grounding import ENGLISH, Constants, ungrounded
from solver.machine import solve
from solver.number import fits, read_number
from solver.ops import OPS, Compute, read_step, write_step
from solver.refusal import Refusal
from solver.reward import REWARDS, judge
from solver.state import State
from solver.text import Outline, fence, read, write, yaml_outline

# In these positions, YAML reads a scalar of these characters as the same plain scalar.
_SCALAR = re.compile(r"(\[?)(-?[A-Za-z0-9_./]+)([,\]}]+(?:\n-?)?)")
_WORDS = OPS.keys() | OPERATIONS.keys()
"""Scalars that a form keeps, as it keeps sources; it replaces all others, names and numbers."""
_SYMBOL = re.compile(r"\$[0-9]+")
_SHORT = 4096
"""The most characters of a trace that is checked by its form, far below the bounds on documents."""


def cross_check(
    experts: tuple[str, ...], trace: str, answer: str, question: str | None = None, language: str = ENGLISH
) -> str | None:
    """Check a row with libyaml, exact fractions and the judge; return the fault, or None if there is none."""
    return yaml_check(experts, trace, answer) or _judged(experts, trace, answer, question, language)


def cross_checks(
    experts: Sequence[tuple[str, ...]],
    traces: Sequence[str],
    answers: Sequence[str],
    questions: Sequence[str | None] | None = None,
    language: str = ENGLISH,
    *,
    constants: Constants = (),
) -> dict[int, str]:
    """Cross-check many rows, whose questions are in a language; return the faults by row index."""
    questions = [None] * len(traces) if questions is None else questions
    faults = yaml_checks(experts, traces, answers)
    for row, record in enumerate(zip(experts, traces, answers, questions, strict=True)):
        fault = faults.get(row) or _judged(*record, language, constants=constants)
        if fault:
            faults[row] = fault
    return faults


def _judged(
    experts: tuple[str, ...],
    trace: str,
    answer: str,
    question: str | None,
    language: str,
    *,
    constants: Constants = (),
) -> str | None:
    verdict = judge(fence(trace), experts, answer, question, language, constants=constants)
    return None if verdict.reward == REWARDS["correct"] else verdict.reason


_NUMBER = re.compile(r"(?: (?!(?:1|2|100)\])|\[(?!(?:1|2|100),))-?(\d[\d./]*)")
"""A number of a canonical trace, except 1, 2 and 100 in args."""
_SHOWN = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\d/]|[.,]\d)")
"""A number of a question in the figures in which a trace has it."""


def grounding_faults(
    traces: Sequence[str], questions: Sequence[str], language: str = ENGLISH, constants: Constants = ()
) -> dict[int, str]:
    """Look up the numbers of canonical traces in their questions; return the faults by row index.

    Most traces have the figures of their questions, which is found without reading either.
    """
    faults = {}
    for row, (trace, question) in enumerate(zip(traces, questions, strict=True)):
        if not set(_NUMBER.findall(trace)).issubset(_SHOWN.findall(question)):
            fault = ungrounded(read(trace), question, language, constants)
            if fault:
                faults[row] = str(fault)
    return faults


def yaml_check(experts: tuple[str, ...], trace: str, answer: str) -> str | None:
    """Check a row with libyaml and exact fractions; return the fault, or None if there is none."""
    try:
        document = yaml_outline(trace)
        program = document.program()
        if write(program) != trace:
            return "its trace is not in canonical form"
        if not all(part.fits_shape for part in program):
            return "its trace does not have its expert's shape"
        if document.experts != experts:
            return f"its trace names {', '.join(document.experts)}; expected {', '.join(experts)}"
        found = solve(program).answer
        gold = read_number(answer)
    except (Refusal, ValueError) as error:
        return str(error)
    return None if found == gold else f"the trace gives {found}, expected {gold}"


def yaml_checks(experts: Sequence[tuple[str, ...]], traces: Sequence[str], answers: Sequence[str]) -> dict[int, str]:
    """Check many rows as `yaml_check` does, several times as fast; return the faults by row index.

    Traces that differ only in names and numbers share a form. Libyaml parses each form and each scalar once, and the
    program of a form runs once on the fractions of all its rows. That is sound because a program's result depends on
    which names are equal, not on the names themselves. If a form fails, halving finds the rows at fault; these rows and
    rows without a form are checked one by one.
    """
    forms: dict[tuple[tuple[str, ...], str], list[tuple[int, list[Fraction]]]] = {}
    alone: list[int] = []
    for row, (names, trace) in enumerate(zip(experts, traces, strict=True)):
        found = _form(trace) if len(traces) > 1 else None
        if found:
            forms.setdefault((names, found[0]), []).append((row, found[1]))
        else:
            alone.append(row)
    waiting = list(forms.items())
    while waiting:
        form, members = waiting.pop()
        if len(members) == 1:
            alone.append(members[0][0])
        elif not _agree(*form, [numbers for _, numbers in members], [answers[row] for row, _ in members]):
            half = len(members) // 2
            waiting += [(form, members[:half]), (form, members[half:])]
    checked = ((row, yaml_check(experts[row], traces[row], answers[row])) for row in sorted(alone))
    return {row: fault for row, fault in checked if fault}


def _form(trace: str) -> tuple[str, list[Fraction]] | None:
    """Return a trace's form, with `n0`, `n1`, ... for names and `$0`, `$1`, ... for numbers, and the numbers.

    None if libyaml must parse the whole text.
    """
    if len(trace) > _SHORT or "$" in trace:
        return None
    pieces = trace.split(" ")
    names: dict[str, str] = {}
    numbers: list[Fraction] = []
    for index, found in enumerate(map(_scalar, pieces)):
        if found:
            before, value, after = found
            if isinstance(value, str):
                symbol = names.setdefault(value, f"n{len(names)}")
            else:
                symbol = f"${len(numbers)}"
                numbers.append(value)
            pieces[index] = f"{before}{symbol}{after}"
    return " ".join(pieces), numbers


@lru_cache(maxsize=1 << 17)
def _scalar(piece: str) -> tuple[str, str | Fraction, str] | None:
    """Return the name or number in a piece of a trace, with the text before and after it, or None if it has none."""
    found = _SCALAR.fullmatch(piece)
    value = _value(found[2]) if found else None
    return None if found is None or value is None else (found[1], value, found[3])


@lru_cache(maxsize=1 << 16)
def _value(scalar: str) -> str | Fraction | None:
    """Return the name or number that libyaml and `read_step` read in a scalar, or None if a form keeps the scalar."""
    if scalar in _WORDS or SOURCE.fullmatch(scalar):
        return None
    text = f"{{op: compute, compute_op: add, args: [{scalar}, {scalar}], var: x}}"
    try:
        step = read_step(load(text))
    except Refusal:
        return None
    return step.args[0] if isinstance(step, Compute) and write_step(step) == text else None


@lru_cache(maxsize=1 << 12)
def _outline(form: str) -> Outline | None:
    """Return the outline of a form, parsed by libyaml, or None if the form is not canonical text."""
    outline = yaml_outline(form)
    symbols = {symbol: symbol for symbol in _SYMBOL.findall(form)}
    return outline if write(outline.program(symbols)) == form else None


def _agree(experts: tuple[str, ...], form: str, numbers: list[list[Fraction]], answers: list[str]) -> bool:
    """Return whether all rows of a form have these experts, their shapes, and these answers."""
    try:
        outline = _outline(form)
        if outline is None or outline.experts != experts:
            return False
        columns = np.array(numbers, dtype=object).T
        program = outline.program({f"${index}": column for index, column in enumerate(columns)})
        gold = np.array([read_number(answer) for answer in answers], dtype=object)
        return all(part.fits_shape for part in program) and bool(np.all(solve(program, _Rows).answer == gold))
    except (Refusal, ValueError):
        return False


class _Rows(State):
    """The state of many traces of one form; values are arrays of fractions, one per row."""

    def require(self, claim: Any, code: str, reason: str) -> None:
        """Raise TraceError unless the claim holds for every row."""
        super().require(np.all(claim), code, reason)

    def fits(self, value: Any) -> bool:
        """Return whether the values of all rows are within `number.LIMIT`."""
        return all(map(fits, value))
