"""Links every number of a solution to its origin, all of them together.

By value alone one number in five has several origins. The choice is made jointly: a step wants to be used,
a quantity of the question wants to be used once, and unit, wording, neighbourhood and order speak for one
origin or another. All linkings that are consistent with values, types and coverage are kept, and compared
as functions of the question's numbers: where all are the same function, the wiring is proved; where they are not,
what was learned of problems with one linking is added (evidence.py).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp, log

from generators.imports.candidates.candidates import Candidates
from generators.imports.candidates.origin import Given, Origin
from generators.imports.candidates.place import Candidate, Weights, weight_of
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf, Op, leaves, with_fractions
from generators.imports.solution.step import Step

from .equivalence import Functions
from .features import Evidence
from .money import clashes

BEAM = 1_200
"""Linkings that are followed at once; where more were possible nothing is called proved."""
UNRIVALLED = 99.0
"""The margin where no other linking is another function."""
_MOST_FUNCTIONS = 16
"""Functions that are weighed, those of the highest scores."""
_AGAINST = (2.0, 2.0, 3.0, 3.0)
"""Log odds against a number used against its type, a clash of money, a fraction torn apart, and an inferred step."""
_MOST_FINALS = 3
"""Steps that give the answer, from the last, that are tried as the last one."""


@dataclass(frozen=True, slots=True)
class Linking:
    """The chosen linking of a problem and what is known of its rivals."""

    steps: list[Step]
    """The steps as linked, fractions joined."""

    final: int
    scale: Fraction
    """What the final step's value is multiplied by to give the answer."""
    origins: dict[tuple[int, int], Origin]
    inferred: int
    dead: int
    """Annotated steps that the answer never uses."""
    unused: tuple[int, ...]
    """Mentions that the answer never uses."""
    rivals: int
    """Linkings that are as consistent with values, types and coverage as the chosen one, itself included."""
    functions: int
    """How many functions of the question's numbers these are."""
    proved: bool
    margin: float
    """How much likelier the chosen function is than all others that explain the numbers: log odds, of the search's score
    and what was learned together."""
    untyped: int
    agreed: bool
    """Whether the search's score says the same without what was learned."""


class NoLinking(ValueError):
    """No linking gives the answer; says why."""


@dataclass(frozen=True, slots=True)
class _State:
    """A linking of the leaves seen so far; steps are sets of bits."""

    score: float
    chosen: tuple[tuple[int, int, Candidate], ...]
    used: tuple[int, ...]
    """How often each mention is used."""
    needed: int
    consumed: int = 0
    untyped: int = 0
    inferred: int = 0
    here: tuple[int, ...] = ()
    """The mentions linked in the step at hand."""


@dataclass(frozen=True, slots=True)
class _Done:
    """A complete linking."""

    score: float
    state: _State
    final: int

    clashes: int = 0
    torn: int = 0

    @property
    def origins(self) -> dict[tuple[int, int], Origin]:
        return {(place, number): option.origin for place, number, option in self.state.chosen}


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
        weights = _weights(mentions)
        self.candidates = Candidates(mentions, self.steps, frozenset(stems), weights)
        self.evidence = Evidence(
            mentions, self.steps, self.candidates.places.leaves, self.candidates.places.roles, weights
        )
        self.functions = Functions(mentions, self.steps)
        self.near = [[_nearness(one, other, weights) for other in mentions] for one in mentions]
        self.rates = [[_rate(one, other) for other in mentions] for one in mentions]
        self.twins = [
            [k for k in range(index) if mentions[k].alias == k and mentions[k].quantity.value == mention.quantity.value]
            for index, mention in enumerate(mentions)
        ]
        self.sums = [any(role.sign in "+-" for role in made) for made in self.candidates.places.roles]
        self.parallel = self._parallel()
        self.torn = any(mention.quantity.kind == "fraction" and mention.quantity.top > 1 for mention in mentions)
        self.capped = False

    def _parallel(self) -> dict[tuple[int, int], frozenset[tuple[int, int]]]:
        """Return for each leaf where the same number stands at the same place of a like step: `9 / 3` and `6 / 3`."""
        alike: dict[tuple[int, Fraction, str, int], set[tuple[int, int]]] = {}
        for place, (found, made) in enumerate(
            zip(self.candidates.places.leaves, self.candidates.places.roles, strict=True)
        ):
            for number, (leaf, role) in enumerate(zip(found, made, strict=True)):
                alike.setdefault((number, leaf.value, role.sign, len(found)), set()).add((place, number))
        return {one: frozenset(group - {one}) for group in alike.values() if len(group) > 1 for one in group}

    def link(self) -> Linking:
        reached = False
        for scale in (Fraction(1), Fraction(100), Fraction(1, 100)):
            finals = [k for k, step in enumerate(self.steps) if step.value * scale == self.answer]
            reached = reached or bool(finals)
            done = self._search(finals)
            if done:
                return self._choose(done, scale)
            if finals:
                break
        self.capped = False
        done = self._search([self.candidates.infer_last(self.answer)])
        if done:
            return self._choose(done, Fraction(1))
        if reached:
            raise NoLinking("unexplained: a number of the solution has no source in the question")
        raise NoLinking("no_value: no step of the solution gives the answer")

    def _search(self, finals: list[int]) -> list[_Done]:
        """Return the complete linkings that end in one of the steps, best first."""
        done: list[_Done] = []
        worked = [k for k in finals if isinstance(self.steps[k].formula, Op)] or finals
        for nth, final in enumerate(reversed(worked[-_MOST_FINALS:])):
            states = [_State(-0.4 * nth, (), (0,) * len(self.mentions), 1 << final)]
            for place in range(final, -1, -1):
                bit = 1 << place
                if any(state.needed & bit for state in states):
                    states = self._step(states, place, bit)
            done += [self._finished(state, final) for state in states]
        if any(mention.money for mention in self.mentions):
            done = [self._priced(one) for one in done]
        done.sort(key=lambda one: -one.score)
        return done

    def _step(self, states: list[_State], place: int, bit: int) -> list[_State]:
        """Return the states with the leaves of a step linked, where they need it."""
        waiting = [state for state in states if not state.needed & bit]
        active = [
            _State(s.score, s.chosen, s.used, s.needed, s.consumed, s.untyped, s.inferred)
            for s in states
            if s.needed & bit
        ]
        for number in range(len(self.candidates.places.leaves[place]) - 1, -1, -1):
            options = self.candidates(place, number)
            active = [self._extend(state, place, number, option) for state in active for option in options]
            if len(active) > BEAM:
                self.capped = True
                active.sort(key=lambda state: -state.score)
                del active[BEAM:]
        return waiting + active

    def _extend(self, state: _State, place: int, number: int, option: Candidate) -> _State:
        score, used, needed, consumed, here = (
            option.score + state.score,
            state.used,
            state.needed,
            state.consumed,
            state.here,
        )
        for index in option.givens:
            mention = self.mentions[index]
            root = mention.alias
            if used[root]:
                again = any(where == place and index in chosen.givens for where, _, chosen in state.chosen)
                score -= self._again(mention.quantity.kind, place) if again else 1.0
            else:
                for twin in self.twins[root]:
                    if used[twin]:
                        score -= 0.35
            used = (*used[:root], used[root] + 1, *used[root + 1 :])
            product = self.candidates.places.roles[place][number].sign in "*/"
            score += max((self.near[root][k] + (self.rates[root][k] if product else 0.0) for k in here), default=0.0)
            here = (*here, root)
        for step in option.steps:
            bit = 1 << step
            score += -0.5 if consumed & bit else 0.6
            if any(where == place and step in chosen.steps for where, _, chosen in state.chosen):
                score -= 2.0
            consumed |= bit
            needed |= bit
        like = self.parallel.get((place, number))
        if like:
            score -= sum(
                0.6 for where, which, chosen in state.chosen if (where, which) in like and self._apart(chosen, option)
            )
        return _State(
            score,
            ((place, number, option), *state.chosen),
            used,
            needed,
            consumed,
            state.untyped + (not option.typed),
            state.inferred + option.inferred,
            here,
        )

    def _again(self, kind: str, place: int) -> float:
        """Return what counts against a number that a step reads twice; `two dozen` are a number and a size."""
        if kind == "group":
            return 0.0
        return 1.0 if kind in ("fraction", "percent") and self.sums[place] else 2.0

    def _apart(self, one: Candidate, other: Candidate) -> bool:
        """Return whether one is an earlier result and the other a quantity of the text that counts or measures."""
        if bool(one.steps) == bool(other.steps):
            return False
        kinds = {self.mentions[index].quantity.kind for index in one.givens + other.givens}
        return bool(kinds) and not kinds & {"half", "multiple", "fraction", "percent"}

    def _dead(self, needed: int) -> int:
        """Return how many annotated operations are left over that no used step gives or tells again."""
        return sum(
            1
            for k, step in enumerate(self.steps)
            if step.origin == "annotation"
            and not needed >> k & 1
            and isinstance(step.formula, Op)
            and not self._is_rest(step.formula)
            and not any(
                needed >> j & 1 and (other.value == step.value or _retells(other, step))
                for j, other in enumerate(self.steps)
            )
        )

    def _is_rest(self, formula: Op) -> bool:
        """Return whether an operation only tells what a percent leaves, which percent ops have in them: `100 - 35`."""
        rates = {mention.quantity.value for mention in self.mentions if mention.quantity.kind == "percent"}
        told = [leaf.value for leaf in leaves(formula)]
        return formula.sign == "-" and told[0] == 100 and told[1] in rates and len(told) == 2

    def _unused(self, used: tuple[int, ...]) -> list[int]:
        return [k for k, mention in enumerate(self.mentions) if mention.alias == k and not used[k]]

    def _missing(self, used: tuple[int, ...]) -> tuple[int, ...]:
        """Return the mentions left over that one would expect to be used."""
        return tuple(k for k in self._unused(used) if _weight(self.mentions[k]) > 0.5)

    def _finished(self, state: _State, final: int) -> _Done:
        score = state.score - 1.5 * self._dead(state.needed)
        for index in self._unused(state.used):
            score -= _weight(self.mentions[index])
        torn = _torn(option.origin for _, _, option in state.chosen) if self.torn else 0
        return _Done(score - torn, state, final, torn=torn)

    def _priced(self, one: _Done) -> _Done:
        wrong = clashes(self.mentions, self.steps, one.final, one.origins)
        return replace(one, score=one.score - wrong, clashes=one.clashes + wrong) if wrong else one

    def _choose(self, done: list[_Done], scale: Fraction) -> Linking:
        """Return the likeliest linking, compared as a function with all that are as consistent."""
        functions = self._functions(done)
        best, margin = self._likeliest([linkings[0] for linkings in functions[:_MOST_FUNCTIONS]])
        chosen, dead, missing = best.state, self._dead(best.state.needed), self._missing(best.state.used)
        rivals = [
            sum(
                one.state.untyped <= chosen.untyped
                and one.clashes + one.torn <= best.clashes + best.torn
                and one.state.inferred <= chosen.inferred
                and self._dead(one.state.needed) <= dead
                and len(self._missing(one.state.used)) <= len(missing)
                for one in linkings
            )
            for linkings in functions
        ]
        return Linking(
            steps=self.steps,
            final=best.final,
            scale=scale,
            origins=best.origins,
            inferred=chosen.inferred,
            dead=dead,
            unused=missing,
            rivals=sum(rivals),
            functions=sum(map(bool, rivals)),
            proved=sum(map(bool, rivals)) == 1 and not self.capped,
            margin=round(margin, 2),
            untyped=chosen.untyped + best.clashes + best.torn,
            agreed=best is done[0],
        )

    def _functions(self, done: list[_Done]) -> list[list[_Done]]:
        """Return the linkings by the function that they are, each group and the groups best first."""
        groups: dict[int, list[_Done]] = {}
        for one in done:
            function = self.functions.of(one.final, one.origins)
            groups.setdefault(function, []).append(one)
        return list(groups.values())

    def _likeliest(self, rivals: list[_Done]) -> tuple[_Done, float]:
        """Return the likeliest of linkings that differ as functions, and its log odds against all others."""
        if len(rivals) == 1:
            return rivals[0], UNRIVALLED
        odds = [self._odds(one) for one in rivals]
        best = max(range(len(rivals)), key=lambda k: odds[k])
        others = sum(exp(one - odds[best]) for k, one in enumerate(odds) if k != best)
        return rivals[best], min(UNRIVALLED, -log(others)) if others else UNRIVALLED

    def _odds(self, one: _Done) -> float:
        """Return how likely a linking is: the search's score, and what was learned, less what counts against it."""
        against = zip(_AGAINST, (one.state.untyped, one.clashes, one.torn, one.state.inferred), strict=True)
        weight = self.evidence.weigh(one.final, one.origins)
        return one.score + weight - sum(odds * times for odds, times in against)


def _torn(origins: Iterable[Origin]) -> int:
    """Return how many fractions are torn apart: `30 / 3` takes the three of two thirds, and nothing takes its two."""
    used: dict[int, set[bool]] = {}
    for origin in origins:
        if isinstance(origin, Given) and origin.form in ("top", "other_top", "bottom"):
            used.setdefault(origin.index, set()).add(origin.form == "bottom")
    return sum(len(parts) == 1 for parts in used.values())


def _fractions(mentions: list[Mention]) -> frozenset[tuple[int, int]]:
    """Return numerator and denominator of the fractions a question writes, and of what they leave."""
    pairs = set()
    for mention in mentions:
        quantity = mention.quantity
        if quantity.kind in ("fraction", "half"):
            pairs |= {(int(quantity.top), quantity.bottom), (quantity.bottom - int(quantity.top), quantity.bottom)}
    return frozenset(pairs)


def _weight(mention: Mention) -> float:
    """Return how much a quantity of the question wants to be used."""
    quantity = mention.quantity
    if quantity.kind == "ordinal":
        return 0.1
    if mention.definite or (quantity.kind == "word" and quantity.value == 1):
        return 0.2
    if quantity.kind == "group" and quantity.top == 1:
        return 0.4
    if (quantity.kind in ("multiple", "half") and not mention.rate_units) or mention.is_factor:
        return 2.0
    return 0.8 if quantity.kind in ("word", "half", "multiple", "clock") else 1.2


def _weights(mentions: list[Mention]) -> Weights:
    counts = Counter(word for mention in mentions for word in mention.clause)
    total = len(mentions)
    return {word: 0.0 if count == total > 1 else 1.0 / count for word, count in counts.items()}


def _retells(step: Step, part: Step) -> bool:
    """Return whether a sum adds up again what a part of it added up: `12 + 8`, and later `12 + 8 + 32`."""
    return _adds_up(step.formula) and _adds_up(part.formula) and _values(part) <= _values(step)


def _adds_up(formula: Formula) -> bool:
    return isinstance(formula, Leaf) or (formula.sign == "+" and _adds_up(formula.left) and _adds_up(formula.right))


def _values(step: Step) -> Counter[Fraction]:
    return Counter(leaf.value for leaf in leaves(step.formula))


def _rate(one: Mention, other: Mention) -> float:
    """Return what speaks for a product of two quantities: so many boxes, and so much for each box."""
    return 0.6 if (one.unit in other.rate_units) != (other.unit in one.rate_units) else 0.0


def _nearness(one: Mention, other: Mention, weights: Weights) -> float:
    """Return how much two quantities belong together: one sentence, or telling words in common."""
    shared = weight_of(one.clause & other.clause, weights)
    return (0.5 if one.sentence == other.sentence else 0.0) + 0.5 * min(1.5, shared)
