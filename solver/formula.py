"""Runs traces symbolically: the solver's own steps on a state whose values are formulas instead of numbers."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .fields import OPERATIONS
from .number import write_number
from .ops import Step
from .program import Program, Trace
from .refusal import TraceError
from .state import State

_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_COMMUTATIVE = [name for name, function in OPERATIONS.items() if function(2, 3) == function(3, 2)]


@dataclass(frozen=True)
class Formula:
    """How a value was computed: an operation with its operands, or a leaf: a number, a result or an unset variable."""

    name: str
    operands: tuple["Formula", ...] = ()

    def __str__(self) -> str:
        """Return the formula in infix notation."""
        parts = [f"({part})" if part.name in _SIGNS else str(part) for part in self.operands]
        if self.name in _SIGNS:
            return f" {_SIGNS[self.name]} ".join(parts)
        return " ".join([self.name, *parts])

    def __add__(self, other: object) -> "Formula":
        return Formula("add", (self, formula(other)))

    def __radd__(self, other: object) -> "Formula":
        return Formula("add", (formula(other), self))

    def __sub__(self, other: object) -> "Formula":
        return Formula("sub", (self, formula(other)))

    def __rsub__(self, other: object) -> "Formula":
        return Formula("sub", (formula(other), self))

    def __mul__(self, other: object) -> "Formula":
        return Formula("mul", (self, formula(other)))

    def __rmul__(self, other: object) -> "Formula":
        return Formula("mul", (formula(other), self))

    def __truediv__(self, other: object) -> "Formula":
        return Formula("div", (self, formula(other)))

    def __rtruediv__(self, other: object) -> "Formula":
        return Formula("div", (formula(other), self))

    def __gt__(self, other: object) -> bool:
        return True  # a claim about numbers, which `FormulaState.require` ignores

    __ge__ = __lt__ = __le__ = __gt__


UNSET = Formula("an unset variable")


def formula(value: object) -> Formula:
    """Return a formula as it is, and a number as a formula."""
    if isinstance(value, Formula):
        return value
    return Formula(write_number(value) if isinstance(value, Fraction) else str(value))


@dataclass
class Trail:
    """The names that each step of a trace reads and sets, by the number of the step."""

    early: list[tuple[int, str]] = field(default_factory=list)
    "the variables read before they were set"
    set_by: dict[str, int] = field(default_factory=dict)
    "the last step that set a variable"


class FormulaState(State):
    """A state of formulas: it never refuses a step for its numbers or its order, and records what steps read and set.

    Given and computed values stand together in `derived`: which of them a query may ask for is not tested here.
    """

    def __init__(self, part: int):
        super().__init__([Formula(f"result {number}") for number in range(1, part)])
        self.trail = Trail()
        self.step = 0

    def require(self, claim: Any, code: str, reason: str) -> None:
        """Accept any claim: it is about numbers."""

    def give(self, name: str, value: Any) -> Any:
        return self._set(name, formula(value))

    def derive(self, name: str, value: Any) -> Any:
        if value.name in _COMMUTATIVE:
            value = Formula(value.name, tuple(sorted(value.operands, key=repr)))
        return self._set(name, value)

    def change(self, name: str, value: Any) -> Any:
        self.derived[name] = Formula("changed to", (value,))
        return self.derived[name]

    def lookup(self, name: str) -> Any:
        if name not in self.derived:
            self.trail.early.append((self.step, name))
        return self.derived.get(name, UNSET)

    def answer(self, name: str) -> Any:
        return self.lookup(name)

    def _set(self, name: str, value: Formula) -> Formula:
        self.trail.set_by[name] = self.step
        self.derived[name] = value
        return value

    def run(self, step: Step) -> Formula:
        """Run one step and return its formula; a step that the solver refuses sets its variables to the reason."""
        self.step += 1
        try:
            return formula(step.run(self))
        except TraceError as error:
            refused = Formula(f"no value ({error.reason})")
            for name in step.names:
                if name not in self.derived:
                    self._set(name, refused)
            return refused


def run_formulas(trace: Trace, part: int) -> tuple[list[Formula], FormulaState]:
    """Run a sub-trace, counted from 1; return the formula of each step and the final state."""
    state = FormulaState(part)
    return [state.run(step) for step in trace.steps], state


def program_key(program: Program) -> str:
    """Return a text that programs share if they are the same up to names and the order of steps, sums and products."""
    found = []
    for part, trace in enumerate(program, 1):
        values, state = run_formulas(trace, part)
        derived = sorted(map(repr, state.derived.values()))
        found.append((trace.expert, derived, values[-1]))
    return repr(found)
