"""Finds the candidates for each number of one problem's solution."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Leaf
from generators.imports.solution.step import Step
from generators.imports.solution.written import Result
from solver.constants import named_constants, triggered

from .filters import Comparison, compared
from .given import given
from .hidden import hidden, operands
from .implicit import implicit
from .named import named
from .origin import Earlier, Form, Implicit, Link, forms
from .place import Candidate, Place, Places, Weights

_JUST_BEFORE = 0.2
"""The score of the step just before; other earlier steps have none."""


class Candidates:
    """The candidates for the numbers of one problem, found when they are asked for."""

    def __init__(self, mentions: list[Mention], steps: list[Step], stems: frozenset[str], weights: Weights):
        self.mentions = mentions
        self.weights = weights
        self._forms = [list(forms(mention.quantity)) for mention in mentions]
        self.places = Places(mentions, self._forms, steps, stems)
        self._constants = {constant.name: constant for constant in named_constants()}
        self._in_question = triggered(stems)
        self._in_line = {step.line: triggered(step.line) for step in steps}
        self._found: dict[Link, list[Candidate]] = {}

    def __call__(self, place: int, number: int) -> list[Candidate]:
        """Return the candidates for a number of a step."""
        key = (place, number)
        if key not in self._found:
            at = self.places.of(place, number)
            found = list(self.direct(at, place)) or self._hidden(place, at.leaf.value)
            if any(one.worked and one.value == at.leaf.value for one in at.step.unread):
                found = self._worked_out(found, place, at.leaf.value)
            self._found[key] = compared(found, Comparison(at, self.mentions, self._constants))
        return self._found[key]

    def _worked_out(self, found: list[Candidate], place: int, value: Fraction) -> list[Candidate]:
        """Return the candidates for a result that was not read: earlier or hidden steps, else others with a contradiction."""
        steps = [one for one in found if one.steps] or self._hidden(place, value)
        return steps or [replace(one, typed=False) for one in found]

    def infer_last(self, answer: Fraction) -> int:
        """Add a last step that the solution does not state, an operation that gives the answer, and return its place."""
        last = len(self.places.steps)
        self.places.add(Step(Leaf(answer), answer, "inferred", frozenset(), ()))
        self._found[last, 0] = self._hidden(last, answer)
        return last

    def direct(self, at: Place, place: int) -> Iterator[Candidate]:
        """Yield the candidates for a number without a hidden step, not yet compared."""
        value = at.leaf.value
        if at.leaf.implied:
            yield Candidate(Implicit(value, "implied"), 0.0, typed=True)
            return
        if isinstance(at.leaf.written, Result):  # a program names the step
            number = at.leaf.written.step
            yield Candidate(Earlier(number), 0.0, typed=True, steps=(number,))
            return
        for index in range(len(self.mentions)):
            form = next((form for form, worth in self._usual_forms(index, at) if worth == value), None)
            if form:
                yield given(at, index, form, self.mentions, self.weights)
        for number, step in enumerate(self.places.steps[:place]):
            if step.value == value:
                score = _JUST_BEFORE * (number == place - 1)
                yield Candidate(Earlier(number), score, typed=not at.to_percent, steps=(number,))
        in_line = [one for one in self._in_line[at.step.line] if not (one.asked or one in self._in_question)]
        for constant in self._in_question + in_line:
            if constant.value == value:
                yield named(at, constant)
        yield from implicit(at)

    def _usual_forms(self, index: int, at: Place) -> list[Form]:
        """Return the forms of a quantity that a solution uses at a place; a percent is a divisor only as a divisor."""
        quantity = self.mentions[index].quantity
        if quantity.kind != "percent":
            return self._forms[index]
        divides = at.role.divides and not at.role.hundred and not at.one_percent
        if divides and quantity.value != 10:
            return self._forms[index]
        unusual = "plain" if divides else "divisor"  # `40 / 10` is a tenth of 40, for 10% of it
        return [one for one in self._forms[index] if one[0] != unusual]

    def _hidden(self, place: int, value: Fraction) -> list[Candidate]:
        steps, percents = self.places.steps[:place], self.places.percents
        known = operands(self.mentions, self._forms, steps, self._in_question, percents=percents)
        return hidden(list(known), value)
