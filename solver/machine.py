"""Runs programs: the state a trace works on, the rules about order, and composition."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from .grammar import EXPERTS, MAX_PARTS, MAX_STEPS, Compute, Program, Query, Step, Trace
from .number import LIMIT, fits
from .refusal import TraceError, did_you_mean


class State:
    """Worked-out values over given ones; a query sees only what was worked out (P1).

    `init` gives, every other op derives, so answering with a number that was merely extracted needs no check
    of its own. Values are anything exact with arithmetic: fractions here, columns in `columns.ColumnState`.
    """

    def __init__(self, results: Sequence[Any] = ()):
        self.given: dict[str, Any] = {}
        self.derived: dict[str, Any] = {}
        self.results = results

    def require(self, claim: Any, code: str, reason: str) -> None:
        """Raise TraceError unless the claim holds."""
        if not claim:
            raise TraceError(code, reason)

    def fits(self, value: Any) -> bool:
        """Return whether the value is within the bounds of `number.LIMIT`."""
        return fits(value)

    def value(self, operand: Any) -> Any:
        """Return what a variable holds, or the literal itself."""
        if not isinstance(operand, str):
            return operand
        return self.held(operand)

    def give(self, name: str, value: Any) -> Any:
        """Set a variable to a number of the text."""
        self._unset(name)
        self.given[name] = value
        return value

    def derive(self, name: str, value: Any) -> Any:
        """Set a variable to a value that was worked out."""
        self._unset(name)
        return self.change(name, value)

    def change(self, name: str, value: Any) -> Any:
        """Set a variable, new or not, to a value that was worked out."""
        if not self.fits(value):
            raise TraceError("too_large", f"{name} leaves the range of numbers below {LIMIT:.0e}")
        self.derived[name] = value
        return value

    def held(self, entity: str) -> Any:
        """Return what a name holds."""
        if entity in self.derived:
            return self.derived[entity]
        if entity in self.given:
            return self.given[entity]
        raise self._missing(entity)

    def amount(self, operand: Any) -> Any:
        """Return an amount that is added or moved: positive."""
        amount = self.value(operand)
        self.require(amount > 0, "bad_amount", "the amount is not positive; moving nothing or less is no step")
        return amount

    def taken(self, entity: str, operand: Any) -> Any:
        """Return an amount that an entity gives away: positive, and no more than it has."""
        amount = self.amount(operand)
        self.require(amount <= self.held(entity), "not_enough", f"{entity} has less than the amount taken")
        return amount

    def result(self, source: str) -> Any:
        """Return the result of an earlier sub-trace."""
        last = len(self.results) - 1
        index = last if source == "prev.result" else int(re.findall(r"[0-9]+", source)[0])
        if not 0 <= index <= last:
            have = ", ".join(f"sub{k}.result" for k in range(last + 1)) or "no earlier sub-trace"
            raise TraceError("bad_source", f"{source} names no earlier sub-trace; there is {have}")
        return self.results[index]

    def answer(self, name: str) -> Any:
        """Return a worked-out value; a given one is no answer."""
        if name in self.derived:
            return self.derived[name]
        if name in self.given:
            raise TraceError("short_circuit", f"{name} is given, not worked out; query what the steps compute")
        raise self._missing(name)

    def _unset(self, name: str) -> None:
        if name in self.derived or name in self.given:
            raise TraceError("set_twice", f"{name} is set already; use a new name")

    def _missing(self, name: str) -> TraceError:
        known = {**self.given, **self.derived}
        hint = f"init it first; {did_you_mean(name, known)}" if known else "init it first"
        return TraceError("unset", f"{name} was never set; {hint}")


class Line(NamedTuple):
    """A step that ran, and the value it set or read."""

    step: Step
    value: Any


@dataclass(frozen=True, slots=True)
class Solution:
    """What a program gives: the answer, each sub-trace's lines, and how many steps changed nothing."""

    answer: Any
    parts: list[tuple[str, list[Line]]] = field(default_factory=list)
    identities: int = 0


def solve(program: Program, new_state: Callable[[Sequence[Any]], State] = State) -> Solution:
    """Run a program and return its solution; raise TraceError naming sub-trace, step and mend."""
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
    """Run a trace; return its lines, and how many of its computes copied an argument."""
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
                    "vocabulary", f"{trace.expert} does not speak {step.word}; {did_you_mean(step.word, words)}"
                )
            lines.append(Line(step, step.run(state)))
            if type(step) is Compute and _copies(step, state):
                copies += 1
        except TraceError as error:
            raise error.at(part, number) from None
    return lines, copies


def _check_frame(trace: Trace, part: int | None) -> None:
    """Check that a trace has steps, not too many, and that its one query is the last."""
    if not trace.steps:
        raise TraceError("empty", "the trace has no steps").at(part, None)
    if len(trace.steps) > MAX_STEPS:
        raise TraceError("too_many_steps", f"{len(trace.steps)} steps; at most {MAX_STEPS}").at(part, None)
    queries = [number for number, step in enumerate(trace.steps, 1) if type(step) is Query]
    if not queries:
        raise TraceError("no_query", "no query; end the trace with {op: query, var: ...}").at(part, None)
    if len(queries) > 1:
        raise TraceError("two_queries", "a second query; the query is one and the last step").at(part, queries[1])
    if queries[0] != len(trace.steps):
        raise TraceError("after_query", "steps follow the query; the query is one and the last step").at(
            part, queries[0]
        )


def _copies(step: Compute, state: State) -> bool:
    """Return whether a compute copied an argument because the other, a variable, happened to be 0 or 1.

    Honest traces may do so, so it is counted and not refused.
    """
    neutral = 0 if step.compute_op in ("add", "sub") else 1
    for arg in step.args if step.compute_op in ("add", "mul") else step.args[1:]:
        value = state.value(arg)
        # Twice as fast as comparing the fraction, and every judged step comes through here.
        if isinstance(value, Fraction) and value.numerator == neutral and value.denominator == 1:
            return True
    return False
