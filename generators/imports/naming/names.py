"""Names the numbers of a question (P11): owner and noun from the text, told apart by words and not by numbers.

Words come from the lists beside this file, so the same text always gives the same names. Never a verb, an
adverb, the first word of a sentence unless it is a name, or a word that YAML reads as something else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generators.imports.graph.node import Fixed, Input
from generators.imports.question.clauses import Clauses
from generators.imports.question.mentions import Mention
from generators.text.lexicon import function_words, stem_set, word_set
from generators.text.proper_names import proper_names
from generators.text.words import Word, read_words, safe_slug, singular
from solver.quantities import MULTIPLES, PARTS, WORDS
from solver.stems import stem

from .money import says_nothing
from .nouns import Nouns
from .owners import Owners

_VERB_AHEAD = re.compile(r"(?:\bto|n['\u2019]t|\bnot|\bwill|\bcan|\bwould|\bcould|\bshould|\bdid|\bmust) $")
"""In front of what is no noun there, whatever the lists say: the `pit` of `10 minutes to pit 20 cherries`."""
_OF = re.compile(r"^[\s-]*(?:[\w-]+\s+){1,2}?of\s+(?:the\s+|his\s+|her\s+|their\s+)?(?P<noun>[a-z]+)", re.IGNORECASE)
_AS_MANY = re.compile(
    r"^\s*(?:times\s+)?(?:as\s+|the\s+)?(?:many|much|more|number of)\s+(?P<rest>[^.?!,;]*)", re.IGNORECASE
)
_REMAINING = re.compile(r"\s*of\s+(?:the|his|her|their|its|those|these)\s+(?:remaining|rest|remainder)\b")
_HAVING = frozenset(["has", "have", "had", "is", "are", "was", "were", "will", "would", "can", "could"])
"""Verbs behind which it is the owner that counts: `Tom's garden has 5 roses`."""
_TIME_BEHIND = re.compile(r" (?:night|morning|evening|week|month|year|season|summer|winter)\b")
_THAN = re.compile(r"\bthan\b")
_TO_DAY = re.compile(r" (?:to|through|until|till) (?=[A-Z])")
_FROM_DAY = re.compile(r"\b[A-Z][a-z]+ (?:to|through|until|till) $")
_WITHIN = re.compile(
    r"\b(?:in|into|for|at|over|within|after|every|per|than) (?:about |only |just |another |the (?:next |last |first )?)?\$?$"
)
"""In front of how long it takes, or where it goes."""
_OWNERLESS = re.compile(
    r"_per_|_(?:each|price)$|^(?:price|worth|cost|factor|fraction|divisor|increase|decrease|ratio|numerator|denominator|rate)$|_(?:rate|ratio)$"
)
"""Nouns that say enough without whose they are."""
_OWN = 2
"""Up to how far a word belongs to what is counted."""
_BEFORE, _OUTSIDE = 12, 60
"""How much farther off a word counts that stands in front of the number, or in another clause."""
_ORDER = 8
"""How much nearer `third` counts than the place of `third place`."""
_HYPHENED = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
"""A word, or words that hyphens tie together."""
_MOST_PARTS = 3
"""Of a compound that stays whole in a name."""
_ADJACENT = 36
"""How far off an adjective can be said of what is counted."""


@dataclass(slots=True)
class _Draft:
    """A name in the making: whose number it is, and its noun."""

    mention: Mention
    noun: str
    owner: str

    @property
    def name(self) -> str:
        name = f"{self.owner}.{self.noun}" if self.owner and self.owner != self.noun else self.noun
        return f"{name}s" if re.fullmatch(r"step[0-9]*|result|prev|sub[0-9]+", name) else name


class Namer:
    """Names the inputs of one problem."""

    def __init__(self, text: str, mentions: list[Mention]):
        self.text = text
        self.mentions = mentions
        whole = _whole_names(text)
        behind = {mention.quantity.end + 1 for mention in mentions if mention.phrase}
        counted = {name for start, name in whole if start in behind}  # the Snickers of `3 Snickers bars`
        names = [(start, name) for start, name in whole if name not in counted]
        self.words = list(read_words(text))
        self.clauses = clauses = Clauses(text, self.words)
        self._begins = {one.quantity.start for one in mentions if one.quantity.kind != "ordinal"}
        self._tellers = list(self._tell_apart())
        self._counted = dict(self._heads())
        self._known: dict[int, list[tuple[str, int]]] = {}
        self.owners = Owners(text, names, self.words, clauses)
        self.nouns = Nouns(text, mentions, names, self.words, clauses)

    def name(self, inputs: Iterable[Input | Fixed]) -> dict[Input | Fixed, str]:
        """Return a name for each input, all different."""
        nodes = list(inputs)
        out: dict[Input | Fixed, str] = {node: node.name for node in nodes if isinstance(node, Fixed)}
        drafts = {node: self._draft(node) for node in nodes if isinstance(node, Input)}
        for first in (True, False, False, False):
            counts = Counter([*out.values(), *(draft.name for draft in drafts.values())])
            clashing = [draft for draft in drafts.values() if counts[draft.name] > 1]
            groups = [[other for other in clashing if other is not one and other.name == one.name] for one in clashing]
            told = [self._tell(one, others, first=first) for one, others in zip(clashing, groups, strict=True)]
            for draft, (owner, word) in zip(clashing, told, strict=True):
                draft.owner = owner
                draft.noun = f"{word}_{draft.noun}" if word else draft.noun
        counts = Counter([*out.values(), *(draft.name for draft in drafts.values())])
        for node, draft in sorted(drafts.items(), key=lambda pair: pair[1].mention.quantity.start):
            name, noun = draft.name, draft.noun
            if counts[name] > 1:
                ordered = noun.split("_")[0] in _NTH
                for nth in ["other", "further", "more"] if ordered else _NTH:
                    draft.noun = f"{nth}_{noun}"
                    if draft.name not in counts:
                        break
                counts[draft.name] += 1
            out[node] = draft.name
        return out

    def _draft(self, node: Input) -> _Draft:
        mention = self.mentions[node.index]
        noun = self.nouns.noun(mention, node.form)
        nobodys = _OWNERLESS.search(noun) or (noun == "people" and not mention.phrase)
        owner = "" if nobodys else self.owners.owner(mention, noun)
        thing = self.owners.thing(mention) if owner else ""
        verb = subject.verb.text if (subject := self.clauses.subject(mention)) else ""
        sized = {*noun.split("_")} & (word_set("measures") | {"age"})
        if noun == "age" and subject and subject.kind == "pronoun":
            thing = ""
        if not (thing in word_set("kin") or sized or (thing and verb not in _HAVING)):
            thing = ""
        return _Draft(mention, f"{thing}_{noun}" if thing and singular(thing) not in noun else noun, owner)

    def _tell(self, draft: _Draft, others: list[_Draft], *, first: bool) -> tuple[str, str]:
        """Return the owner and the nearest word that tell a name from others that are the same, where there are any."""
        target = self._target(draft.mention)
        if first and target and all(self._target(other.mention) != target for other in others):
            return draft.owner, safe_slug(target)
        if first and not draft.owner:
            owner = self.owners.subject(draft.mention)
            if owner and all(self.owners.subject(other.mention) != owner for other in others):
                return owner, ""
        near = [_nearest_of(self._telling(other.mention)) for other in others]
        used = {stem(word) for word in draft.noun.split("_")} | {draft.owner}
        if "age" in used:
            used.add("year")
        words = [pair for pair in self._telling(draft.mention) if not used & {pair[0], *map(stem, pair[0].split("_"))}]
        if first:  # what is counted itself tells first; a name beside it may then do without a word
            words = [pair for pair in words if pair[1] <= _OWN]
        days = [(word, place) for word, place in words if word in word_set("calendar")]
        alone = [pair for pair in days if all(known.get(pair[0], _OUTSIDE) >= _OUTSIDE for known in near)]
        for word, distance in [*alone, *words]:  # `Friday night` is rather Friday than night
            if all(distance < known.get(word, 999) for known in near):
                return draft.owner, safe_slug(word)
        return draft.owner, "" if first else self._ordered(draft.mention, near, used)

    def _ordered(self, mention: Mention, near: list[dict[str, int]], used: set[str]) -> str:
        """Return the ordinal or day of a number, though some others share it: two numbers may be of the second stop."""
        for word, distance in self._telling(mention):
            known = word in word_set("order") | word_set("calendar") and stem(word) not in used
            if known and distance < _OUTSIDE and any(distance < others.get(word, 999) for others in near):
                return safe_slug(word)
        return ""

    def _target(self, mention: Mention) -> str:
        """Return what a factor makes more or less of: the `cats` of `twice as many cats`."""
        end = mention.quantity.end
        many = _AS_MANY.match(self.text[end : mention.sentence_span[1]])
        begin, stop = (end + place for place in many.span("rest")) if many else (0, 0)
        return next(
            (
                word.text
                for word in self.nouns.behind(mention)
                if begin <= word.start < stop and _tells(word) and not word.text.endswith("ed")
            ),
            "",
        )

    def _telling(self, mention: Mention) -> list[tuple[str, int]]:
        """Return the words that can tell a number apart, with their distances: what it counts, then what is near."""
        if mention.quantity.start not in self._known:
            self._known[mention.quantity.start] = self._near(mention)
        return self._known[mention.quantity.start]

    def _near(self, mention: Mention) -> list[tuple[str, int]]:
        """Return them where they are asked for the first time."""
        quantity, (start, end) = mention.quantity, mention.sentence_span
        modifiers = {word.lower() for word in mention.phrase[:-1]}
        near = self.nouns.behind(mention)[:6]
        found = self._said_of(mention) + [(word.text, 0) for word in near if word.text in modifiers and _tells(word)]
        if near and self.text[near[0].end : near[0].end + 1] == "-" and self.text[quantity.end : near[0].start] == " ":
            found.append((self._whole(near[0]), 0))
        tail = self.text[quantity.end : end]
        if self.text.endswith(" remaining ", start, quantity.start):
            found.append(("remaining", 0))
        if _REMAINING.match(tail) and quantity.kind != "percent":  # not what remains, but what is taken of it
            found.append(("remaining", 1))
        of, target = _OF.match(tail), self._target(mention)
        if of and of["noun"].lower() not in function_words():
            found.append((of["noun"].lower(), 1))
        if target:
            found.append((target, 2))
        inside = [word for word in self._tellers if start <= word.start < end and not self._places(word, mention)]
        far = [(word, self._distance(word, mention)) for word in inside]
        far = [pair for pair in far if pair[0].kind != "adjective" or pair[1] <= _ADJACENT]
        far = [
            pair for pair in far if pair[0].start < mention.clause_span[1] and (pair[1] < _OUTSIDE or _orders(pair[0]))
        ]
        far = [pair for pair in far if self._says(pair[0], mention)]
        far += [(word, min(self._distance(word, mention), _OUTSIDE - 1)) for word in self._subject(mention)]
        return found + sorted(((self._whole(word), distance) for word, distance in far), key=lambda pair: pair[1])

    def _subject(self, mention: Mention) -> list[Word]:
        """Return the words of the subject of a number's clause, however far off: the giraffe of `a giraffe statue`."""
        subject = self.clauses.subject(mention)
        if subject is None or subject.kind != "noun":
            return []
        if not self._says(subject.head, mention):
            return []
        if any(word.text in word_set("auxiliaries") for word in self.nouns.behind(mention)[: len(mention.phrase) + 1]):
            return []  # it is a subject itself: none of the birds of `half the birds were sold and 3 puppies were adopted`
        return [word for word in self._tellers if subject.start <= word.start <= subject.head.start]

    def _whole(self, word: Word) -> str:
        """Return a word, or the whole of which it is a part: the `cross-country` of country."""
        if "-" not in self.text[max(0, word.start - 1) : word.start] + self.text[word.end : word.end + 1]:
            return word.text
        whole = next(one for one in _HYPHENED.finditer(self.text) if one.start() <= word.start < one.end())
        parts = whole[0].lower().split("-")
        known = any(part in WORDS or stem(part) in stem_set("units_of_time") | stem_set("measures") for part in parts)
        said = parts[-1].endswith("ed")  # `chocolate-covered`: of chocolate
        return word.text if known or said or len(parts) > _MOST_PARTS else "_".join(parts)

    def _said_of(self, mention: Mention) -> list[tuple[str, int]]:
        """Return what a percent is said to be: the phone budget of `her phone budget is 10% of her food budget`."""
        of = mention.quantity.kind == "percent" and self.text.startswith(" of ", mention.quantity.end)
        subject = self.clauses.equated(mention) if of else None
        words = [*subject.modifiers, subject.head] if subject else []
        return [(word.text, 0) for word in words if word.noun and _tells(word)]

    def _tell_apart(self) -> Iterator[Word]:
        """Yield the words that can tell numbers apart: not those of a number, infinitives, or the last of `last night`."""
        spans = [one.quantity for one in self.mentions if one.quantity.kind != "ordinal"]
        for word in self.words:
            if not _tells(word) or any(number.start <= word.start < number.end for number in spans):
                continue
            if word.text in word_set("calendar") and self._ranges(word):
                continue
            if not (
                _VERB_AHEAD.search(self.text, max(0, word.start - 8), word.start)
                or (word.text in ("last", "next") and _TIME_BEHIND.match(self.text, word.end))
            ):
                yield word

    def _ranges(self, word: Word) -> bool:
        """Return whether a day or month is only where a time begins or ends: `from Monday to Wednesday`."""
        return bool(_TO_DAY.match(self.text, word.end) or _FROM_DAY.search(self.text, 0, word.start))

    def _says(self, word: Word, mention: Mention) -> bool:
        """Return whether a word tells of a number though another counts it: whose they are, not `reads 8 pages in 2 hours`."""
        if self._counted.get(word.start, mention) is mention:
            return True
        quantity = mention.quantity
        if word.start > quantity.end:
            return " each" in self.text[quantity.end : word.start]
        return not _WITHIN.search(self.text, word.end, quantity.start)

    def _heads(self) -> Iterator[tuple[int, Mention]]:
        """Yield where the nouns stand that numbers count."""
        for mention in self.mentions:
            if mention.phrase and mention.quantity.kind != "ordinal":
                start = self.text.find(mention.phrase[-1], mention.quantity.end, mention.sentence_span[1])
                yield start, mention

    def _places(self, word: Word, mention: Mention) -> bool:
        """Return whether a word is the number itself, or the place of another: the first of `the first three tests`."""
        quantity = mention.quantity
        if quantity.start <= word.start < quantity.end:
            return True
        behind = word.end + 1
        return word.text in word_set("order") and behind != quantity.start and behind in self._begins

    def _distance(self, word: Word, mention: Mention) -> int:
        quantity = mention.quantity
        ordered = _ORDER if word.text in word_set("order") else 0
        gap = word.start - quantity.end if word.start >= quantity.end else quantity.start - word.end + _BEFORE
        compared = word.start > quantity.end and _THAN.search(self.text, quantity.end, word.start)
        return (
            gap
            - ordered
            + (0 if mention.clause_span[0] <= word.start < mention.clause_span[1] and not compared else _OUTSIDE)
        )


def _whole_names(text: str) -> list[tuple[int, str]]:
    """Return the names of a text, two that stand together as one: `Moonglow Orchard`."""
    found: list[tuple[int, int, str]] = []
    for start, end, name in proper_names(text):
        if found and found[-1][1] + 1 == start and text[start - 1] == " " and "_" not in found[-1][2]:
            first, _, other = found.pop()
            found.append((first, end, f"{other}_{safe_slug(name)}"))
        else:
            found.append((start, end, safe_slug(name)))
    return [(start, name) for start, _, name in found]


def _orders(word: Word) -> bool:
    """Return whether a word says when, or the how manyth, though it may do so for a whole sentence."""
    return word.text in word_set("calendar") or word.text in word_set("order")


def _tells(word: Word) -> bool:
    """Return whether a word can tell two numbers of one noun apart."""
    if _orders(word):
        return True
    known = word.kind in ("noun", "adjective") and not (
        word.text in function_words()
        or word.text in word_set("measures")
        or stem(word.text) in stem_set("units_of_time")
    )
    number = word.text in WORDS or word.text in MULTIPLES or word.text.removesuffix("s") in PARTS
    return known and len(word.text) > 2 and not number and not says_nothing(word)


def _nearest_of(words: Iterable[tuple[str, int]]) -> dict[str, int]:
    near: dict[str, int] = {}
    for word, distance in words:
        near[word] = min(distance, near.get(word, distance))
    return near


_NTH = [
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
]
