"""The numbers of a question with what is said around them: unit, clause, sentence, and which speak of the same thing."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from generators.text.lexicon import STOP, content, function_words, word_class, word_set
from generators.text.proper_names import proper_names
from solver.quantities import Quantity, read_quantities
from solver.stems import stem

_SENTENCE = re.compile(STOP + r"[\"”']?(?=\s|$)|\n")
_CLAUSE = re.compile(r"[,;:()]|\b(?:and|but|while|if|then|or|who|which|whereas|so)\b")
_PER = re.compile(r"\b(?:each|every|per|an?)\s+((?:[A-Za-z]+\s*){1,3})", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """A quantity of the question and its surroundings, as stems."""

    quantity: Quantity
    unit: str
    """The first noun behind the number, or an empty text."""
    after: tuple[str, ...]
    before: tuple[str, ...]
    clause: frozenset[str]
    sentence: int
    alias: int
    """Which earlier mention this one repeats, or its own number."""
    is_difference: bool
    """Whether `more`, `less` or `fewer` follows: an amount of difference."""
    is_factor: bool
    """Whether `times as many` or the like follows."""
    asked: bool
    """Whether it stands in the question's own sentence."""
    phrase: tuple[str, ...]
    """The noun phrase behind the number, as written."""
    sentence_span: tuple[int, int]
    """Start and end of its sentence."""
    clause_span: tuple[int, int]
    """Start and end of its clause."""
    owner: str
    """The stem of the first proper name in front of it in its clause, or an empty text."""
    rate_units: frozenset[str]
    """Stems of the units of the rates in its clause: `each box`, `a pound`."""
    definite: bool
    """Whether it only refers to what was counted before: `the three`."""
    other: bool
    """Whether it is said to count others than were counted before: `the next 40`, `2 more`."""

    @property
    def money(self) -> bool:
        """Whether it is an amount of money."""
        return self.quantity.kind in ("money", "cents") or self.unit in word_set("currencies")


def read_mentions(text: str) -> list[Mention]:
    """Return the numbers of a question in order, with their surroundings."""
    quantities = read_quantities(text)
    sentences = [match.end() for match in _SENTENCE.finditer(text)]
    clauses = sorted({match.start() for match in _CLAUSE.finditer(text)} | set(sentences))
    names = list(proper_names(text))
    found: list[Mention] = []
    for number, quantity in enumerate(quantities):
        behind = quantities[number + 1].start if number + 1 < len(quantities) else len(text)
        ahead = quantities[number - 1].end if number else 0
        sentence = bisect_right(sentences, quantity.start)
        sentence_start = sentences[sentence - 1] if sentence else 0
        sentence_end = sentences[sentence] if sentence < len(sentences) else len(text)
        clause = bisect_right(clauses, quantity.start)
        clause_start = max(clauses[clause - 1] if clause else 0, sentence_start)
        clause_end = clauses[clause] if clause < len(clauses) else len(text)
        tail = text[quantity.end : min(behind, sentence_end)]
        if number + 1 < len(quantities) and not tail.strip(" -") and quantity.kind in ("plain", "word"):
            tail = text[quantities[number + 1].end : sentence_end]  # the 2 of `2 $15 donations` counts donations
        words = _WORD.findall(re.split(r"[,;:()]", tail)[0])
        said = len(words) > 1 and words[0] in ("are", "were") and word_class(words[1].lower()) == "noun"
        after = _noun_phrase(words[1:] if said else words)  # `15 are men`
        before = _WORD.findall(text[max(ahead, clause_start) : quantity.start])
        first = [word.lower() for word in words[:3]]
        unit = stem(after[-1]) if after else ""
        other = bool(
            _OTHERS.search(text[max(0, quantity.start - 20) : quantity.start]) or _FURTHER.match(text, quantity.end)
        )
        found.append(
            Mention(
                quantity=quantity,
                unit=unit,
                after=tuple(content(words)[:4]),
                before=tuple(content(before)[-5:]),
                clause=frozenset(content(_WORD.findall(text[clause_start:clause_end]))),
                sentence=sentence,
                alias=number if other else _repeats(found, quantity, after, text, number),
                is_difference=bool(
                    {"more", "less", "fewer", "additional", "extra", "older", "younger"} & set(first[:2])
                )
                or "than" in first,
                is_factor=_is_factor(words),
                asked=text[sentence_start:sentence_end].rstrip().endswith("?"),
                phrase=tuple(after),
                sentence_span=(sentence_start, sentence_end),
                clause_span=(clause_start, clause_end),
                owner=next((stem(name) for start, _, name in names if clause_start <= start < quantity.start), ""),
                rate_units=frozenset(
                    stem(word)
                    for match in _PER.finditer(text[clause_start:clause_end])
                    for word in match[1].split()
                    if word_class(word.lower()) == "noun"
                ),
                definite=not unit
                and quantity.kind == "word"
                and _SAME.search(text[max(0, quantity.start - 20) : quantity.start]) is not None,
                other=other,
            )
        )
    return found


def _is_factor(words: list[str]) -> bool:
    """Return whether a number is a factor: `3 times as many`, `3 times Ann's`, and not `3 times a day`."""
    if len(words) < 2 or words[0].lower() not in ("times", "x"):
        return False
    return words[1].lower() in word_set("behind_times") or words[1][0].isupper() or words[1].endswith(("'s", "\u2019s"))


def _noun_phrase(words: list[str]) -> list[str]:
    """Return the words of the noun phrase that follows a number, up to its head."""
    phrase: list[str] = []
    for word in words[:6]:
        lower = word.lower()
        kind = word_class(lower)
        if lower in ("more", "less", "fewer", "of", "additional", "other", "extra", "times", "as") and not phrase:
            continue
        if lower in function_words() and kind != "noun":
            if lower in ("the", "his", "her", "their", "its", "my") and not phrase:
                continue
            break
        if kind == "verb" and phrase:
            break
        if kind == "verb" and not lower.endswith(("ing", "ed")):
            break
        if phrase and (lower in word_set("behind_nouns") or kind == "adjective"):
            break
        if phrase and _plural(phrase[-1]) and not _plural(lower):
            break
        phrase.append(word)
    while phrase and word_class(phrase[-1].lower()) in ("adjective", "verb", "other"):
        phrase.pop()
    return phrase


def _plural(word: str) -> bool:
    lower = word.lower()
    many = lower.endswith("s") and not lower.endswith("ss")
    return (many or lower in ("people", "children", "men", "women")) and word_class(lower) == "noun"


_SAME = re.compile(
    r"\b(?:the|those|these|all|all the|his|her|their|its|each of the|both)\s+(?:(?P<between>\w+)\s+)?$", re.IGNORECASE
)
_OTHERS = re.compile(r"\b(?:next|following|other|another)\s+$", re.IGNORECASE)
_FURTHER = re.compile(r"\s+(?:more|additional|extra|other)\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(first|last|second|third|final|remaining)\s+$", re.IGNORECASE)


def _repeats(found: list[Mention], quantity: Quantity, phrase: list[str], text: str, number: int) -> int:
    """Return the earlier mention that this one speaks of again: same number and unit, said with `the` or the like.

    `the last 40` behind `the first 40` are others, and so are `her three younger sisters` behind `three older sisters`.
    """
    unit, told = stem(phrase[-1]) if phrase else "", set(map(str.lower, phrase[:-1]))
    if quantity.kind not in ("plain", "word", "money", "fraction", "percent"):
        return number
    ahead = text[max(0, quantity.start - 20) : quantity.start]
    said = _SAME.search(ahead)
    if said is None or word_class((said["between"] or "").lower()) == "noun":
        return number  # `their ages 10 years from now` are no ages told before
    place = _PLACE.search(ahead)
    for earlier in found:
        same = earlier.quantity.value == quantity.value and earlier.quantity.kind in ("plain", "word", quantity.kind)
        if not (same and unit and unit == earlier.unit and earlier.quantity.value > 1):
            continue
        if told and earlier.phrase[:-1] and not told & set(map(str.lower, earlier.phrase[:-1])):
            continue
        before = _PLACE.search(text[max(0, earlier.quantity.start - 20) : earlier.quantity.start])
        if not (place and before and place[1].lower() != before[1].lower()):
            return earlier.alias
    return number
