"""Features of an earlier step or a named constant as the origin of a number."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generators.imports.candidates.position import Role
from generators.imports.solution.formula import Leaf
from generators.imports.solution.step import Step
from solver.constants import Constant
from solver.stems import stem

from .quantity_features import Feature, operation, use


@dataclass(frozen=True, slots=True)
class LinkedStep:
    """An earlier step whose result is linked to a number of a step."""

    earlier: Step
    step: Step
    leaf: Leaf
    role: Role
    just_before: bool


def of_earlier(linked: LinkedStep) -> Iterator[Feature]:
    """Yield the features of a linked step."""
    for rule in STEP_FEATURES:
        yield from rule(linked)


def recency(linked: LinkedStep) -> Iterator[Feature]:
    """Mark a step, and the step just before."""
    yield "step", 1
    yield "step_just_before", linked.just_before


def unit_behind(linked: LinkedStep) -> Iterator[Feature]:
    """Compare the words behind the number with the unit of the result, or with the line where it has none."""
    after, unit = linked.leaf.after, linked.earlier.after
    if after and unit:
        yield "step_unit_behind" if unit[0] in after or after[0] in unit else "step_other_unit_behind", 1
    elif after:
        yield "step_no_line_behind" if linked.earlier.line.isdisjoint(after) else "step_line_behind", 1


def shared_line(linked: LinkedStep) -> Iterator[Feature]:
    """Compare the words of the two lines."""
    yield "step_line_before", not linked.earlier.line.isdisjoint(linked.leaf.before)
    yield "step_line_in_line", min(3, len(linked.step.line & linked.earlier.line)) / 3


def money(linked: LinkedStep) -> Iterator[Feature]:
    """Compare the currency signs of number and result."""
    if linked.leaf.money or linked.earlier.money:
        yield "step_money" if linked.leaf.money == linked.earlier.money else "step_money_clash", 1


def unit_of_sum(linked: LinkedStep) -> Iterator[Feature]:
    """Compare the unit of an addend with the unit of the sum."""
    unit, result = linked.earlier.after, linked.step.after
    if operation(linked.role) == "sum" and unit and result:
        yield "step_adds_up" if unit[0] in result else "step_adds_up_not", 1


def subject(linked: LinkedStep) -> Iterator[Feature]:
    """Compare the subjects of the two lines."""
    if linked.earlier.subject and linked.step.subject:
        yield "step_owner" if linked.earlier.subject == linked.step.subject else "step_other_owner", 1


def kind(linked: LinkedStep) -> Iterator[Feature]:
    """Mark a step that no annotation states."""
    if linked.earlier.kind != "annotation":
        yield f"step_of_{linked.earlier.kind}", 1


STEP_FEATURES: tuple[Callable[[LinkedStep], Iterator[Feature]], ...] = (
    recency,
    unit_behind,
    shared_line,
    money,
    unit_of_sum,
    subject,
    kind,
)
"""The features of an earlier step, by what they compare."""


def of_constant(constant: Constant, leaf: Leaf, step: Step, role: Role) -> Iterator[Feature]:
    """Yield whether the number's words and its line mention a constant and its units."""
    units = frozenset(stem(part) for part in constant.name.split("_"))
    beside = frozenset(leaf.after + leaf.before)
    yield f"constant_{use(role)}", 1
    yield "constant_told", not beside.isdisjoint(constant.words)
    yield "constant_in_line", not step.line.isdisjoint(constant.words)
    yield "constant_units_told", len(units & beside)
    yield "constant_units_in_line", len(units & step.line)
