"""Runs programs: checks each trace's structure and vocabulary, runs its steps, and passes its result to later traces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from .experts import EXPERTS
from .ops import Compute, Query, Step
from .program import MAX_PARTS, MAX_STEPS, Program, Trace
from .refusal import TraceError, did_you_mean
from .state import State


class Line(NamedTuple):
    """A step that has run, and the value it set or read."""

    step: Step
    value: Any


@dataclass(frozen=True, slots=True)
class Solution:
    """The result of a program.

    `parts` has one (expert, lines) pair per sub-trace; `identities` counts the computes that copied an argument.
    """

    answer: Any
    parts: list[tuple[str, list[Line]]] = field(default_factory=list)
    identities: int = 0


def solve(program: Program, new_state: Callable[[Sequence[Any]], State] = State) -> Solution:
    """Run a program and return its solution; raise TraceError with the sub-trace, the step and the fix.

    `new_state` makes the state of each sub-trace from the results before it: fractions by default, or columns.
    """
    if not program:
        raise TraceError("empty", "the program has no trace")
    if len(program) > MAX_PARTS:
        raise TraceError("too_many_parts", f"{len(program)} sub-traces; at most {MAX_PARTS}")
    results: list[Any] = []
    parts: list[tuple[str, list[Line]]] = []
    identities = 0
    for number, trace in enumerate(program, 1):
        state = new_state(results)
        lines, copies = _run(trace, state, number if len(program) > 1 else None)
        parts.append((trace.expert, lines))
        results.append(lines[-1].value)
        identities += copies
    return Solution(results[-1], parts, identities)


def _run(trace: Trace, state: State, part: int | None) -> tuple[list[Line], int]:
    """Run a trace; return its lines, and the number of computes that copied an argument."""
    if trace.expert not in EXPERTS:
        raise TraceError("unknown_expert", f"no expert {trace.expert!r}; {did_you_mean(trace.expert, EXPERTS)}").at(
            part, None
        )
    _check_frame(trace, part)
    words = EXPERTS[trace.expert].words
    lines = []
    copies = 0
    for number, step in enumerate(trace.steps, 1):
        try:
            if step.word not in words:
                raise TraceError(
                    "vocabulary", f"{trace.expert} does not use {step.word}; {did_you_mean(step.word, words)}"
                )
            lines.append(Line(step, step.run(state)))
            if type(step) is Compute and _copies(step, state):
                copies += 1
        except TraceError as error:
            raise error.at(part, number) from None
    return lines, copies


def _check_frame(trace: Trace, part: int | None) -> None:
    """Raise TraceError unless a trace has 1 to MAX_STEPS steps and its only query is the last."""
    if not trace.steps:
        raise TraceError("empty", "the trace has no steps").at(part, None)
    if len(trace.steps) > MAX_STEPS:
        raise TraceError("too_many_steps", f"{len(trace.steps)} steps; at most {MAX_STEPS}").at(part, None)
    queries = [number for number, step in enumerate(trace.steps, 1) if type(step) is Query]
    if not queries:
        raise TraceError("no_query", "no query; end the trace with {op: query, var: ...}").at(part, None)
    if len(queries) > 1:
        raise TraceError("two_queries", "a second query; write one query, as the last step").at(part, queries[1])
    if queries[0] != len(trace.steps):
        raise TraceError("after_query", "steps follow the query; write one query, as the last step").at(
            part, queries[0]
        )


def _copies(step: Compute, state: State) -> bool:
    """Return whether a compute copied an argument because the other argument, a variable, is 0 or 1.

    Honest traces may do so, so it is counted, not refused.
    """
    neutral = 0 if step.compute_op in ("add", "sub") else 1
    for arg in step.args if step.compute_op in ("add", "mul") else step.args[1:]:
        value = state.value(arg)
        # Twice as fast as comparing fractions, and every judged step is checked here.
        if isinstance(value, Fraction) and value.numerator == neutral and value.denominator == 1:
            return True
    return False
