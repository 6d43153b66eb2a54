"""Puts slots into a trace, and reads the trace as a term over them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from generators.patterns import algebra
from solver.ops import Init, Step
from solver.program import Program, Trace

from .terms import Operation, Term, operation

_WORD = re.compile(r"(?<![\w.$])[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*(?![\w:])")
_FIELDS = re.compile(r"(?<=op: )\w+|(?<=compute_op: )\w+|(?<=expert: )\w+")


def given_numbers(program: Program) -> Iterator[tuple[int, str, Fraction]]:
    """Yield the numbers that a trace is given: the sub-trace, the name that its metadata has for it, and the number."""
    for part, trace in enumerate(program):
        for place, step in enumerate(trace.steps, 1):
            field = _field(step)
            if field:
                name = step.var if isinstance(step, Init) else f"step {place}"
                yield part, str(name), getattr(step, field)


def _field(step: Step) -> str | None:
    field = "value" if isinstance(step, Init) else "amount"
    return field if isinstance(getattr(step, field, None), Fraction) else None


def with_slots(program: Program, given: Sequence[Term]) -> Program:
    """Return a trace with slots in place of the given numbers that vary."""
    terms = iter(given)
    traces = []
    for trace in program:
        steps: list[Any] = []
        for step in trace.steps:
            field = _field(step)
            term = next(terms) if field else None
            steps.append(replace(step, **{field: f"${term}"}) if field and isinstance(term, str) else step)
        traces.append(Trace(trace.expert, tuple(steps)))
    return tuple(traces)


def with_persons(text: str, persons: Mapping[str, str]) -> str:
    """Return the text of a trace with `$slot` in place of the parts of names that are persons, given by their slugs."""
    return re.sub(r"(?<=[ \[])[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*(?=[,\]}])", lambda found: _renamed(found, persons), text)


def _renamed(found: re.Match[str], persons: Mapping[str, str]) -> str:
    before = found.string[max(0, found.start() - 4) : found.start()]
    if before.endswith("op: "):
        return found[0]
    return ".".join(f"${persons[part]}" if part in persons else part for part in found[0].split("."))


def parts_of_names(text: str) -> Iterator[str]:
    """Yield the parts of the names in the text of a trace."""
    for found in re.finditer(r"(?<=[ \[])[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*(?=[,\]}])", text):
        yield from found[0].split(".")


def traced_term(program: Program, given: Sequence[Term]) -> Term:
    """Return the answer of a trace as a term over its given numbers."""
    answer, _ = algebra.function(program)
    return _term(answer, given, {})


def _term(node: Any, given: Sequence[Term], known: dict[int, Term]) -> Term:
    if id(node) not in known:
        if isinstance(node, algebra.Given):
            known[id(node)] = given[node.left]
        elif isinstance(node, algebra.Term):
            known[id(node)] = operation(node.sign, _term(node.left, given, known), _term(node.right, given, known))
        else:
            known[id(node)] = Fraction(node)
    return known[id(node)]


def operations(term: Term) -> list[Operation]:
    """Return the distinct operations of a term in which a slot stands, operands first."""
    found: dict[Term, None] = {}

    def visit(node: Term) -> None:
        if isinstance(node, Operation) and node not in found:
            visit(node.left)
            visit(node.right)
            found.setdefault(node)

    visit(term)
    return [node for node in found if isinstance(node, Operation)]


def counted_parts(term: Term, numbers: Mapping[str, Fraction]) -> set[str]:
    """Return the slots by which something is shared out, where the term itself has as many parts.

    Of three colours with a third of the marbles each, the trace counts what is left one by one; an average of three
    people divides a sum of three. With another number the trace would miss parts.
    """
    shares = [step for step in operations(term) if step.sign == "/" and isinstance(step.right, str)]
    return {
        str(step.right)
        for step in shares
        if numbers[str(step.right)] in (_count(term, step), len(list(_addends(step.left))))
        and numbers[str(step.right)] > 1
    }


def _count(term: Term, part: Term) -> int:
    """Return how often a part stands in a term."""
    if term == part:
        return 1
    return _count(term.left, part) + _count(term.right, part) if isinstance(term, Operation) else 0


def _addends(term: Term) -> Iterator[Term]:
    """Yield the terms that a term is the sum of."""
    if isinstance(term, Operation) and term.sign == "+":
        yield from _addends(term.left)
        yield from _addends(term.right)
    else:
        yield term
