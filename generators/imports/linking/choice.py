"""Chooses the likeliest of the complete linkings of a problem, compared as functions of the question's numbers."""

from dataclasses import dataclass
from fractions import Fraction
from math import exp, log
from typing import Literal

from generators.imports.candidates.origin import Link, Origin
from generators.imports.solution.step import Step

from .coverage import Coverage
from .equivalence import Functions
from .features import Features
from .state import Complete

Wiring = Literal["searched", "values", "slots"]
"""How the origins of numbers are known: by search; a program's numbers stand once in the question; or it names them."""
UNRIVALLED = 99.0
"""The margin if all linkings compute the same function."""
_MOST_FUNCTIONS = 16
"""Functions that are compared, those with the highest scores."""
_UNTYPED = 2.0
_CLASH = 2.0
_SPLIT = 3.0
_INFERRED = 3.0
"""Log odds against a contradiction of type, a clash of money, a split fraction, and an inferred step."""


@dataclass(frozen=True, slots=True)
class Linking:
    """The chosen linking of a problem, with its margin over the others."""

    steps: list[Step]
    """The steps as linked, their fractions joined."""
    final: int
    """The step that gives the answer."""
    scale: Fraction
    """The factor between the final step's value and the answer."""
    origins: dict[Link, Origin]
    inferred: int
    """Steps that the solution does not state."""
    dead: int
    """Annotated steps that the answer does not use."""
    unused: tuple[int, ...]
    """Quantities that should be used but are not."""
    rivals: int
    """Linkings as consistent with values, types and coverage as the chosen one, which is included."""
    functions: int
    """The number of different functions among the rivals."""
    unique: bool
    """True if the rivals are one function and none was left out of the search."""
    margin: float
    """Log odds of the chosen function against all others, by the search's score and the features together."""
    untyped: int
    """Contradictions of type, of money and of fractions."""
    agreed: bool
    """True if the search's score alone makes the same choice."""
    wiring: Wiring = "searched"
    """How the origins were found."""

    @property
    def how(self) -> str:
        """The word for the wiring: annotated by the source, unique among the candidates, or chosen."""
        return "annotated" if self.wiring != "searched" else "unique" if self.unique else "chosen"


class Choice:
    """Compares the linkings of one problem."""

    def __init__(self, steps: list[Step], functions: Functions, features: Features, coverage: Coverage):
        self.steps = steps
        self.functions = functions
        self.features = features
        self.coverage = coverage

    def of(self, found: list[Complete], scale: Fraction, *, complete: bool) -> Linking:
        """Return the likeliest linking; they come best first, and `complete` says whether they are all there are."""
        functions = self._by_function(found)
        best, margin = self._likeliest([linkings[0] for linkings in functions[:_MOST_FUNCTIONS]])
        rivals = self._rivals(functions, best)
        state, different = best.state, sum(map(bool, rivals))
        return Linking(
            steps=self.steps,
            final=best.final,
            scale=scale,
            origins=best.origins,
            inferred=state.inferred,
            dead=self.coverage.dead(state.needed),
            unused=self.coverage.missing(state.used),
            rivals=sum(rivals),
            functions=different,
            unique=different == 1 and complete,
            margin=round(margin, 2),
            untyped=state.untyped + best.contradictions,
            agreed=best is found[0],
        )

    def _rivals(self, functions: list[list[Complete]], best: Complete) -> list[int]:
        """Count the linkings of each function that are as consistent with values, types and coverage as the best."""
        chosen = best.state
        dead, missing = self.coverage.dead(chosen.needed), len(self.coverage.missing(chosen.used))
        return [
            sum(
                one.state.untyped <= chosen.untyped
                and one.contradictions <= best.contradictions
                and one.state.inferred <= chosen.inferred
                and self.coverage.dead(one.state.needed) <= dead
                and len(self.coverage.missing(one.state.used)) <= missing
                for one in linkings
            )
            for linkings in functions
        ]

    def _by_function(self, found: list[Complete]) -> list[list[Complete]]:
        """Return the linkings grouped by function, the best first in each group and among the groups."""
        groups: dict[int, list[Complete]] = {}
        for one in found:
            groups.setdefault(self.functions.of(one.final, one.origins), []).append(one)
        return list(groups.values())

    def _likeliest(self, rivals: list[Complete]) -> tuple[Complete, float]:
        """Return the likeliest of linkings that differ as functions, and its log odds against all others."""
        if len(rivals) == 1:
            return rivals[0], UNRIVALLED
        odds = [self._log_odds(one) for one in rivals]
        best = max(range(len(rivals)), key=lambda k: odds[k])
        others = sum(exp(one - odds[best]) for k, one in enumerate(odds) if k != best)
        return rivals[best], min(UNRIVALLED, -log(others)) if others else UNRIVALLED

    def _log_odds(self, one: Complete) -> float:
        """Return the score and the features of a linking, less the log odds against its contradictions."""
        against = (
            _UNTYPED * one.state.untyped
            + _CLASH * one.clashes
            + _SPLIT * one.split_fractions
            + _INFERRED * one.state.inferred
        )
        return one.score + self.features.log_odds(one.final, one.origins) - against
