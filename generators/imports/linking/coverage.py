"""Measures how much of a solution and its question a linking uses: dead steps, and quantities left over."""

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf, Op, leaves
from generators.imports.solution.step import Step
from generators.text.rules import first

from .state import State

_DEAD_STEP = 1.5
"""The penalty of an annotated step that nothing uses."""
_NUMBER = 1.2
"""The penalty of an unused quantity that no rule excuses."""
_EXPECTED = 0.5
"""Above this penalty, an unused quantity counts as missing."""


class Coverage:
    """Measures the linkings of one problem."""

    def __init__(self, mentions: Sequence[Mention], steps: list[Step]):
        self.mentions = mentions
        self.steps = steps
        self._penalties = [unused_penalty(mention) for mention in mentions]
        rates = {mention.quantity.value for mention in mentions if mention.quantity.kind == "percent"}
        self._operations = [
            (place, step)
            for place, step in enumerate(steps)
            if step.kind == "annotation" and isinstance(step.formula, Op) and not _is_complement(step.formula, rates)
        ]
        self._dead: dict[int, int] = {}

    def score(self, state: State) -> float:
        """Return the score of a state less the penalties for what it does not use."""
        score = state.score - _DEAD_STEP * self.dead(state.needed)
        for index in self._unused(state.used):
            score -= self._penalties[index]
        return score

    def dead(self, needed: int) -> int:
        """Count the annotated operations that the answer neither uses nor restates."""
        if needed not in self._dead:
            left = (step for place, step in self._operations if not needed >> place & 1)
            self._dead[needed] = sum(not self._is_restated(step, needed) for step in left)
        return self._dead[needed]

    def missing(self, used: tuple[int, ...]) -> tuple[int, ...]:
        """Return the unused quantities that should be used."""
        return tuple(index for index in self._unused(used) if self._penalties[index] > _EXPECTED)

    def _unused(self, used: tuple[int, ...]) -> list[int]:
        return [index for index, mention in enumerate(self.mentions) if mention.alias == index and not used[index]]

    def _is_restated(self, step: Step, needed: int) -> bool:
        """Return True if a used step has the same value, or adds up the step's addends again."""
        return any(
            needed >> place & 1 and (other.value == step.value or _adds_up_again(other, step))
            for place, other in enumerate(self.steps)
        )


def unused_penalty(mention: Mention) -> float:
    """Return the penalty of a linking that does not use a quantity."""
    penalty = first(PENALTIES, mention)
    return _NUMBER if penalty is None else penalty


def ordinal(mention: Mention) -> float | None:
    """Excuse an ordinal: `the third day`."""
    return 0.1 if mention.quantity.kind == "ordinal" else None


def reference(mention: Mention) -> float | None:
    """Excuse a number that refers to one before: `the three`."""
    return 0.2 if mention.definite else None


def one(mention: Mention) -> float | None:
    """Excuse a `one` in words."""
    return 0.2 if mention.quantity.kind == "word" and mention.quantity.value == 1 else None


def single_group(mention: Mention) -> float | None:
    """Excuse one group of a known size: `a pair of shoes`."""
    return 0.4 if mention.quantity.kind == "group" and mention.quantity.top == 1 else None


def factor(mention: Mention) -> float | None:
    """Expect a half, a multiple or a number of times: `twice as many`."""
    multiplies = mention.quantity.kind in ("multiple", "half") and not mention.rate_units
    return 2.0 if multiplies or mention.is_factor else None


def word_or_time(mention: Mention) -> float | None:
    """Excuse a number in words, a time of day, and a multiple of a rate: `twice a day`."""
    return 0.8 if mention.quantity.kind in ("word", "half", "multiple", "clock") else None


PENALTIES: tuple[Callable[[Mention], float | None], ...] = (
    ordinal,
    reference,
    one,
    single_group,
    factor,
    word_or_time,
)
"""The penalties of unused quantities; the first that applies counts."""


def _is_complement(formula: Op, rates: set[Fraction]) -> bool:
    """Return True for the complement of a percent, `100 - 35`, which the percent ops imply."""
    told = [leaf.value for leaf in leaves(formula)]
    return formula.sign == "-" and told[0] == 100 and told[1] in rates and len(told) == 2


def _adds_up_again(step: Step, part: Step) -> bool:
    """Return True if a sum adds up the addends of another one: `12 + 8`, and later `12 + 8 + 32`."""
    return _is_sum(step.formula) and _is_sum(part.formula) and _values(part) <= _values(step)


def _is_sum(formula: Formula) -> bool:
    return isinstance(formula, Leaf) or (formula.sign == "+" and _is_sum(formula.left) and _is_sum(formula.right))


def _values(step: Step) -> Counter[Fraction]:
    return Counter(leaf.value for leaf in leaves(step.formula))
