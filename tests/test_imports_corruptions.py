"""Each corruption makes another linking of a right one."""

from random import Random

import pytest

from generators.imports.candidates.origin import Earlier, Given, Named
from generators.imports.linking.corruptions import CORRUPTIONS, Corruptions
from generators.imports.linking.search import Linker
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.annotations import read_solution
from solver.constants import question_stems

QUESTION = "Ann has 4 bags of 6 figs and 15 nuts. She eats 3 a day for a week. How many are left?"
SOLUTION = "4*6=<<4*6=24>>24 figs\n3*7=<<3*7=21>>21\n24+15=<<24+15=39>>39\n39-21=<<39-21=18>>18"
CHANGED = {
    "swapped_quantities": ((0, 0), Given),
    "other_quantity": ((0, 0), Given),
    "constant_or_quantity": ((1, 1), Given),
    "step_for_quantity": ((2, 1), Earlier),
    "quantity_for_step": ((3, 1), Given),
    "other_step": ((3, 1), Earlier),
    "swapped_steps": ((3, 1), Earlier),
}
"""The number that a corruption changes, and the kind of its new origin."""


@pytest.fixture
def corruptions():
    """Return the corruptions of a problem with one linking."""
    steps = read_solution(SOLUTION)
    linker = Linker(read_mentions(QUESTION), steps, steps[-1].value, question_stems(QUESTION))
    return Corruptions(linker, linker.link(), ["days_per_week"], Random(1))


def test_every_corruption_has_a_test():
    """A new corruption needs an example."""
    assert [corruption.__name__ for corruption, _ in CORRUPTIONS] == list(CHANGED)


@pytest.mark.parametrize("name", CHANGED)
def test_a_corruption_changes_origins(name, corruptions):
    """Each corruption gives the number another origin of the expected kind."""
    corruption = next(one for one, _ in CORRUPTIONS if one.__name__ == name)
    link, kind = CHANGED[name]
    right = corruptions.linking.origins[link]

    changes = [corruption(corruptions, link, right).get(link, right) for _ in range(20)]

    assert {type(change) for change in changes if change != right} == {kind}


def test_a_constant_is_put_for_a_quantity(corruptions):
    """The same corruption works in both directions."""
    corruption = next(one for one, _ in CORRUPTIONS if one.__name__ == "constant_or_quantity")

    assert corruption(corruptions, (0, 0), corruptions.linking.origins[0, 0]) == {(0, 0): Named("days_per_week")}


def test_a_drawn_linking_is_another_one(corruptions):
    """Drawing gives linkings that differ from the right one and end in the same step."""
    drawn = [made for made in (corruptions.draw() for _ in range(60)) if made]

    assert any(made != corruptions.linking.origins for made in drawn)
    assert all((corruptions.linking.final, 0) in made for made in drawn)
