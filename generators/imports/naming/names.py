"""Names the numbers of a question by owner and noun, and tells equal names apart by words of the question.

The same text always gets the same names. A name never has a verb, an adverb, the first word of a sentence unless it
is a proper name, or a word that YAML reads as something else.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from generators.imports.graph.node import Fixed, Input
from generators.imports.nouns.case import Case, Question
from generators.imports.nouns.noun_case import NounCase
from generators.imports.question.mentions import Mention
from generators.text.lexicon import word_set
from generators.text.rules import first as first_rule
from generators.text.words import safe_slug, singular
from solver.stems import stem

from .clues import OUTSIDE, Clue, Clues, factor_target, nearest_distances
from .nouns import noun_of
from .owners import Owners, owned_thing

_HAVING = frozenset(["has", "have", "had", "is", "are", "was", "were", "will", "would", "can", "could"])
"""Verbs that make the owner's thing needless in a name: 'Tom's garden has 5 roses'."""
_OWNERLESS = re.compile(
    r"_per_|_(?:each|price)$|^(?:price|worth|cost|factor|fraction|divisor|increase|decrease|ratio|numerator|denominator|rate)$|_(?:rate|ratio)$"
)
_RESERVED = re.compile(r"step[0-9]*|result|prev|sub[0-9]+")
_OWN = 2
"""The largest distance of a word that belongs to the noun of a number itself."""
_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
_FURTHER = ("other", "further", "more")
"""Used in place of ordinals where a name already begins with one."""


@dataclass(slots=True)
class _Draft:
    """A name in the making."""

    mention: Mention
    noun: str
    owner: str

    @property
    def name(self) -> str:
        name = f"{self.owner}.{self.noun}" if self.owner and self.owner != self.noun else self.noun
        return f"{name}s" if _RESERVED.fullmatch(name) else name


@dataclass(frozen=True)
class Clash:
    """One of several numbers that have the same name."""

    namer: "Namer"
    draft: _Draft
    others: list[_Draft]
    first: bool
    """Whether this is the first round, in which only words of the noun itself tell apart."""

    @cached_property
    def near(self) -> list[dict[str, int]]:
        """The words of the other numbers with their distances."""
        return [nearest_distances(self.namer.clues.of(other.mention)) for other in self.others]

    @cached_property
    def used(self) -> set[str]:
        """The stems that the name has already."""
        used = {stem(word) for word in self.draft.noun.split("_")} | {self.draft.owner}
        return used | {"year"} if "age" in used else used

    @cached_property
    def clues(self) -> list[Clue]:
        """The words that the name does not have yet, with their distances."""
        return [
            (word, distance)
            for word, distance in self.namer.clues.of(self.draft.mention)
            if not self.used & {word, *map(stem, word.split("_"))} and (distance <= _OWN or not self.first)
        ]


Difference = tuple[str, str]
"""The owner of a name, and the word that it begins with."""


def own_nearest_name(clash: Clash) -> Difference | None:
    """Tells two numbers apart by the names nearest to them where neither has an owner."""
    if not clash.first or clash.draft.owner:
        return None
    nearest = clash.namer.owners.nearest
    owner = nearest(clash.draft.mention)
    return (owner, "") if owner and all(nearest(other.mention) != owner for other in clash.others) else None


def own_day(clash: Clash) -> Difference | None:
    """Tells 'Friday night' from 'Monday night' by the day that no other number has."""
    for word, distance in clash.clues:
        alone = word in word_set("calendar") and all(known.get(word, OUTSIDE) >= OUTSIDE for known in clash.near)
        if alone and all(distance < known.get(word, 999) for known in clash.near):
            return clash.draft.owner, safe_slug(word)
    return None


def nearer_word(clash: Clash) -> Difference | None:
    """Tells '5 red balls' from '3 blue balls' by the first word that is nearer to one than to all others."""
    for word, distance in clash.clues:
        if all(distance < known.get(word, 999) for known in clash.near):
            return clash.draft.owner, safe_slug(word)
    return None


DIFFERENCE_RULES = (own_nearest_name, own_day, nearer_word)


class Namer:
    """Names the inputs of one problem."""

    def __init__(self, text: str, mentions: list[Mention]):
        self.question = Question(text, mentions)
        self.owners = Owners(self.question)
        self.clues = Clues(self.question)

    def name(self, inputs: Iterable[Input | Fixed]) -> dict[Input | Fixed, str]:
        """Return a name for each input, all different."""
        nodes = list(inputs)
        names: dict[Input | Fixed, str] = {node: node.name for node in nodes if isinstance(node, Fixed)}
        drafts = {node: self._draft(node) for node in nodes if isinstance(node, Input)}
        for round_ in range(4):
            self._tell_apart(list(drafts.values()), list(names.values()), first=round_ == 0)
        counts = Counter([*names.values(), *(draft.name for draft in drafts.values())])
        for node, draft in sorted(drafts.items(), key=lambda pair: pair[1].mention.quantity.start):
            if counts[draft.name] > 1:
                _number(draft, counts)
            names[node] = draft.name
        return names

    def target(self, mention: Mention) -> str:
        """Return the noun that a factor multiplies, or an empty text."""
        return factor_target(Case(self.question, mention))

    def _tell_apart(self, drafts: list[_Draft], taken: list[str], *, first: bool) -> None:
        """Give every draft whose name is taken a word or an owner that the others do not have, if there is one."""
        counts = Counter([*taken, *(draft.name for draft in drafts)])
        clashing = [draft for draft in drafts if counts[draft.name] > 1]
        if not clashing:
            return
        groups = [[other for other in clashing if other is not one and other.name == one.name] for one in clashing]
        told = [self._difference(one, others, first=first) for one, others in zip(clashing, groups, strict=True)]
        for draft, (owner, word) in zip(clashing, told, strict=True):
            draft.owner = owner
            draft.noun = f"{word}_{draft.noun}" if word else draft.noun

    def _difference(self, draft: _Draft, others: list[_Draft], *, first: bool) -> Difference:
        """Return the owner and the word that tell a draft from others of the same name."""
        return first_rule(DIFFERENCE_RULES, Clash(self, draft, others, first)) or (draft.owner, "")

    def _draft(self, node: Input) -> _Draft:
        """Return the name of an input before others are looked at."""
        mention = self.question.mentions[node.index]
        case = NounCase(self.question, mention, node.form)
        noun = noun_of(case)
        nobodys = _OWNERLESS.search(noun) or (noun == "people" and not mention.phrase)
        owner = "" if nobodys else self.owners.owner(mention, noun)
        thing = _thing_in_name(case, noun) if owner else ""
        return _Draft(mention, f"{thing}_{noun}" if thing and singular(thing) not in noun else noun, owner)


def _thing_in_name(case: Case, noun: str) -> str:
    """Return the owned thing where a name needs it, or an empty text: 'cow' in "Ann's cow weighs 400 pounds"."""
    thing, subject = owned_thing(case), case.subject
    if not thing or subject is None or (noun == "age" and subject.kind == "pronoun"):
        return ""
    measured = not word_set("measures").isdisjoint(noun.split("_")) or "age" in noun.split("_")
    needed = measured or thing in word_set("kin") or subject.verb.text not in _HAVING
    return thing if needed else ""


def _number(draft: _Draft, counts: Counter[str]) -> None:
    """Put the first ordinal that makes a name new in front of its noun."""
    noun = draft.noun
    for ordinal in _FURTHER if noun.split("_")[0] in _ORDINALS else _ORDINALS:
        draft.noun = f"{ordinal}_{noun}"
        if draft.name not in counts:
            break
    counts[draft.name] += 1
