"""Links every number of a solution to its origin, all numbers together.

One number in five has several candidates with its value. The choice is joint: a step is expected to be used, a quantity
of the question is expected to be used once, and unit, words, neighbours and order favour one candidate or another.
The search keeps the linkings that are consistent with values, types and coverage. They are compared as functions of the
question's numbers: if all are one function, the wiring is unique; if not, learned features help to choose.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from generators.imports.candidates.candidates import Candidates
from generators.imports.candidates.origin import Given, Link, Origin
from generators.imports.candidates.place import Candidate
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Op, with_fractions
from generators.imports.solution.step import Step

from .choice import Choice, Linking
from .coverage import Coverage
from .equivalence import Functions
from .features import Features
from .money import clashes
from .neighbours import Neighbours, word_weights
from .state import Complete, State

BEAM = 1_200
"""The width of the beam: the most partial linkings kept. If the beam overflows, the wiring does not count as unique."""
_MOST_FINALS = 3
"""Steps with the answer's value that are tried as the final one, the last steps first."""
_EARLIER_FINAL = 0.4
"""The penalty for each later step with the answer's value."""
_REUSED = 1.0
"""The penalty of a quantity that several steps use."""
_REUSED_HERE = 2.0
"""The penalty of a quantity that one step uses twice."""
_TWIN_USED = 0.35
"""The penalty of a quantity where an earlier one of its value is used too."""
_STEP_USED = 0.6
_STEP_REUSED = -0.5
"""The bonus of a step's first use, and the penalty of each further one."""
_UNLIKE = 0.6
"""The penalty of a number that has another kind of origin than the same number of a like step."""


class NoLinking(ValueError):
    """No linking gives the answer; says why."""


def link(mentions: list[Mention], steps: list[Step], answer: Fraction, stems: Iterable[str]) -> Linking:
    """Return the best linking of a solution's numbers; raise NoLinking with the reason if there is none."""
    return Linker(mentions, steps, answer, stems).link()


class Linker:
    """The search for one problem."""

    def __init__(self, mentions: list[Mention], steps: list[Step], answer: Fraction, stems: Iterable[str]):
        self.mentions = mentions
        pairs = _fractions(mentions)
        self.steps = [replace(step, formula=with_fractions(step.formula, pairs)) for step in steps]
        self.answer = answer
        weights = word_weights(mentions)
        self.candidates = Candidates(mentions, self.steps, frozenset(stems), weights)
        self.places = self.candidates.places
        self.features = Features(mentions, self.places, weights)
        self.functions = Functions(mentions, self.steps)
        self.coverage = Coverage(mentions, self.steps)
        self.choice = Choice(self.steps, self.functions, self.features, self.coverage)
        self.neighbours = Neighbours(mentions, weights)
        self.twins = [
            [k for k in range(index) if mentions[k].alias == k and mentions[k].quantity.value == mention.quantity.value]
            for index, mention in enumerate(mentions)
        ]
        self.like = self._like_places()
        self.priced = any(mention.money for mention in mentions)
        self.may_split = any(mention.quantity.kind == "fraction" and mention.quantity.top > 1 for mention in mentions)
        self.capped = False

    def link(self) -> Linking:
        """Return the best linking; raise NoLinking with the reason if there is none."""
        reached = False
        for scale in (Fraction(1), Fraction(100), Fraction(1, 100)):
            finals = [k for k, step in enumerate(self.steps) if step.value * scale == self.answer]
            found = self._search(finals)
            if found:
                return self.choice.of(found, scale, complete=not self.capped)
            if finals:
                reached = True
                break
        self.capped = False
        found = self._search([self.candidates.infer_last(self.answer)])
        if found:
            return self.choice.of(found, Fraction(1), complete=not self.capped)
        if reached:
            raise NoLinking("unexplained: a number of the solution has no source in the question")
        raise NoLinking("no_value: no step of the solution gives the answer")

    def _like_places(self) -> dict[Link, frozenset[Link]]:
        """Return for each number the same numbers in the same role of like steps: the 3 of `9 / 3` and of `6 / 3`."""
        alike: dict[tuple[int, Fraction, str, int], set[Link]] = {}
        for place, (leaves, roles) in enumerate(zip(self.places.leaves, self.places.roles, strict=True)):
            for number, (leaf, role) in enumerate(zip(leaves, roles, strict=True)):
                alike.setdefault((number, leaf.value, role.sign, len(leaves)), set()).add((place, number))
        return {one: frozenset(group - {one}) for group in alike.values() if len(group) > 1 for one in group}

    def _search(self, finals: list[int]) -> list[Complete]:
        """Return the complete linkings that end in one of the steps, best first."""
        found: list[Complete] = []
        worked = [k for k in finals if isinstance(self.steps[k].formula, Op)] or finals
        for nth, final in enumerate(reversed(worked[-_MOST_FINALS:])):
            states = [State(-_EARLIER_FINAL * nth, (), (0,) * len(self.mentions), 1 << final)]
            for place in range(final, -1, -1):
                states = self._linked(states, place)
            found += [self._complete(state, final) for state in states]
        found.sort(key=lambda one: -one.score)
        return found

    def _linked(self, states: list[State], place: int) -> list[State]:
        """Return the states with the numbers of a step linked, where the answer depends on it."""
        bit = 1 << place
        waiting = [state for state in states if not state.needed & bit]
        active = [
            State(s.score, s.chosen, s.used, s.needed, s.consumed, s.untyped, s.inferred)
            for s in states
            if s.needed & bit
        ]
        if not active:
            return waiting
        for number in range(len(self.places.leaves[place]) - 1, -1, -1):
            options = self.candidates(place, number)
            active = [self._extended(state, place, number, option) for state in active for option in options]
            if len(active) > BEAM:
                self.capped = True
                active.sort(key=lambda state: -state.score)
                del active[BEAM:]
        return waiting + active

    def _extended(self, state: State, place: int, number: int, option: Candidate) -> State:
        """Return a state with one more number linked, and its score."""
        score = option.score + state.score
        used, here, needed, consumed = state.used, state.here, state.needed, state.consumed
        for index in option.givens:
            root = self.mentions[index].alias
            score = self._use_quantity(score, state, used, place, index)
            used = (*used[:root], used[root] + 1, *used[root + 1 :])
            if here:
                score += self.neighbours.score(root, here, product=self.places.roles[place][number].sign in "*/")
            here = (*here, root)
        for step in option.steps:
            bit = 1 << step
            score += _STEP_REUSED if consumed & bit else _STEP_USED
            if any(where == place and step in chosen.steps for where, _, chosen in state.chosen):
                score -= _REUSED_HERE
            consumed |= bit
            needed |= bit
        like = self.like.get((place, number))
        if like:
            score -= sum(
                _UNLIKE
                for where, which, chosen in state.chosen
                if (where, which) in like and self._is_unlike(chosen, option)
            )
        return State(
            score,
            ((place, number, option), *state.chosen),
            used,
            needed,
            consumed,
            state.untyped + (not option.typed),
            state.inferred + option.inferred,
            here,
        )

    def _use_quantity(self, score: float, state: State, used: tuple[int, ...], place: int, index: int) -> float:
        """Return a score less the penalties for using a quantity again, or beside a twin of its value."""
        root = self.mentions[index].alias
        if used[root]:
            here = any(where == place and index in chosen.givens for where, _, chosen in state.chosen)
            return score - (self._reuse_penalty(self.mentions[index].quantity.kind, place) if here else _REUSED)
        for twin in self.twins[root]:
            if used[twin]:
                score -= _TWIN_USED
        return score

    def _reuse_penalty(self, kind: str, place: int) -> float:
        """Return the penalty of a quantity that one step uses twice; `two dozen` are a number and a size."""
        if kind == "group":
            return 0.0
        added = any(role.sign in "+-" for role in self.places.roles[place])
        return _REUSED if added and kind in ("fraction", "percent") else _REUSED_HERE

    def _is_unlike(self, one: Candidate, other: Candidate) -> bool:
        """Return True if one is an earlier result and the other a quantity that counts or measures."""
        if bool(one.steps) == bool(other.steps):
            return False
        kinds = {self.mentions[index].quantity.kind for index in one.givens + other.givens}
        return bool(kinds) and not kinds & {"half", "multiple", "fraction", "percent"}

    def _complete(self, state: State, final: int) -> Complete:
        split = _split_fractions(option.origin for _, _, option in state.chosen) if self.may_split else 0
        one = Complete(self.coverage.score(state) - split, state, final, split_fractions=split)
        if not self.priced:
            return one
        wrong = clashes(self.mentions, self.steps, final, one.origins)
        return replace(one, score=one.score - wrong, clashes=wrong) if wrong else one


def _split_fractions(origins: Iterable[Origin]) -> int:
    """Count the fractions whose numerator or denominator is used alone: `30 / 3`, for two thirds."""
    used: dict[int, set[bool]] = {}
    for origin in origins:
        if isinstance(origin, Given) and origin.form in ("top", "other_top", "bottom"):
            used.setdefault(origin.index, set()).add(origin.form == "bottom")
    return sum(len(parts) == 1 for parts in used.values())


def _fractions(mentions: list[Mention]) -> frozenset[tuple[int, int]]:
    """Return numerator and denominator of the fractions a question writes, and of their complements."""
    pairs = set()
    for mention in mentions:
        quantity = mention.quantity
        if quantity.kind in ("fraction", "half"):
            pairs |= {(int(quantity.top), quantity.bottom), (quantity.bottom - int(quantity.top), quantity.bottom)}
    return frozenset(pairs)
