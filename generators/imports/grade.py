"""Grades a linked problem by what is known of its wiring, with the reasons.

A: every step is told by the solution and used, no quantity that could have been meant is left over, and the
   wiring is proved, or the choice is strong.
B: every step is told by the solution, but something of that is missing.
C: a step had to be inferred.
"""

from dataclasses import dataclass

from .link import UNRIVALLED, Linking
from .mentions import Mention
from .source import Plain, forms

STRONG = 0.8
"""The margin from which a choice between functions is called strong."""
MANY = 1
"""Numbers of the question that may be left over."""
SURE = 1.0
"""The margin from which it is so even though a quantity of the same value is left over."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and why."""

    letter: str
    reasons: tuple[str, ...]


RULES = {
    "A": "every step told and used, nothing contested left over, wiring proved or chosen by a strong margin",
    "B": "every step told, but a step is unused, a quantity is left over, or the choice is weak",
    "C": "at least one step is inferred",
}
"""The grades, as a reader is told them."""


def grade(linking: Linking, mentions: list[Mention], leaf_values: set[object]) -> Grade:
    """Return the grade of a linking; `leaf_values` are the numbers that the used steps write."""
    reasons = []
    if linking.inferred:
        reasons.append(f"{linking.inferred} inferred step{'s' * (linking.inferred > 1)}")
    if linking.dead:
        reasons.append(f"{linking.dead} annotated step{'s' * (linking.dead > 1)} unused")
    sure = linking.proved or linking.margin >= SURE
    contested = [
        mentions[index].quantity.text
        for index in linking.unused
        if not (sure and mentions[index].quantity.kind == "word")
        and (not sure or linking.proved)
        and any(value in leaf_values for _, value in forms(mentions[index].quantity))
    ]
    if contested:
        reasons.append(f"left over though its value is used: {', '.join(contested)}")
    loose = [index for index in linking.unused if mentions[index].quantity.kind != "word"]
    guessed = any(isinstance(source, Plain) and source.why == "both" for source in linking.sources.values())
    if len(loose) > MANY or (loose and guessed):
        reasons.append(f"{len(loose)} numbers of the question are left over")
    if linking.untyped:
        reasons.append("a number is used against its type or unit")
    weak = not linking.proved and linking.margin < STRONG
    if weak:
        reasons.append(f"{linking.functions} different wirings are consistent, margin {linking.margin}")
    if linking.inferred:
        return Grade("C", tuple(reasons))
    if reasons:
        return Grade("B", tuple(reasons))
    if linking.proved:
        return Grade("A", ("wiring proved",))
    return Grade("A", (f"strong choice, margin {linking.margin if linking.margin < UNRIVALLED else 'unrivalled'}",))
