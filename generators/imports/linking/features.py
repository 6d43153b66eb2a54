"""Features of a linking, weighted by a model fitted on problems with one linking.

The search follows scores that are set by hand. Where it ends in several functions of the question's numbers, each one's
features are added to its score. `weights.yaml` has their weights; `generators/imports/learn.py` fits them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

import yaml

from generators.imports.candidates.origin import Earlier, Given, Implicit, Link, Named, Origin, givens
from generators.imports.candidates.place import Places, Weights, weight_of
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Op
from solver.constants import Constant, named_constants
from solver.document import LOADER
from solver.files import read_text

from .equivalence import Origins
from .pair_features import Pair, of_pair, of_quantity_beside_step
from .quantity_features import COUNTS, Feature, LinkedQuantity, is_factor, of_quantity, operation
from .step_features import LinkedStep, of_constant, of_earlier

WEIGHTS = Path(__file__).parent / "weights.yaml"
"""The weight of each feature, in log odds."""


@cache
def learned() -> dict[str, float]:
    """Return the weight of each feature, in log odds."""
    weights = yaml.load(read_text(WEIGHTS), LOADER)  # noqa: S506 - the loader returns only text
    return {name: float(weight) for name, weight in weights.items()}


def _weighted(features: Iterable[Feature]) -> float:
    weights = learned()
    return sum(weights.get(name, 0.0) * value for name, value in features if value)


class Features:
    """The features of the linkings of one problem."""

    def __init__(self, mentions: list[Mention], places: Places, words: Weights):
        self.mentions = mentions
        self.places = places
        self.words = words
        self._owners = frozenset(mention.owner for mention in mentions if mention.owner)
        self._sentences: dict[int, frozenset[str]] = {}
        for mention in mentions:
            self._sentences[mention.sentence] = self._sentences.get(mention.sentence, frozenset()) | mention.clause
        self._subjects: list[str] = []
        for step in places.steps:
            self._subjects.append(step.subject or (self._subjects[-1] if self._subjects else ""))
        self._overlaps = [
            [weight_of(step.line & mention.clause, words) for step in places.steps] for mention in mentions
        ]
        self._alone: dict[tuple[int, int, int], tuple[float, Origin]] = {}
        """The log odds of single links by the origin's `id`; the stored origin keeps its `id` from being used again."""

    def log_odds(self, final: int, origins: Origins) -> float:
        """Return the log odds of a linking, up to a term that all linkings of the problem share."""
        alone = sum(self._log_odds_alone(place, number, origin) for (place, number), origin in origins.items())
        return alone + _weighted(self._of_all(final, origins))

    def of(self, final: int, origins: Origins) -> Iterator[Feature]:
        """Yield the features of a linking: of each link, of links in one step, and of all links."""
        for (place, number), origin in origins.items():
            yield from self._of_link(place, number, origin)
        yield from self._of_all(final, origins)

    def _log_odds_alone(self, place: int, number: int, origin: Origin) -> float:
        """Return the log odds of a link, computed once: most linkings share most links."""
        key = (place, number, id(origin))
        if key not in self._alone:
            self._alone[key] = (_weighted(self._of_link(place, number, origin)), origin)
        return self._alone[key][0]

    def _of_link(self, place: int, number: int, origin: Origin) -> Iterator[Feature]:
        step, leaf = self.places.steps[place], self.places.leaves[place][number]
        role = self.places.roles[place][number]
        if isinstance(origin, Given):
            yield from of_quantity(self._linked(place, number, origin))
        elif isinstance(origin, Earlier):
            yield from of_earlier(
                LinkedStep(self.places.steps[origin.step], step, leaf, role, origin.step == place - 1)
            )
        elif isinstance(origin, Named):
            yield from of_constant(_constants()[origin.name], leaf, step, role)
        elif isinstance(origin, Implicit):
            yield f"own_{origin.why.replace(' ', '_')}", 1

    def _linked(self, place: int, number: int, given: Given) -> LinkedQuantity:
        mention, role = self.mentions[given.index], self.places.roles[place][number]
        overlaps = self._overlaps[given.index]
        return LinkedQuantity(
            mention,
            given.form,
            self.places.leaves[place][number],
            self.places.steps[place],
            role,
            operation(role),
            self.words,
            sentence=self._sentences[mention.sentence],
            subject=self._subjects[place],
            owners=self._owners,
            overlap=overlaps[place],
            best_overlap=max((one for step, one in enumerate(overlaps) if step != place), default=0.0),
        )

    def _of_all(self, final: int, origins: Origins) -> Iterator[Feature]:
        """Yield the features of links together: in one step, in their order, and what they leave unused."""
        read = _Reading(self.mentions)
        for place, group in groupby(sorted(origins.items(), key=_link), key=_step):
            for (_, number), origin in group:
                yield from self._beside(place, number, origin, read)
                yield from read.again(origin)
            read.end_step(place)
        yield "in_order", sum(behind - ahead == 1 for ahead, behind in pairwise(read.order))
        yield "backwards", sum(behind < ahead for ahead, behind in pairwise(read.order))
        yield from self._unused(read.used)
        yield from self._dead(final, {place for place, _ in origins})

    def _beside(self, place: int, number: int, origin: Origin, read: "_Reading") -> Iterator[Feature]:
        """Yield how well an origin goes with those that stand before it in its step."""
        role = self.places.roles[place][number]
        kind = operation(role)
        for other in read.here:
            given, told = (origin, other) if isinstance(origin, Given) else (other, origin)
            if isinstance(given, Given) and isinstance(told, Earlier):
                near = [self.mentions[k] for k in read.inside.get(told.step, ()) if k != given.index]
                yield from of_quantity_beside_step(self.mentions[given.index], near, kind, self.words)
                ahead = given.index - read.latest.get(told.step, -1)
                yield "next_in_question", ahead == 1
                yield "back_in_question", ahead <= 0
            elif isinstance(origin, Given) and isinstance(other, Given):
                yield "pair_in_order", other.index < origin.index
                yield "pair_neighbours", abs(origin.index - other.index) == 1
                one, two = self.mentions[other.index], self.mentions[origin.index]
                yield from of_pair(Pair(one, two, role.sign, kind, self.places.steps[place].after, self.words))

    def _unused(self, used: Mapping[int, int]) -> Iterator[Feature]:
        """Yield the numbers of the question that nothing uses."""
        for index, mention in enumerate(self.mentions):
            kind = mention.quantity.kind
            if mention.alias != index or used[index] or kind in ("ordinal", "group", "clock"):
                continue
            if kind == "word" and mention.quantity.value == 1:
                continue
            name = "factor" if is_factor(mention) else "same" if mention.definite else kind
            yield f"unused_{name}{'_asked' * (mention.asked and kind in COUNTS)}", 1

    def _dead(self, final: int, live: set[int]) -> Iterator[Feature]:
        """Yield the annotated steps that nothing uses and whether a used step has the same value."""
        steps = self.places.steps
        told = {steps[place].value for place in live}
        for place, step in enumerate(steps):
            if step.kind == "annotation" and isinstance(step.formula, Op) and place not in live and place != final:
                yield "dead_told_again" if step.value in told else "dead", 1


class _Reading:
    """Tracks the quantities and steps that a linking uses, number by number."""

    def __init__(self, mentions: list[Mention]):
        self.mentions = mentions
        self.used: Counter[int] = Counter()
        """How often each quantity is used."""
        self.consumed: Counter[int] = Counter()
        """How often each step is used."""
        self.order: list[int] = []
        """The quantities in the order of their use."""
        self.here: list[Origin] = []
        """The origins of the step at hand."""
        self.inside: dict[int, list[int]] = {}
        """The quantities that each step reads."""
        self.latest: dict[int, int] = {}
        """The last quantity of the question that each step depends on."""

    def again(self, origin: Origin) -> Iterator[Feature]:
        """Read an origin, and yield whether it was read before."""
        if isinstance(origin, Given):
            yield from self._quantity_again(origin)
            self.order.append(origin.index)
        elif isinstance(origin, Earlier):
            if self.consumed[origin.step]:
                yield ("step_again_here" if origin in self.here else "step_again"), 1
            self.consumed[origin.step] += 1
        for given in givens(origin):
            self.used[self.mentions[given.index].alias] += 1
        self.here.append(origin)

    def _quantity_again(self, given: Given) -> Iterator[Feature]:
        root = self.mentions[given.index].alias
        if not self.used[root]:
            return
        if not any(isinstance(one, Given) and self.mentions[one.index].alias == root for one in self.here):
            yield "again", 1
        elif self.mentions[root].quantity.kind != "group":  # `two dozen` are a number and a size
            yield "again_here", 1

    def end_step(self, place: int) -> None:
        """Note what a step has read."""
        self.inside[place] = [origin.index for origin in self.here if isinstance(origin, Given)]
        self.latest[place] = max((self._latest(origin) for origin in self.here), default=-1)
        self.here = []

    def _latest(self, origin: Origin) -> int:
        if isinstance(origin, Given):
            return origin.index
        return self.latest.get(origin.step, -1) if isinstance(origin, Earlier) else -1


def _link(item: tuple[Link, Origin]) -> Link:
    return item[0]


def _step(item: tuple[Link, Origin]) -> int:
    return item[0][0]


@cache
def _constants() -> dict[str, Constant]:
    return {constant.name: constant for constant in named_constants()}
