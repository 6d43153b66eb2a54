"""Names the numbers of a question (P11): owner and noun from the text, told apart by words and not by numbers.

Words come from the lists beside this file, so the same text always gives the same names. Never a verb, an
adverb, the first word of a sentence unless it is a name, or a word that YAML reads as something else.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .lexicon import CALENDAR, NO_NAMES, PRONOUNS, function_words, stem, word_class
from .mentions import Mention
from .node import Fixed, Input
from .quantities import WORDS

_TRAPS = frozenset(["on", "off", "yes", "no", "y", "n", "true", "false", "null", "nan", "inf"])
_WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?")
_BY = re.compile(
    r"^\s*(?:[\w-]+\s+){0,3}?(?:per|an?|each|every|in each|in every|in an?|/)\s+(?P<noun>[a-z]+)", re.IGNORECASE
)
_EACH = re.compile(
    r"(?:\beach|\bevery|\bone|\bper|\ba(?=\s+\w+\s+(?:contain|hold|cost|weigh|come|sell|yield|need|require)))"
    r"\s+(?:\w+\s+)?(?P<noun>[a-z]+)\s+(?:has|have|had|contains?|contained|holds?|held|costs?|cost|weighs?|takes?|took|needs?|is|are|was|comes with|yields?|produces?|sells? for|requires?|uses?|can \w+)\s+"
    r"(?:\w+\s+){0,2}?\$?\s?$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!](?=\s)")
_SUMS = frozenset(
    [
        "donation",
        "bill",
        "coupon",
        "gift",
        "tip",
        "fee",
        "discount",
        "prize",
        "reward",
        "deposit",
        "rent",
        "tax",
        "refund",
        "fine",
        "note",
        "bonus",
        "credit",
    ]
)
_MEANING = {
    "cost": "price", "sell": "price", "buy": "price", "charg": "price", "price": "price", "earn": "pay",
    "mak": "pay", "pay": "payment", "paid": "payment", "wag": "pay", "spend": "spending", "sav": "savings",
    "borrow": "loan", "donat": "donation", "giv": "gift", "receiv": "gift", "ow": "debt", "tip": "tip",
    "rent": "rent", "tax": "tax", "fee": "fee", "budget": "budget", "bill": "bill", "discount": "discount",
    "salari": "salary", "salary": "salary", "allowanc": "allowance", "deposit": "deposit", "rais": "raised", "win": "prize",
    "fin": "fine", "interest": "interest", "refund": "refund", "coupon": "coupon", "profit": "profit", "worth": "worth",
}  # fmt: skip
_RATES = [
    "discount",
    "tax",
    "tip",
    "interest",
    "commission",
    "increase",
    "raise",
    "decrease",
    "profit",
    "sale",
    "bonus",
    "fee",
]
_TIMES = frozenset(["minute", "hour", "day", "week", "month", "year", "second"])
_UNITS_OF_TIME = frozenset(map(stem, _TIMES))
_BAD = frozenset(
    [
        "number",
        "amount",
        "total",
        "rest",
        "way",
        "thing",
        "lot",
        "half",
        "third",
        "quarter",
        "time",
        "times",
        "kind",
        "type",
        "part",
        "each",
    ]
)


@dataclass(slots=True)
class _Draft:
    """A name in the making: its words, and further words that would tell it from others."""

    mention: Mention
    noun: str
    owner: str
    more: list[str]


class Namer:
    """Names the inputs of one problem."""

    def __init__(self, text: str, mentions: list[Mention]):
        self.text = text
        self.mentions = mentions
        self.names = _names(text)

    def name(self, inputs: Iterable[Input | Fixed]) -> dict[Input | Fixed, str]:
        """Return a name for each input, all different."""
        drafts: dict[Input | Fixed, _Draft] = {}
        out: dict[Input | Fixed, str] = {}
        for node in inputs:
            if isinstance(node, Fixed):
                out[node] = node.name
            else:
                drafts[node] = self._draft(node)
        names = {node: _join(draft.owner, draft.noun) for node, draft in drafts.items()}
        for attempt in range(4):
            counts = Counter(names.values())
            clashing = [node for node, name in names.items() if counts[name] > 1 or name in out.values()]
            if not clashing:
                break
            for node in clashing:
                group = [drafts[other] for other in clashing if other != node and names[other] == names[node]]
                word = self._telling(drafts[node], group, attempt)
                if word:
                    draft = drafts[node]
                    draft.noun = f"{word}_{draft.noun}"
                    names[node] = _join(draft.owner, draft.noun)
        taken = set(out.values())
        for node, name in names.items():
            unique = name
            if unique in taken or sum(other == name for other in names.values()) > 1:
                owner, _, noun = name.rpartition(".")
                spare = (_join(owner, f"{word}_{noun}") for word in _NTH)
                unique = next((word for word in spare if word not in taken), f"{name}_{len(taken)}")
            taken.add(unique)
            out[node] = unique
        return out

    def _draft(self, node: Input) -> _Draft:
        mention = self.mentions[node.index]
        noun = self._noun(mention, node.part)
        plain = (
            "_per_" in noun or noun.endswith(("_each", "_price")) or noun in ("factor", "fraction", "divisor", "rate")
        )
        owner = "" if plain else self._owner(mention)
        return _Draft(mention, noun, owner, [])

    def _noun(self, mention: Mention, part: str) -> str:  # noqa: C901, PLR0911 - one return for each kind of number
        quantity = mention.quantity
        tail = self.text[quantity.end : mention.span[1]]
        by = _BY.match(tail)
        per = by["noun"].lower() if by and _is_noun(by["noun"].lower()) else ""
        if quantity.kind == "percent" or part == "rate":
            return self._rate(mention)
        if quantity.kind == "multiple" or (part == "divisor" and quantity.kind == "half") or mention.times:
            return "factor"
        if quantity.kind in ("fraction", "half"):
            return {"top": "numerator", "bottom": "denominator", "divisor": "divisor"}.get(part, "fraction")
        if quantity.kind == "clock":
            return part or "hour"
        if part == "groups":
            return "dozens"
        if quantity.kind in ("money", "cents") or (mention.money and not mention.phrase[:-1]):
            return self._price(mention, per, tail)
        phrase = [word.lower().replace("'s", "").replace("\u2019s", "") for word in mention.phrase]
        phrase = [word for word in phrase if word not in _BAD or len(phrase) == 1]
        noun = _slug(phrase[-1]) if phrase else self._nearby(mention)
        if per and stem(per) != stem(noun):
            return f"{noun}_per_{_slug(per)}"
        if re.match(r"^\s*(?:[\w-]+\s+){0,2}each\b", tail):
            return f"{noun}_each"
        each = _EACH.search(self.text[mention.span[0] : quantity.start])
        if each and _is_noun(each["noun"].lower()) and stem(each["noun"]) != stem(noun):
            return f"{noun}_per_{_slug(each['noun'].lower())}"
        if mention.versus and re.match(r"^\s*(?:[\w-]+\s+)?(?:more|additional|extra)\b", tail):
            return f"extra_{noun}" if not noun.startswith("extra") else noun
        return noun

    def _rate(self, mention: Mention) -> str:
        start, end = mention.span
        near = self.text[max(start, mention.quantity.start - 30) : min(end, mention.quantity.end + 30)].lower()
        for word in _RATES:
            if re.search(rf"\b{word}", near):
                return f"{word}_rate"
        return "rate"

    def _price(self, mention: Mention, per: str, tail: str) -> str:
        head = self.text[mention.span[0] : mention.quantity.start]
        words = [stem(word) for word in _WORD.findall(head)] + [stem(word) for word in _WORD.findall(tail)[:4]]
        if mention.phrase and tail.lstrip().lower().startswith(mention.phrase[0].lower()):
            thing = _singular(mention.phrase[-1].lower())
            return thing if thing in _SUMS else f"{thing}_price"
        meaning = next((_MEANING[word] for word in reversed(words) if word in _MEANING), "money")
        head_words = _WORD.findall(head)
        things = [
            word.lower() for word in _WORD.findall(tail)[:6] if _is_noun(word.lower()) and stem(word) not in _MEANING
        ]
        if per and stem(per) in _UNITS_OF_TIME:
            return f"{meaning if meaning != 'price' else 'cost'}_per_{_slug(per)}"
        if meaning == "price":
            before = [
                w.lower()
                for w in head_words
                if _is_noun(w.lower()) and stem(w) not in _MEANING and stem(w) not in ("dollar", "cost")
            ]
            thing = before[-1] if before else things[0] if things else ""
            if re.match(r"^\s*(?:for|on|worth of)\b", tail) and things:
                thing = things[0]
            if thing and thing not in _BAD:
                return f"{_singular(thing)}_price"
        if re.match(r"^\s*(?:each|apiece)\b", tail):
            return "price_each"
        if per:
            return f"{meaning}_per_{_slug(per)}"
        return meaning if meaning != "money" or not things else "money"

    def _nearby(self, mention: Mention) -> str:  # noqa: C901 - one loop for each place to look
        """Return a noun for a number that none follows: the nearest one before it, else behind it, in the sentence."""
        start, end = mention.span
        before = [w.lower() for w in _WORD.findall(self.text[start : mention.quantity.start])]
        behind = [w.lower() for w in _WORD.findall(self.text[mention.quantity.end : end])]
        for word in before[::-1][:12]:
            if (
                _is_noun(word)
                and word.endswith("s")
                and word not in _BAD
                and stem(word) not in _MEANING
                and stem(word) not in _TIMES
            ):
                return _slug(word)
        for word in before[::-1][:10]:
            if _is_noun(word) and word not in _BAD and stem(word) not in _MEANING:
                return _slug(word)
        for word in [w.lower() for w in _WORD.findall(self.text[:start])][::-1][:30]:
            if _is_noun(word) and word.endswith("s") and word not in _BAD and stem(word) not in _TIMES:
                return _slug(word)
        for word in behind[:8]:
            if _is_noun(word) and word not in _BAD and stem(word) not in _MEANING:
                return _slug(word)
        earlier = [w.lower() for w in _WORD.findall(self.text[:start])]
        for word in [*earlier[::-1]]:
            if _is_noun(word) and word not in _BAD:
                return _slug(word)
        return "count"

    def _owner(self, mention: Mention) -> str:
        """Return who or what the number belongs to: the nearest name before it in its sentence, or a pronoun's."""
        start = mention.span[0]
        place = mention.quantity.start
        known = [(where, name) for where, name in self.names if start <= where < place]
        if known:
            return known[-1][1]
        pronoun = any(PRONOUNS.get(word.lower()) in ("m", "f") for word in _WORD.findall(self.text[start:place]))
        if pronoun:
            return self._subject_before(start)
        return ""

    def _subject_before(self, start: int) -> str:
        """Return the first name of the nearest earlier sentence that has one: a pronoun mostly takes up its subject."""
        earlier = [(where, name) for where, name in self.names if where < start]
        if not earlier:
            return ""
        breaks = [match.end() for match in _SENTENCE_END.finditer(self.text, 0, earlier[-1][0])]
        begin = breaks[-1] if breaks else 0
        return next(name for where, name in earlier if where >= begin)

    def _telling(self, draft: _Draft, others: list[_Draft], attempt: int) -> str:
        """Return the nearest word that tells a mention from the others of its name."""
        if attempt == 0 and not draft.owner:
            owner = self._subject(draft.mention)
            if owner and all(self._subject(other.mention) != owner for other in others):
                draft.owner = owner
                return ""
        others_near = [dict(reversed(self._words(other.mention))) for other in others]
        used = {stem(word) for word in draft.noun.split("_")} | {draft.owner}
        for word, distance in self._words(draft.mention):
            if stem(word) not in used and all(distance < near.get(word, 999) for near in others_near):
                return _slug(word)
        return ""

    def _subject(self, mention: Mention) -> str:
        names = [name for where, name in self.names if where < mention.quantity.start]
        inside = [name for where, name in self.names if mention.span[0] <= where < mention.span[1]]
        return inside[-1] if inside else names[-1] if names else ""

    def _words(self, mention: Mention) -> list[tuple[str, int]]:
        """Return the nouns, adjectives and days around a mention with their distances, those of its phrase first."""
        start, end = mention.span
        quantity = mention.quantity
        found = [(word.lower(), 0) for word in mention.phrase[:-1]]
        of = _OF.match(self.text[quantity.end : end])
        if of:
            found.append((of["noun"].lower(), 1))
        near = [
            (match[0], quantity.start - match.end() + 12) for match in _WORD.finditer(self.text, start, quantity.start)
        ]
        near += [(match[0], match.start() - quantity.end) for match in _WORD.finditer(self.text, quantity.end, end)]
        for word, distance in sorted(near, key=lambda pair: pair[1]):
            lower = re.sub(r"['\u2019]s$", "", word.lower())
            known = word_class(lower) in ("noun", "adjective") and lower not in function_words()
            if (
                len(lower) > 2
                and lower not in WORDS
                and lower not in _BAD
                and stem(lower) not in _MEANING
                and (known or lower in CALENDAR or lower in _ORDER)
            ):
                found.append((lower, distance))
        return found


_OF = re.compile(r"^\s*(?:[\w-]+\s+){1,2}?of\s+(?:the\s+|his\s+|her\s+|their\s+)?(?P<noun>[a-z]+)", re.IGNORECASE)
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
_ORDER = frozenset(
    ["first", "second", "third", "fourth", "fifth", "last", "next", "morning", "afternoon", "evening", "night"]
)


def _names(text: str) -> list[tuple[int, str]]:
    """Return the proper names of a text with their places; the first word of a sentence only where it is surely one."""
    found = []
    middle = {
        match[0].removesuffix("'s").removesuffix("\u2019s")
        for match in re.finditer(r"(?<=[a-z,;] )[A-Z][a-z]+(?:['\u2019]s)?", text)
    }
    for match in re.finditer(r"\b[A-Z][a-zA-Z]*[a-z](?:['\u2019]s)?", text):
        word = match[0].removesuffix("'s").removesuffix("\u2019s")
        lower = word.lower()
        first = (
            match.start() == 0
            or re.search(r"[.?!:\n\"“]\s*$", text[max(0, match.start() - 3) : match.start()]) is not None
        )
        if lower in NO_NAMES or lower in CALENDAR or lower in PRONOUNS or lower in function_words():
            continue
        if first and word not in middle and word_class(lower):
            continue
        if not first and word_class(lower) == "verb":
            continue
        found.append((match.start(), _slug(word)))
    return found


def _is_noun(word: str) -> bool:
    return word_class(word) == "noun" and word not in function_words() and word not in _TRAPS


def _singular(word: str) -> str:
    base = word.removesuffix("'s").removesuffix("\u2019s")
    if base.endswith("ies") and len(base) > 4:
        return _slug(base[:-3] + "y")
    if base.endswith(("ches", "shes", "xes", "sses")):
        return _slug(base[:-2])
    return _slug(base[:-1] if base.endswith("s") and not base.endswith(("ss", "us")) and len(base) > 3 else base)


def _slug(word: str) -> str:
    bare = re.sub(r"[^a-z0-9]+", "_", re.sub(r"['\u2019]s$", "", word.lower())).strip("_")
    return f"{bare}_" if bare in _TRAPS else bare or "count"


def _join(owner: str, noun: str) -> str:
    name = f"{owner}.{noun}" if owner and owner != noun else noun
    return f"{name}s" if re.fullmatch(r"step[0-9]*|result|prev|sub[0-9]+", name) else name
