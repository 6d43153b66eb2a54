"""Where a failure broke: its program against the gold one, up to the names of variables and the order of sums.

The levels are the seed's learning hierarchy, and extraction, which it lacks; they are tested in order, each assumes
the ones before it, and the first that does not hold is where the trace broke.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from solver.number import write_number
from solver.ops import GROUPS, AddEntity, Compute, Consume, Init, Percent, Query, Step, Transfer
from solver.program import Program, Trace
from solver.refusal import Refusal
from solver.text import extract, read

LEVELS = {
    "format": "no trace, or one with a name, number or operation that the notation lacks",
    "routing": "another expert",
    "decomposition": "another number of sub-traces, or results not passed on",
    "structure": "other numbers of steps of each kind",
    "interleaving": "steps in an order in which a value is read before it is set",
    "extraction": "a number not taken rightly from the text",
    "discrimination": "the right parts with another operation",
    "wiring": "the right parts, connected otherwise",
}
"""The levels in the order in which they are tested, and what breaking each means."""

_KINDS = {word: group for group, words in GROUPS.items() for word in words}
_SWAPPABLE = ("add", "mul")

Tree = tuple[Any, ...]
"""How a value came about: an operation and what it was done to."""


@dataclass(frozen=True)
class Break:
    """The level at which a completion broke, and what was found there."""

    level: str
    found: str


def find_break(completion: str, gold: str) -> Break | None:
    """Return where a completion departs from the gold trace, or None where it is the same program.

    A program that departs may still give the answer; whether it does is the solver's to say.
    """
    try:
        program = read(extract(completion))
    except Refusal as error:
        return Break("format", str(error))
    wanted = read(gold)
    for level, test in _TESTS.items():
        found = test(program, wanted)
        if found:
            return Break(level, found)
    if _signature(program) == _signature(wanted):
        return None
    return Break("wiring", _first_departure(program, wanted))


def same_program(completion: str, gold: str) -> bool:
    """Return whether a completion is the gold program up to names and order."""
    return find_break(completion, gold) is None


def _routing(program: Program, wanted: Program) -> str:
    ours, theirs = [trace.expert for trace in program], [trace.expert for trace in wanted]
    strangers = [name for name in ours if name not in theirs]
    if strangers or (len(ours) == len(theirs) and ours != theirs):
        return f"{' then '.join(ours)}; gold is {' then '.join(theirs)}"
    return ""


def _decomposition(program: Program, wanted: Program) -> str:
    if len(program) != len(wanted):
        return f"{len(program)} sub-traces; gold has {len(wanted)}"
    for part, (ours, theirs) in enumerate(zip(program, wanted, strict=True), 1):
        if _sources(ours, part) != _sources(theirs, part):
            return f"sub-trace {part} reads other results than gold does"
    return ""


def _structure(program: Program, wanted: Program) -> str:
    for place, ours, theirs in _parts(program, wanted):
        more, fewer = _difference(map(_kind, ours.steps), map(_kind, theirs.steps))
        if more or fewer:
            return place + "; ".join(filter(None, (more and f"{more} too many", fewer and f"{fewer} missing")))
        if not isinstance(ours.steps[-1], Query):
            return f"{place}steps follow the query"
    return ""


def _interleaving(program: Program, wanted: Program) -> str:
    for place, ours, theirs in _parts(program, wanted):
        if [_kind(step) for step in ours.steps] == [_kind(step) for step in theirs.steps]:
            continue
        sets = {name: number for number, step in enumerate(ours.steps, 1) for name in _sets(step)}
        for number, step in enumerate(ours.steps, 1):
            early = [
                name for name in _reads(step) if sets.get(name, 0) >= number and name not in _set_before(ours, number)
            ]
            if early:
                return f"{place}step {number} reads {early[0]}, which step {sets[early[0]]} sets"
    return ""


def _extraction(program: Program, wanted: Program) -> str:
    for place, ours, theirs in _parts(program, wanted):
        more, fewer = _difference(_numbers(ours), _numbers(theirs))
        if more or fewer:
            return f"{place}{more or 'nothing'} in place of {fewer or 'nothing'}"
    return ""


def _discrimination(program: Program, wanted: Program) -> str:
    for place, ours, theirs in _parts(program, wanted):
        more, fewer = _difference(ours.words, theirs.words)
        if more or fewer:
            return f"{place}{more} in place of {fewer}"
    return ""


_TESTS: dict[str, Callable[[Program, Program], str]] = {
    "routing": _routing,
    "decomposition": _decomposition,
    "structure": _structure,
    "interleaving": _interleaving,
    "extraction": _extraction,
    "discrimination": _discrimination,
}


def _parts(program: Program, wanted: Program) -> Iterator[tuple[str, Trace, Trace]]:
    for part, (ours, theirs) in enumerate(zip(program, wanted, strict=True), 1):
        yield f"sub-trace {part}: " if len(wanted) > 1 else "", ours, theirs


def _difference(ours: Any, theirs: Any) -> tuple[str, str]:
    """Return what one side has more of than the other, both ways, as text."""
    a, b = Counter(ours), Counter(theirs)
    return " ".join(map(str, (a - b).elements())), " ".join(map(str, (b - a).elements()))


def _kind(step: Step) -> str:
    return _KINDS.get(step.word, step.word)


def _sources(trace: Trace, part: int) -> Counter[int]:
    """Return which earlier sub-traces are read, by number from 0."""
    return Counter(
        part - 2 if step.source == "prev.result" else int(step.source.removeprefix("sub").partition(".")[0])
        for step in trace.steps
        if isinstance(step, Init) and step.source
    )


def _operands(step: Step) -> list[Any]:
    if isinstance(step, Compute):
        return list(step.args)
    if isinstance(step, Percent):
        return [step.base, step.rate]
    return [step.amount] if isinstance(step, Consume | AddEntity | Transfer) else []


def _numbers(trace: Trace) -> list[str]:
    """Return the numbers that a trace writes, as text."""
    numbers: list[Any] = []
    for step in trace.steps:
        if isinstance(step, Init) and step.value is not None:
            numbers.append(step.value)
        numbers += [operand for operand in _operands(step) if not isinstance(operand, str)]
    return [write_number(number) for number in numbers]


def _reads(step: Step) -> list[str]:
    names = [operand for operand in _operands(step) if isinstance(operand, str)]
    if isinstance(step, Consume | AddEntity):
        names.append(step.entity)
    elif isinstance(step, Transfer):
        names += [step.from_entity, step.to_entity]
    elif isinstance(step, Query):
        names.append(step.var)
    return names


def _sets(step: Step) -> list[str]:
    return [step.var] if isinstance(step, Init | Compute | Percent) else []


def _set_before(trace: Trace, number: int) -> set[str]:
    return {name for step in trace.steps[: number - 1] for name in _sets(step)}


def _trees(trace: Trace, part: int) -> Iterator[tuple[int, Tree, dict[str, Tree]]]:
    """Yield, step by step, how the value it sets or reads came about, and all values so far."""
    held: dict[str, Tree] = {}

    def tree(operand: Any) -> Tree:
        return held.get(operand, ("unset",)) if isinstance(operand, str) else ("number", operand)

    for number, step in enumerate(trace.steps, 1):
        value: Tree = ("unset",)
        if isinstance(step, Init):
            value = ("source", *_sources(Trace(trace.expert, (step,)), part)) if step.source else tree(step.value)
            held[step.var] = value
        elif isinstance(step, Compute):
            pair = [tree(arg) for arg in step.args]
            value = (step.compute_op, *(sorted(pair, key=repr) if step.compute_op in _SWAPPABLE else pair))
            held[step.var] = value
        elif isinstance(step, Percent):
            value = (step.op, tree(step.base), tree(step.rate))
            held[step.var] = value
        elif isinstance(step, Consume):
            value = held[step.entity] = ("less", tree(step.entity), tree(step.amount))
        elif isinstance(step, AddEntity):
            value = held[step.entity] = ("more", tree(step.entity), tree(step.amount))
        elif isinstance(step, Transfer):
            held[step.to_entity] = ("more", tree(step.to_entity), tree(step.amount))
            value = held[step.from_entity] = ("less", tree(step.from_entity), tree(step.amount))
        elif isinstance(step, Query):
            value = tree(step.var)
        yield number, value, held


def _signature(program: Program) -> list[Any]:
    """Return what is the same for programs that differ only in names and order: what is asked for, what is held."""
    found = []
    for part, trace in enumerate(program, 1):
        asked: Tree = ()
        held: dict[str, Tree] = {}
        for _, asked, held in _trees(trace, part):  # noqa: B007  # the last ones count
            pass
        found.append((trace.expert, asked, sorted(map(repr, held.values()))))
    return found


def _first_departure(program: Program, wanted: Program) -> str:
    """Say which step first works out something that gold does not."""
    for part, (place, ours, theirs) in enumerate(_parts(program, wanted), 1):
        known = [value for _, value, _ in _trees(theirs, part)]
        for number, value, _ in _trees(ours, part):
            if value not in known:
                return f"{place}step {number} gives {write_tree(value)}, which gold never does"
        if _signature((ours,)) != _signature((theirs,)):
            return f"{place}the query asks for another value"
    return "another order of sub-traces"


def write_tree(tree: Tree) -> str:
    """Return how a value came about as a formula."""
    name, *rest = tree
    if name == "number":
        value = rest[0]
        return write_number(value) if isinstance(value, Fraction) else str(value)
    if name == "source":
        return f"result {rest[0] + 1}"
    return f"{name}({', '.join(map(write_tree, rest))})" if rest else str(name)
