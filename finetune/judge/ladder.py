"""Finds the level at which a failed completion departs from the gold program; names and the order of sums are free.

The levels of LEVELS lead from reading the format to wiring the numbers. They are tested in order, each assumes the earlier ones, and the first that fails is the level of the failure. The
solver's own steps say what a trace reads, sets and computes (see `solver.formula`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, get_args

from solver.completion import extract
from solver.fields import Source
from solver.formula import FormulaState, run_formulas
from solver.number import write_number
from solver.ops import GROUPS, Query, Step
from solver.program import Program, Trace
from solver.refusal import Refusal, TraceError
from solver.text import read

LEVELS = {
    "format": "no trace, or one with a name, number or operation that the notation lacks",
    "routing": "another expert",
    "decomposition": "another number of sub-traces, or results not passed on",
    "structure": "other numbers of steps of each kind",
    "interleaving": "a step reads a value before it is set",
    "extraction": "a number that differs from the one in the text",
    "discrimination": "the right parts with another operation",
    "wiring": "the right parts, connected differently",
}
"""The levels in the order of the tests, with the meaning of a failure at each."""

_KINDS = {word: group for group, words in GROUPS.items() for word in words}


@dataclass(frozen=True)
class Break:
    """The level at which a completion broke, and the finding there."""

    level: str
    found: str


def find_break(completion: str, gold: str) -> Break | None:
    """Return where a completion departs from the gold trace, or None if it is the same program.

    A program that departs may still give the right answer; only the solver can tell.
    """
    broke = unreadable(completion)
    if broke:
        return broke
    program, wanted = read(extract(completion)), read(gold)
    for level, test in _TESTS.items():
        found = test(program, wanted)
        if found:
            return Break(level, found)
    return None


def unreadable(completion: str) -> Break | None:
    """Return why no trace can be read in a completion, or None if one can."""
    try:
        read(extract(completion))
    except Refusal as error:
        return Break("format", str(error))
    return None


def same_program(completion: str, gold: str) -> bool:
    """Return whether a completion is the gold program up to names and order."""
    return find_break(completion, gold) is None


def _routing(program: Program, wanted: Program) -> str:
    ours, theirs = [trace.expert for trace in program], [trace.expert for trace in wanted]
    unexpected = [name for name in ours if name not in theirs]
    if unexpected or (len(ours) == len(theirs) and ours != theirs):
        return f"{' then '.join(ours)}; gold is {' then '.join(theirs)}"
    return ""


def _decomposition(program: Program, wanted: Program) -> str:
    if len(program) != len(wanted):
        return f"{len(program)} sub-traces; gold has {len(wanted)}"
    for part, (ours, theirs) in enumerate(zip(program, wanted, strict=True), 1):
        if Counter(_results(ours, part)) != Counter(_results(theirs, part)):
            return f"sub-trace {part} reads other results than gold does"
    return ""


def _results(trace: Trace, part: int) -> Iterator[object]:
    """Yield the earlier results that a sub-trace reads; a source that names none is yielded as it is written."""
    state = FormulaState(part)
    for step in trace.steps:
        for each in fields(step):
            source = getattr(step, each.name)
            if source is not None and Source in (each.type, *get_args(each.type)):
                try:
                    yield state.result(source)
                except TraceError:
                    yield source


def _structure(program: Program, wanted: Program) -> str:
    for place, ours, theirs in _parts(program, wanted):
        more, fewer = _difference(map(_kind, ours.steps), map(_kind, theirs.steps))
        if more or fewer:
            return place + "; ".join(filter(None, (more and f"{more} too many", fewer and f"{fewer} missing")))
        if not isinstance(ours.steps[-1], Query):
            return f"{place}steps follow the query"
    return ""


def _interleaving(program: Program, wanted: Program) -> str:
    for part, (place, ours, theirs) in enumerate(_parts(program, wanted), 1):
        if [_kind(step) for step in ours.steps] == [_kind(step) for step in theirs.steps]:
            continue
        _, state = run_formulas(ours, part)
        for number, name in state.trail.early:
            if name in state.trail.set_by:
                return f"{place}step {number} reads {name}, which step {state.trail.set_by[name]} sets"
    return ""


def _extraction(program: Program, wanted: Program) -> str:
    for place, ours, theirs in _parts(program, wanted):
        more, fewer = _difference(_numbers(ours), _numbers(theirs))
        if more or fewer:
            return f"{place}{more or 'nothing'} in place of {fewer or 'nothing'}"
    return ""


def _numbers(trace: Trace) -> Iterator[str]:
    """Yield the numbers that a trace writes."""
    for step in trace.steps:
        for each in fields(step):
            value = getattr(step, each.name)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Fraction):
                    yield write_number(part)


def _discrimination(program: Program, wanted: Program) -> str:
    for place, ours, theirs in _parts(program, wanted):
        more, fewer = _difference(ours.words, theirs.words)
        if more or fewer:
            return f"{place}{more} in place of {fewer}"
    return ""


def _wiring(program: Program, wanted: Program) -> str:
    for part, (place, ours, theirs) in enumerate(_parts(program, wanted), 1):
        (mine, state), (gold, gold_state) = run_formulas(ours, part), run_formulas(theirs, part)
        if mine[-1] == gold[-1] and Counter(state.derived.values()) == Counter(gold_state.derived.values()):
            continue
        for number, value in enumerate(mine, 1):
            if value not in gold:
                return f"{place}step {number} gives {value}, which gold never does"
        return f"{place}the query asks for another value"
    return ""


_TESTS: dict[str, Callable[[Program, Program], str]] = {
    "routing": _routing,
    "decomposition": _decomposition,
    "structure": _structure,
    "interleaving": _interleaving,
    "extraction": _extraction,
    "discrimination": _discrimination,
    "wiring": _wiring,
}


def _parts(program: Program, wanted: Program) -> Iterator[tuple[str, Trace, Trace]]:
    for part, (ours, theirs) in enumerate(zip(program, wanted, strict=True), 1):
        yield f"sub-trace {part}: " if len(wanted) > 1 else "", ours, theirs


def _difference(ours: Iterable[Any], theirs: Iterable[Any]) -> tuple[str, str]:
    """Return as text the elements that only one side has, for both sides."""
    a, b = Counter(ours), Counter(theirs)
    return " ".join(map(str, (a - b).elements())), " ".join(map(str, (b - a).elements()))


def _kind(step: Step) -> str:
    return _KINDS.get(step.word, step.word)
