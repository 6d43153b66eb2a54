"""The states of the search for a linking: partial linkings with their scores, and complete ones."""

from dataclasses import dataclass

from generators.imports.candidates.origin import Link, Origin
from generators.imports.candidates.place import Candidate


@dataclass(frozen=True, slots=True)
class State:
    """A partial linking; sets of steps are bit masks."""

    score: float
    chosen: tuple[tuple[int, int, Candidate], ...]
    """The chosen candidates with step and number, in the solution's order."""
    used: tuple[int, ...]
    """How often each quantity of the question is used."""
    needed: int
    """The steps that the answer depends on."""
    consumed: int = 0
    """The steps that a number is linked to."""
    untyped: int = 0
    """The numbers whose type or unit contradicts their use."""
    inferred: int = 0
    """The steps that the solution does not state."""
    here: tuple[int, ...] = ()
    """The quantities that the step at hand uses."""


@dataclass(frozen=True, slots=True)
class Complete:
    """A complete linking."""

    score: float
    state: State
    final: int
    """The step that gives the answer."""
    clashes: int = 0
    """Contradictions in the dimension of money."""
    split_fractions: int = 0
    """Fractions whose numerator or denominator is used alone."""

    @property
    def origins(self) -> dict[Link, Origin]:
        """The origin of each number."""
        return {(place, number): option.origin for place, number, option in self.state.chosen}

    @property
    def contradictions(self) -> int:
        """How often money or a fraction is used inconsistently."""
        return self.clashes + self.split_fractions
