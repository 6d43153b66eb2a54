"""Grades a linked problem by the reasons to doubt its wiring.

A: there is no reason to doubt: the source wrote the wiring down; or the solution states and uses every step, no number
   that could be meant is left over, no detector of coincidences fires, and no other wiring is nearly as likely.
B: the solution states every step, but there is a reason to doubt.
C: a step had to be inferred.
"""

from collections.abc import Callable
from dataclasses import dataclass

from generators.imports.graph.build import Graph
from generators.imports.graph.counted_ones import is_counted
from generators.imports.graph.fractions import unsure
from generators.imports.linking.choice import UNRIVALLED, Linking
from generators.imports.question.mentions import Mention
from solver.plurals import counted

from . import coincidences, left_over
from .case import Case

STRONG = 1.75
"""The margin from which a choice between functions is strong: in samples, few of these were wired wrong."""
OVERRULING = 3.0
"""The margin that is strong where the score of the search alone prefers another function."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and the reasons for it."""

    letter: str
    reasons: tuple[str, ...]


RULES = {
    "A": "the source wrote the wiring down; or the solution states every step and uses it; no number is left unused where there was a choice; no other wiring is as likely",
    "B": "the solution states every step, but a step or a number is unused or cancels out, the wiring gives the answer only by coincidence, or another wiring is nearly as likely",
    "C": "at least one step is inferred",
}
"""The meaning of each grade, for users."""

WIRINGS = {
    "annotated": "the source wrote the wiring down, or each number of its program stands once in the question",
    "unique": "the only consistent wiring among the candidates",
    "chosen": "the likeliest of several consistent wirings",
}
"""How a wiring is known, for users."""
Reason = Callable[[Case], str | None]
"""A reason to doubt a wiring: its message, or None where it does not apply."""


def grade(linking: Linking, mentions: list[Mention], question: str, graph: Graph) -> Grade:
    """Return the grade of a linked problem and the reasons for it."""
    if linking.wiring == "slots":
        return Grade("A", ("wiring annotated",))
    case = Case(linking, mentions, question, graph)
    reasons = tuple(found for found in (reason(case) for reason in REASONS) if found is not None)
    if reasons:
        return Grade("C" if linking.inferred else "B", reasons)
    why = f"strong choice, margin {linking.margin if linking.margin < UNRIVALLED else 'unrivalled'}"
    return Grade(
        "A", (f"wiring {linking.how}" if linking.unique else why, *["a factor of one put back"] * bool(graph.ones))
    )


def inferred_step(case: Case) -> str | None:
    """Doubt a wiring with a step that the solution does not state."""
    count = case.linking.inferred
    return counted(count, "inferred step") if count else None


def unused_step(case: Case) -> str | None:
    """Doubt a wiring that an annotated step contributes nothing to."""
    count = case.linking.dead
    return f"{counted(count, 'annotated step')} unused" if count else None


def omitted_one(case: Case) -> str | None:
    """Doubt a wiring without a one that counts things and may be a factor: `1 ticket costs $5`."""
    ones = sorted(
        {
            mention.quantity.text
            for mention in case.unused
            if mention.alias not in case.graph.ones and is_counted(mention, case.question)
        }
    )
    return f"counted but left out, as it changes nothing: {', '.join(ones)}" if ones else None


def ambiguous_half(case: Case) -> str | None:
    """Doubt a half that may stand for its complement, which has the same value: `gave away half`."""
    halves = sorted({mention.quantity.text for mention in unsure(case.graph.works, case.mentions, case.question)})
    return f"may stand for what it leaves: {', '.join(halves)}" if halves else None


def untyped_number(case: Case) -> str | None:
    """Doubt a wiring in which the type or unit of a number contradicts its use."""
    return "a number is used against its type or unit" if case.linking.untyped else None


def weak_choice(case: Case) -> str | None:
    """Doubt a wiring that is not much likelier than another one."""
    linking = case.linking
    if linking.margin >= (STRONG if linking.agreed else OVERRULING):
        return None
    rivals = "one less consistent" if linking.unique else f"{linking.functions} consistent wirings, the next one"
    return f"{rivals} is nearly as likely, margin {linking.margin}"


REASONS: tuple[Reason, ...] = (
    inferred_step,
    unused_step,
    left_over.unused_number,
    left_over.unread_half,
    coincidences.squared,
    coincidences.written_out_repetition,
    coincidences.borrowed_number,
    coincidences.other_weekdays,
    omitted_one,
    ambiguous_half,
    untyped_number,
    weak_choice,
)
"""The reasons to doubt a wiring, in the order in which a row lists them."""
