"""Links a program that writes its wiring down, without a search: its numbers are named, or stand once in the question."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from generators.imports.candidates.origin import Earlier, Given, Implicit, Link, Named, Origin, forms
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Leaf, leaves
from generators.imports.solution.step import Step
from generators.imports.solution.written import ByValue, Constant, Result, Slot
from solver.constants import triggered
from solver.grounding import IN_ARGS, number_forms

from .choice import UNRIVALLED, Linking, Wiring
from .coverage import Coverage


def written_linking(mentions: list[Mention], steps: list[Step], stems: frozenset[str]) -> Linking | None:
    """Return the linking that a program writes down, or None where a number's origin is left open."""
    origins: dict[Link, Origin] = {}
    wiring: Wiring = "slots"
    needed = {len(steps) - 1}
    for place in range(len(steps) - 1, -1, -1):
        if place not in needed:
            continue
        for number, leaf in enumerate(leaves(steps[place].formula)):
            origin = _origin(leaf, mentions, stems)
            if origin is None:
                return None
            if isinstance(leaf.written, ByValue) and isinstance(origin, Given):
                wiring = "values"
            if isinstance(origin, Earlier):
                needed.add(origin.step)
            origins[place, number] = origin
    return _linking(mentions, steps, origins, wiring)


def _origin(leaf: Leaf, mentions: Sequence[Mention], stems: frozenset[str]) -> Origin | None:
    """Return the one origin of a number, or None if there is none or more than one."""
    if leaf.implied:
        return Implicit(leaf.value, "implied")
    if isinstance(leaf.written, Result):
        return Earlier(leaf.written.step)
    if isinstance(leaf.written, Slot):
        return _in_span(leaf.value, leaf.written, mentions)
    return None if leaf.written is None else _by_value(leaf, mentions, stems)


def _in_span(value: Fraction, slot: Slot, mentions: Sequence[Mention]) -> Given | None:
    """Return the form of the quantity in whose span a number stands: the 2 of `2/3` is its numerator."""
    for index, mention in enumerate(mentions):
        quantity = mention.quantity
        if quantity.start <= slot.start and slot.end <= quantity.end:
            names = [name for name, worth in number_forms(quantity) if worth == value]
            return Given(index, "plain" if "plain" in names else names[0]) if names else None
    return None


def _by_value(leaf: Leaf, mentions: Sequence[Mention], stems: frozenset[str]) -> Origin | None:
    """Return the only origin of a value: a number of the question, a named constant, or a number of the operation."""
    found: list[Origin] = []
    for index, mention in enumerate(mentions):
        form = next((form for form, worth in forms(mention.quantity) if worth == leaf.value), None)
        if form and mention.alias == index:
            found.append(Given(index, form))
    found += [Named(constant.name) for constant in triggered(stems) if constant.value == leaf.value]
    if not found and leaf.value in IN_ARGS and (isinstance(leaf.written, Constant) or leaf.value != 2):
        return Implicit(leaf.value, "constant")
    return found[0] if len(found) == 1 else None


def _linking(mentions: list[Mention], steps: list[Step], origins: dict[Link, Origin], wiring: Wiring) -> Linking:
    used = Counter(mentions[one.index].alias for one in origins.values() if isinstance(one, Given))
    counted = tuple(used[index] for index in range(len(mentions)))
    return Linking(
        steps=steps,
        final=len(steps) - 1,
        scale=Fraction(1),
        origins=origins,
        inferred=0,
        dead=0,
        unused=Coverage(mentions, steps).missing(counted),
        rivals=1,
        functions=1,
        unique=True,
        margin=UNRIVALLED,
        untyped=0,
        agreed=True,
        wiring=wiring,
    )
