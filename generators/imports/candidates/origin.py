"""The origins that a number of a solution can have: quantities in their forms, earlier steps, constants."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from solver.grounding import number_forms
from solver.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Given:
    """A form of a quantity of the question."""

    index: int
    form: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """The result of an earlier step of the solution."""

    step: int


@dataclass(frozen=True, slots=True)
class Named:
    """A constant of the table of named constants."""

    name: str


@dataclass(frozen=True, slots=True)
class Implicit:
    """A number that belongs to the operation: the hundred of percent, the whole of a share, the number of addends."""

    value: Fraction
    why: str


@dataclass(frozen=True, slots=True)
class HiddenStep:
    """A step that the solution does not state: an operation on two other origins."""

    sign: str
    left: "Origin"
    right: "Origin"


Origin = Given | Earlier | Named | Implicit | HiddenStep
Link = tuple[int, int]
"""A number of a solution: its step, and its index in the step's formula."""


def givens(origin: Origin) -> Iterator[Given]:
    """Yield the quantities of the question that an origin reads, also within a hidden step."""
    if isinstance(origin, Given):
        yield origin
    elif isinstance(origin, HiddenStep):
        yield from givens(origin.left)
        yield from givens(origin.right)


Form = tuple[str, Fraction]
"""The name of a form and its value."""

_UNUSUAL = ("hundredth", "percent")
"""Forms that solutions do not use without working them out."""
_PARTS = ("top", "bottom", "groups", "size")
"""Forms that solutions use of several parts or groups; of a single one, the number itself says as much."""


def forms(quantity: Quantity) -> Iterator[Form]:
    """Yield the forms of a quantity that a solution uses, with their values; a value may come twice."""
    for form, value in number_forms(quantity):
        single = form in _PARTS and quantity.top == 1
        copies = form == "other_top" and value == 1
        if not (form in _UNUSUAL or single or copies):
            yield form, value
