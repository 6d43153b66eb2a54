"""Says which slots a wording of a pattern must show, and how often it may show each."""

from collections import Counter

from generators.patterns.filters import is_personal
from generators.patterns.pattern import Pattern
from generators.patterns.render import Plan, refs
from generators.patterns.slots import Words
from generators.patterns.wording import Wording
from solver.refusal import InputError

MORE_WORDS = 2
"""How much oftener a new wording may say a word, such as a name, than the pattern's own wordings do."""


def shown(plan: Plan) -> Counter[str]:
    """Return how often a wording shows each slot; a pronoun shows none."""
    return Counter(ref.slot for ref in refs(plan) if not is_personal(ref.form))


def plain_wordings(pattern: Pattern) -> list[Wording]:
    """Return the wordings that a proposal is compared with and a prompt shows; raise InputError if there is none.

    Held-out wordings are left out, so that no proposal takes after them, and so are those with a distractor. Wordings
    that another file adds are left out too: they change from run to run, and the same prompt is not asked again.
    """
    own = [wording for wording in pattern.wordings if wording.body in pattern.source]
    found = [wording for wording in own if not (wording.held_out or wording.slots)]
    if not found:
        raise InputError(f"{pattern.id}: every wording has slots of its own; write one without")
    return found


def needed(pattern: Pattern) -> list[str]:
    """Return the slots that every wording of the pattern shows."""
    return [slot for slot in pattern.slots if all(shown(wording.plan)[slot] for wording in pattern.wordings)]


def most(pattern: Pattern) -> dict[str, int]:
    """Return how often a new wording may show each slot.

    A number stands as often as in one of the pattern's wordings: twice would be another fact, or a second wording in the
    same text. A slot that no wording shows stays hidden: it may be the answer.
    """
    often = {slot: max(shown(wording.plan)[slot] for wording in pattern.wordings) for slot in pattern.slots}
    return {
        slot: times + MORE_WORDS * isinstance(pattern.slots[slot], Words) if times else 0
        for slot, times in often.items()
    }
