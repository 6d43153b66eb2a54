"""Writes a list of operations as one trace: each number is given before it is first used."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from solver.fields import Number, Operand, Operation, Pair, Source, Var
from solver.ops import Compute, Init, PercentIncrease, PercentOf, PercentOff, Query, Step
from solver.program import Program, Trace

from .node import Fixed, Input, Literal, Node, Work

PERCENT = {"of": PercentOf, "off": PercentOff, "up": PercentIncrease}
"""The percent ops by the sign of their operation."""
_OPERATIONS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}

Operands = dict[str, Input | Fixed]
Naming = Callable[[Iterable[Input | Fixed]], dict[Input | Fixed, str]]


@dataclass
class Written:
    """A program, and the origin of each of its operands."""

    program: Program
    operands: list[Operands] = field(default_factory=list)
    """The named inputs of each sub-trace; the amounts of entity steps stand under `step N`."""


@dataclass
class _Writer:
    """The steps of a trace so far, and the variables that hold its nodes."""

    names: dict[Input | Fixed, str]
    sources: dict[Work, str]
    steps: list[Step] = field(default_factory=list)
    operands: Operands = field(default_factory=dict)
    variables: dict[Node, str] = field(default_factory=dict)

    def operand(self, node: Node) -> str | Fraction:
        """Return a node as an operand; a number or an earlier result that is new gets an `init`."""
        if isinstance(node, Literal):
            return node.value
        if node in self.variables:
            return self.variables[node]
        if isinstance(node, Work):
            source = self.sources[node]
            name = "prev" if source == "prev.result" else source.partition(".")[0]
            self.steps.append(Init(Var(name), source=Source(source)))
        else:
            name = self.names[node]
            self.steps.append(Init(Var(name), Number(node.value)))
            self.operands[name] = node
        self.variables[node] = name
        return name

    def compute(self, work: Work, variable: str) -> None:
        """Write the step of an operation, with its result in a variable."""
        left, right = self.operand(work.left), self.operand(work.right)
        self.variables[work] = variable
        self.steps.append(
            PERCENT[work.sign](Operand(left), Operand(right), Var(variable))
            if work.sign in PERCENT
            else Compute(Operation(_OPERATIONS[work.sign]), Pair((left, right)), Var(variable))
        )


def write_trace(expert: str, works: list[Work], names: dict[Input | Fixed, str], sources: dict[Work, str]) -> Written:
    """Return the trace of operations; `sources` says where earlier sub-traces leave the results that it uses."""
    writer = _Writer(names, sources)
    for number, work in enumerate(works, 1):
        writer.compute(work, "result" if number == len(works) else f"step{number}")
    writer.steps.append(Query(Var("result")))
    return Written((Trace(expert, tuple(writer.steps)),), [writer.operands])


def inputs_of(works: Iterable[Work]) -> list[Input | Fixed]:
    """Return the numbers that operations use, each once, in the order of first use."""
    nodes = (node for work in works for node in (work.left, work.right))
    return list(dict.fromkeys(node for node in nodes if isinstance(node, (Input, Fixed))))
