"""The possible origins of each number of a solution: quantities of the question, earlier steps, constants, hidden steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf, NoFormula, Op, apply, leaves
from generators.imports.solution.step import Step
from solver.constants import named_constants, triggered

from .origin import Earlier, Given, HiddenStep, Implicit, Named, Origin, forms
from .position import roles
from .scores import Candidate, Place, Weights, compared, fit_earlier, fit_given, fit_world

_MOST_HIDDEN = 8
"""Derivations of a hidden step that are followed."""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A known value that a hidden step may work on."""

    origin: Origin
    value: Fraction
    score: float
    givens: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()


class Candidates:
    """The possible origins of the numbers of one problem, worked out when they are asked for."""

    def __init__(self, mentions: list[Mention], steps: list[Step], stems: frozenset[str], weights: Weights):
        self.mentions = mentions
        self.steps = steps
        self.stems = stems
        self.weights = weights
        self.leaves = [list(leaves(step.formula)) for step in steps]
        self.roles = [list(roles(step.formula)) for step in steps]
        self._forms = [list(forms(mention.quantity)) for mention in mentions]
        self._constants = {constant.name: constant for constant in named_constants()}
        self._triggered = triggered(stems)
        self._nearby = {step.line: triggered(step.line) for step in steps}
        self._percent = any(mention.quantity.kind == "percent" for mention in mentions) or any(
            word.startswith("percent") for word in stems
        )
        self._rates = {
            value
            for mention, made in zip(self.mentions, self._forms, strict=True)
            if mention.quantity.kind == "percent"
            for form, value in made
            if form in ("plain", "rest", "grown")
        }
        self._one_percent = self._works_out_one_percent()
        self._found: dict[tuple[int, int], list[Candidate]] = {}

    def __call__(self, place: int, number: int) -> list[Candidate]:
        """Return the possible origins of a leaf."""
        key = (place, number)
        if key not in self._found:
            leaf = self.leaves[place][number]
            at = Place(
                leaf,
                self.roles[place][number],
                self.steps[place],
                self._over_percent(place, number),
                self._beside_rate(place, number),
                self._one_percent,
            )
            found = list(self._direct(at, place, number)) or self._hidden(place, leaf.value)
            self._found[key] = compared(found, at, self.mentions, self._constants, self.stems)
        return self._found[key]

    def tell_last(self, answer: Fraction) -> int:
        """Add the last step of a solution that only tells it, an operation that gives the answer, and return its place."""
        last = len(self.steps)
        self.steps.append(Step(Leaf(answer), answer, "inferred", frozenset(), ()))
        self.leaves.append(list(leaves(self.steps[last].formula)))
        self.roles.append(list(roles(self.steps[last].formula)))
        self._found[last, 0] = self._hidden(last, answer)
        return last

    def _direct(self, at: Place, place: int, number: int) -> Iterator[Candidate]:
        leaf, step = at.leaf, at.step
        if leaf.implied:
            yield Candidate(Implicit(leaf.value, "implied"), 0.0, typed=True)
            return
        scaled = self._scales(place, number)
        for index, made in enumerate(self._forms):
            allowed = made
            if self.mentions[index].quantity.kind == "percent":
                tenth = at.role.sign == "/" and at.role.right and not at.role.hundred and not self._one_percent
                unlikely = (
                    "plain" if tenth and self.mentions[index].quantity.value == 10 else "" if tenth else "divisor"
                )
                allowed = [one for one in made if one[0] != unlikely]
            form = next((form for form, value in allowed if value == leaf.value), None)
            if form:
                candidate = fit_given(at, index, form, self.mentions, self.weights)
                if at.over_percent or scaled:
                    candidate = Candidate(candidate.origin, candidate.score - 3, typed=False, givens=(index,))
                yield candidate
        for earlier, told in enumerate(self.steps[:place]):
            if told.value == leaf.value:
                score = fit_earlier(leaf, told, just_before=earlier == place - 1) - (3.0 if scaled else 0.0)
                yield Candidate(Earlier(earlier), score, typed=not scaled, steps=(earlier,))
        constants = self._triggered + [
            near for near in self._nearby[step.line] if not (near.asked or near in self._triggered)
        ]
        yield from (fit_world(at, constant, self.stems) for constant in constants if constant.value == leaf.value)
        yield from self._plain(at, place)

    def _plain(self, at: Place, place: int) -> Iterator[Candidate]:
        """Yield what a number can be that belongs to its operation."""
        value, role, line = at.leaf.value, at.role, at.step.line
        scales = role.hundred and role.sign in "*/"
        if value == 100 and (self._percent or at.leaf.percent or scales or "percent" in line):
            yield Candidate(Implicit(value, "hundred percent"), -0.4 if role.sign in "*/" else -0.1, typed=True)
        if value == Fraction(1, 100) and self._percent:
            yield Candidate(Implicit(value, "hundredth"), -0.2, typed=True)
        if value == 1 and role.sign in "+-":
            share = role.beside_share
            yield Candidate(Implicit(value, "the whole" if share else "one"), -0.2 if share else -1.8, typed=True)
        if value == 1 and role.sign in "*/":
            yield Candidate(Implicit(value, "one"), -1.5, typed=True)
        if value == 0:
            yield Candidate(Implicit(value, "nothing"), -1.0, typed=True)
        if role.dividend is not None and value == self._addends(role.dividend, place):
            average = {"averag", "mean"} & (self.stems | line)
            yield Candidate(Implicit(value, "how many are added"), 0.2 if average else -1.6, typed=True)
        if value == 2 and role.sign == "/" and role.right:
            yield Candidate(Implicit(value, "both"), -2.2, typed=True)

    def _works_out_one_percent(self) -> bool:
        """Return whether something is divided by so many percent, and something multiplied by hundred or so many."""
        uses = [
            (role.sign, role.right, leaf.value)
            for leaves_, roles_ in zip(self.leaves, self.roles, strict=True)
            for leaf, role in zip(leaves_, roles_, strict=True)
        ]
        rates = self._rates
        divided = any(sign == "/" and right and value in rates for sign, right, value in uses)
        return divided and any(sign == "*" and value in {*rates, 100} for sign, _, value in uses)

    def _over_percent(self, place: int, number: int) -> bool:
        """Return whether a leaf is the hundred that a percent beside it is divided by."""
        leaf, role = self.leaves[place][number], self.roles[place][number]
        if leaf.value != 100 or role.sign != "/" or not role.right:
            return False
        return any(other is not leaf and other.value in self._rates for other in self.leaves[place])

    def _beside_rate(self, place: int, number: int) -> bool:
        """Return whether a hundred or a percent of the question stands beside a leaf: `100 - 35`, `20 + 15`."""
        leaf = self.leaves[place][number]
        return any(other is not leaf and other.value in self._rates | {100} for other in self.leaves[place])

    def _scales(self, place: int, number: int) -> bool:
        """Return whether a leaf is the hundred that makes a share a percent: `8 / 10 * 100`."""
        leaf, role = self.leaves[place][number], self.roles[place][number]
        if not (leaf.value == 100 and role.sign == "*" and self._percent):
            return False
        others = [other for other in self.leaves[place] if other is not leaf]
        shares = {value for made in self._forms for form, value in made if "share" in form}
        if any(other.value == 100 or other.percent or other.value in shares for other in others):
            return False
        worked = {step.value for step in self.steps[:place]}
        return any(0 < other.value < 1 and other.value in worked for other in others) or (
            role.over and len(others) == 2
        )

    def _addends(self, dividend: Formula, place: int) -> int:
        """Return how many numbers are added up in a dividend, looked up where it is an earlier step's."""
        if isinstance(dividend, Leaf):
            for step in reversed(self.steps[:place]):
                if step.value == dividend.value and isinstance(step.formula, Op):
                    dividend = step.formula
                    break
        count = 1
        while isinstance(dividend, Op) and dividend.sign == "+":
            count += 1
            dividend = dividend.left
        return count

    def _hidden(self, place: int, value: Fraction) -> list[Candidate]:
        """Return operations on known values that give a value the solution does not explain."""
        atoms = list(enumerate(self._atoms(place)))
        found = []
        for first, left in atoms:
            for second, right in atoms:
                if left.origin == right.origin or not (left.givens or left.steps or right.givens or right.steps):
                    continue
                for sign in "+-*/":
                    if (sign in "+*" and first > second) or (sign in "*/" and right.value == 1):
                        continue
                    try:
                        gives = apply(sign, left.value, right.value) == value
                    except NoFormula:
                        continue
                    if gives:
                        origin = HiddenStep(sign, left.origin, right.origin)
                        score = -4.0 + left.score + right.score
                        givens, steps = left.givens + right.givens, left.steps + right.steps
                        found.append(Candidate(origin, score, typed=True, givens=givens, steps=steps, inferred=True))
        return sorted(found, key=lambda candidate: -candidate.score)[:_MOST_HIDDEN]

    def _atoms(self, place: int) -> Iterator[_Atom]:
        """Yield the values known before a step."""
        for index, mention in enumerate(self.mentions):
            if mention.quantity.kind != "ordinal":
                for nth, (form, worth) in enumerate(self._forms[index]):
                    if form == "divisor" and mention.quantity.kind == "percent":
                        continue  # nobody works that out in his head
                    yield _Atom(Given(index, form), worth, -0.4 * (nth > 0), givens=(index,))
        for earlier, step in enumerate(self.steps[:place]):
            yield _Atom(Earlier(earlier), step.value, 0.2, steps=(earlier,))
        for constant in self._triggered:
            yield _Atom(Named(constant.name), constant.value, -1.0)
        yield _Atom(Implicit(Fraction(1), "one"), Fraction(1), -1.2)
        yield _Atom(Implicit(Fraction(2), "two"), Fraction(2), -1.6)
        if self._percent:
            yield _Atom(Implicit(Fraction(100), "hundred percent"), Fraction(100), -1.0)
