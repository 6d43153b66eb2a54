"""What speaks for a whole linking, weighed by what was learned where a problem has no other.

The search of link.py follows hand-set scores. Where it ends in several functions of the question's numbers this is
added to the score of each: every sign that words, units, owners, money, order and use give is counted, and weighed by
`evidence.yaml`, which learn.py makes of the problems that have one linking alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

import yaml

from generators.imports.candidates.origin import Earlier, Given, Implicit, Named, Origin, givens
from generators.imports.candidates.place import Weights, weight_of
from generators.imports.candidates.position import Role
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Leaf, Op
from generators.imports.solution.step import Step
from solver.constants import Constant, named_constants
from solver.document import LOADER
from solver.stems import stem

from .equivalence import Origins

WEIGHTS = Path(__file__).parent / "weights.yaml"
"""The weight of each sign, in log odds."""
Sign = tuple[str, float]
"""What speaks for or against a linking, and how often or how much."""
Linked = tuple[int, Origin]
"""A origin in a step, with its place in the step's formula."""

_COUNTS = ("plain", "word", "money")
_FACTORS = ("multiple", "half")


@cache
def learned() -> dict[str, float]:
    """Return the weight of each sign, in log odds."""
    weights = yaml.load(WEIGHTS.read_text(encoding="ascii"), LOADER)  # noqa: S506 - it makes texts alone
    return {name: float(weight) for name, weight in weights.items()}


def _weighed(signs: Iterable[Sign]) -> float:
    weights = learned()
    return sum(weights.get(name, 0.0) * much for name, much in signs if much)


class Evidence:
    """Counts and weighs the signs of the linkings of one problem."""

    def __init__(
        self,
        mentions: list[Mention],
        steps: list[Step],
        leaves: list[list[Leaf]],
        roles: list[list[Role]],
        words: Weights,
    ):
        self.mentions = mentions
        self.steps = steps
        self.leaves = leaves
        self.roles = roles
        self.words = words
        self.owners = {mention.owner for mention in mentions if mention.owner}
        self.sentences: dict[int, frozenset[str]] = {}
        for mention in mentions:
            self.sentences[mention.sentence] = self.sentences.get(mention.sentence, frozenset()) | mention.clause
        self.subjects: list[str] = []
        for step in steps:
            self.subjects.append(step.subject or (self.subjects[-1] if self.subjects else ""))
        self._weights: dict[tuple[int, int, int], tuple[float, Origin]] = {}
        """By the origin's identity, which the origin kept beside it guards."""
        self._overlaps = [[weight_of(step.line & mention.clause, words) for step in steps] for mention in mentions]

    def weigh(self, final: int, origins: Origins) -> float:
        """Return the log odds of a linking, up to what all linkings of the problem share."""
        alone = sum(self._weight(place, number, origin) for (place, number), origin in origins.items())
        return alone + _weighed(self._together(final, origins))

    def signs(self, final: int, origins: Origins) -> Iterator[Sign]:
        """Yield the signs of a linking: of each origin where it stands, beside the others of its step, and of them all."""
        for (place, number), origin in origins.items():
            yield from self._of_one(place, number, origin)
        yield from self._together(final, origins)

    def _weight(self, place: int, number: int, origin: Origin) -> float:
        """Return what the signs of a origin by itself weigh, worked out once: most linkings share most origins."""
        key = (place, number, id(origin))
        if key not in self._weights:
            self._weights[key] = (_weighed(self._of_one(place, number, origin)), origin)
        return self._weights[key][0]

    def _together(self, final: int, origins: Origins) -> Iterator[Sign]:
        used: Counter[int] = Counter()
        consumed: Counter[int] = Counter()
        latest: dict[int, int] = {}
        inside: dict[int, list[int]] = {}
        order = []
        for place, group in groupby(sorted(origins.items(), key=lambda pair: pair[0]), key=lambda pair: pair[0][0]):
            here: list[Linked] = []
            for (_, number), origin in group:
                yield from self._beside(place, (number, origin), here, latest, inside)
                if isinstance(origin, Given):
                    root = self.mentions[origin.index].alias
                    again_here = used[root] and root in self._roots(here)
                    if (
                        again_here and self.mentions[root].quantity.kind != "group"
                    ):  # `two dozen` are a number and a size
                        yield "again_here", 1
                    elif used[root] and not again_here:
                        yield "again", 1
                    order.append(origin.index)
                elif isinstance(origin, Earlier):
                    if consumed[origin.step]:
                        yield ("step_again_here" if origin in [one for _, one in here] else "step_again"), 1
                    consumed[origin.step] += 1
                for given in givens(origin):
                    used[self.mentions[given.index].alias] += 1
                here.append((number, origin))
            inside[place] = [origin.index for _, origin in here if isinstance(origin, Given)]
            latest[place] = max((self._latest(origin, latest) for _, origin in here), default=-1)
        yield "in_order", sum(behind - ahead == 1 for ahead, behind in pairwise(order))
        yield "backwards", sum(behind < ahead for ahead, behind in pairwise(order))
        yield from self._left_over(used)
        yield from self._dead(final, {place for place, _ in origins})

    def _roots(self, here: list[Linked]) -> set[int]:
        return {self.mentions[origin.index].alias for _, origin in here if isinstance(origin, Given)}

    def _latest(self, origin: Origin, latest: Mapping[int, int]) -> int:
        """Return the last number of the question that a origin is worked out from."""
        if isinstance(origin, Given):
            return origin.index
        return latest.get(origin.step, -1) if isinstance(origin, Earlier) else -1

    def _of_one(self, place: int, number: int, origin: Origin) -> Iterator[Sign]:
        step, leaf, role = self.steps[place], self.leaves[place][number], self.roles[place][number]
        if isinstance(origin, Given):
            mention = self.mentions[origin.index]
            yield from self._worded(mention, leaf, step, role)
            yield from self._elsewhere(origin.index, place)
            yield from self._owned(mention, step, self.subjects[place])
            yield from _priced(mention, leaf, step, role)
            yield from _typed(mention, origin.form, leaf, role)
        elif isinstance(origin, Earlier):
            yield from self._earlier(origin.step, place, leaf, role)
        elif isinstance(origin, Named):
            yield from _constant(origin.name, leaf, step, role)
        elif isinstance(origin, Implicit):
            yield f"own_{origin.why.replace(' ', '_')}", 1

    def _worded(self, mention: Mention, leaf: Leaf, step: Step, role: Role) -> Iterator[Sign]:
        """Yield what the solution's words around a number have in common with the question's."""
        after, near = frozenset(leaf.after), frozenset(leaf.before) & mention.clause
        counts = mention.unit and not _is_factor(mention)
        kind = _kind(role)
        if after:
            if mention.unit and mention.unit in after:
                yield "unit_behind", 1
            elif after & frozenset(mention.after):
                yield "word_behind", 1
            elif counts:
                yield f"other_unit_behind_{kind}", 1
            yield "next_word_behind", bool(mention.after) and leaf.after[0] == mention.after[0]
            yield "clause_behind", min(2.0, weight_of(after & mention.clause, self.words))
        yield "clause_before", min(2.0, weight_of(near, self.words))
        yield "word_before", bool(frozenset(leaf.before) & frozenset(mention.before))
        yield "clause_in_line", min(3.0, weight_of((step.line & mention.clause) - near, self.words))
        beyond = (step.line & self.sentences[mention.sentence]) - mention.clause
        yield "sentence_in_line", min(3.0, weight_of(beyond, self.words))
        if counts:
            yield "unit_in_line", mention.unit in step.line
            if step.after:
                yield f"unit_of_result_{kind}" if mention.unit in step.after else f"no_unit_of_result_{kind}", 1

    def _elsewhere(self, index: int, place: int) -> Iterator[Sign]:
        """Yield whether another line has more in common with a number's clause than this one."""
        overlaps = self._overlaps[index]
        best = max((one for step, one in enumerate(overlaps) if step != place), default=0.0)
        yield "line_fits_best", overlaps[place] > best
        yield "line_fits_worse", min(2.0, max(0.0, best - overlaps[place]))

    def _owned(self, mention: Mention, step: Step, subject: str) -> Iterator[Sign]:
        """Yield whether a line speaks of the one whose number it is, or the line before where it names nobody."""
        if mention.owner and (step.subject or self.owners & step.line):
            yield "owner" if mention.owner in step.line | {step.subject} else "owner_not_spoken_of", 1
        elif mention.owner and subject:
            yield "owner_before" if mention.owner == subject else "owner_not_before", 1

    def _earlier(self, told: int, place: int, leaf: Leaf, role: Role) -> Iterator[Sign]:
        """Yield what the words around a number have in common with the step whose result it may be."""
        earlier, step = self.steps[told], self.steps[place]
        after, behind = frozenset(leaf.after), frozenset(earlier.after)
        yield "step", 1
        yield "step_just_before", told == place - 1
        if after and behind:
            alike = earlier.after[0] in after or leaf.after[0] in behind
            yield "step_unit_behind" if alike else "step_other_unit_behind", 1
        elif after:
            yield "step_line_behind" if after & earlier.line else "step_no_line_behind", 1
        yield "step_line_before", bool(frozenset(leaf.before) & earlier.line)
        yield "step_line_in_line", min(3, len(step.line & earlier.line)) / 3
        if leaf.money or earlier.money:
            yield "step_money" if leaf.money == earlier.money else "step_money_clash", 1
        if _kind(role) == "sum" and behind and step.after:
            yield "step_adds_up" if earlier.after[0] in step.after else "step_adds_up_not", 1
        if earlier.subject and step.subject:
            yield "step_owner" if earlier.subject == step.subject else "step_other_owner", 1
        if earlier.origin != "annotation":
            yield f"step_of_{earlier.origin}", 1

    def _beside(
        self, place: int, one: Linked, here: list[Linked], latest: Mapping[int, int], inside: Mapping[int, list[int]]
    ) -> Iterator[Sign]:
        """Yield how well a origin goes with those that stand before it in its step."""
        number, origin = one
        role = self.roles[place][number]
        for _, other in here:
            given, told = (origin, other) if isinstance(origin, Given) else (other, origin)
            if isinstance(given, Given) and isinstance(told, Earlier):
                yield from self._beside_step(given.index, inside.get(told.step, []), _kind(role))
                ahead = given.index - latest.get(told.step, -1)
                yield "next_in_question", ahead == 1
                yield "back_in_question", ahead <= 0
            elif isinstance(origin, Given) and isinstance(other, Given):
                yield "pair_in_order", other.index < origin.index
                yield "pair_neighbours", abs(origin.index - other.index) == 1
                yield from self._pair(
                    self.mentions[other.index], self.mentions[origin.index], role, self.steps[place].after
                )

    def _beside_step(self, index: int, read: list[int], kind: str) -> Iterator[Sign]:
        """Yield how near a number is, in the question, to those that the step beside it reads."""
        mention, others = self.mentions[index], [self.mentions[k] for k in read if k != index]
        if others:
            yield f"step_sentence_{kind}", any(other.sentence == mention.sentence for other in others)
            shared = max(weight_of(mention.clause & other.clause, self.words) for other in others)
            yield f"step_clause_{kind}", min(1.5, shared)

    def _pair(self, one: Mention, other: Mention, role: Role, result: tuple[str, ...]) -> Iterator[Sign]:
        kind = _kind(role)
        yield f"pair_sentence_{kind}", one.sentence == other.sentence
        yield f"pair_clause_{kind}", min(1.5, weight_of(one.clause & other.clause, self.words))
        if kind == "product" and (one.unit in other.rate_units) != (other.unit in one.rate_units):
            yield "pair_rate", 1
        if result and kind == "product":
            rates = [a for a, b in ((one, other), (other, one)) if a.rate_units and b.unit in a.rate_units]
            yield "pair_rate_of_result", any(rate.unit == result[0] for rate in rates)
        if one.unit and other.unit and role.sign != "/":
            yield f"pair_{'same' if one.unit == other.unit else 'other'}_unit_{kind}", 1
        if one.owner and other.owner:
            yield "pair_owner" if one.owner == other.owner else "pair_other_owner", 1
        if (one.money and other.money and role.sign == "*") or (one.money != other.money and kind == "sum"):
            yield f"pair_money_{kind}", 1

    def _left_over(self, used: Counter[int]) -> Iterator[Sign]:
        """Yield the numbers of the question that nothing uses."""
        for index, mention in enumerate(self.mentions):
            if mention.alias == index and not used[index]:
                kind = mention.quantity.kind
                one = kind == "word" and mention.quantity.value == 1
                if not one and kind not in ("ordinal", "group", "clock"):
                    name = "factor" if _is_factor(mention) else "same" if mention.definite else kind
                    yield f"unused_{name}{'_asked' * (mention.asked and kind in _COUNTS)}", 1

    def _dead(self, final: int, live: set[int]) -> Iterator[Sign]:
        """Yield the annotated steps that nothing uses, and that no used step tells again."""
        told = {self.steps[place].value for place in live}
        for place, step in enumerate(self.steps):
            if step.origin == "annotation" and isinstance(step.formula, Op) and place not in live and place != final:
                yield "dead_told_again" if step.value in told else "dead", 1


def _kind(role: Role) -> str:
    return "product" if role.sign in "*/" else "sum"


def _where(role: Role) -> str:
    """Return the sign at a number, and whether it divides or is taken off."""
    names = {"+": "added", "-": "minus", "*": "times", "/": "over"}
    return names[role.sign] + ("_right" if role.right and role.sign in "-/" else "")


def _is_factor(mention: Mention) -> bool:
    return mention.is_factor or mention.quantity.kind in _FACTORS


def _priced(mention: Mention, leaf: Leaf, step: Step, role: Role) -> Iterator[Sign]:
    """Yield whether money stands where money is."""
    if leaf.money:
        yield "money" if mention.money else "no_money", 1
    elif mention.money:
        yield "money_not_told", 1
    if mention.money and _kind(role) == "product" and step.origin == "annotation":
        yield "money_of_result" if step.money else "money_and_no_result", 1
    if _kind(role) == "sum" and mention.quantity.kind in _COUNTS and not _is_factor(mention):
        yield "adds_up" if mention.money == step.money else "adds_up_not", 1


def _typed(mention: Mention, form: str, leaf: Leaf, role: Role) -> Iterator[Sign]:
    """Yield how a kind of quantity is used."""
    kind, value = mention.quantity.kind, mention.quantity.value
    if kind == "percent":
        yield "percent" if leaf.percent else "percent_over_hundred" if role.hundred else f"percent_{form}", 1
    elif leaf.percent:
        yield "no_percent", 1
    if kind in (*_FACTORS, "fraction"):
        yield f"{kind}_{form}_{_where(role)}", 1
    elif mention.is_factor or mention.is_difference:
        yield f"{'multiple' if mention.is_factor else 'versus'}_{_where(role)}", 1
    elif kind in ("ordinal", "clock", "group"):
        yield f"{kind}_{_kind(role)}", 1
    elif kind == "word":
        yield "one" if value == 1 else f"word_{_kind(role)}", 1
    if kind in _COUNTS:
        yield f"{'rate' if mention.rate_units else 'count'}_{_where(role)}", 1
    if mention.definite:
        yield "same_as_before", 1
    if mention.asked and kind in _COUNTS:
        yield f"asked_{kind}", 1


def _constant(name: str, leaf: Leaf, step: Step, role: Role) -> Iterator[Sign]:
    """Yield whether a line speaks of a constant."""
    words = _constants()[name].words
    parts = frozenset(stem(part) for part in name.split("_"))
    told = frozenset(leaf.after + leaf.before)
    yield f"constant_{_where(role)}", 1
    yield "constant_told", bool(words & told)
    yield "constant_in_line", bool(words & step.line)
    yield "constant_units_told", len(parts & told)
    yield "constant_units_in_line", len(parts & step.line)


@cache
def _constants() -> dict[str, Constant]:
    return {constant.name: constant for constant in named_constants()}
