"""Splits a line of a solution into tokens: numbers, signs, unknowns, words and stops."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from generators.text.lexicon import content
from generators.text.rules import first
from solver.quantities import WORDS

from .formula import Leaf

_TOKEN = re.compile(
    r"(?P<mixed>\d+\s+(?:and\s+)?[1-9]\d*/[1-9]\d*)(?![\d/])"
    r"|(?P<money>(?:US)?\$\s?)?(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<percent>\s?%)?"
    r"|(?P<divided>divided by)|(?P<multiplied>multiplied by)|(?P<word>[A-Za-z]+(?:['\u2019][a-z]+)?)"
    r"|(?P<stop>[.;:!?](?=\s|$)|,\s|=>|->|→)|(?P<sign>[-+*/()\[\]=\u00d7÷·\u2212\u2013\u2014\u2217])"
)
SIGNS = {
    "\u00d7": "*",
    "·": "*",
    "\u2217": "*",
    "÷": "/",
    "\u2212": "-",
    "\u2013": "-",
    "\u2014": "-",
    "[": "(",
    "]": ")",
}
"""Printed signs, and those that formulas have for them."""
_SPOKEN = {"plus": "+", "minus": "-", "times": "*", "equals": "=", "equal": "="}
_MEANINGFUL = frozenset(_SPOKEN) | (frozenset(WORDS) - {"one"})
"""Words of several letters that are signs or numbers."""


@dataclass(slots=True)
class Token:
    """A token of a line."""

    kind: str
    """number, sign, letter, word or stop"""
    text: str
    start: int
    leaf: Leaf | None = None
    """The number or the unknown."""


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a line; the slash of `dollars/hour` is none."""
    matches = list(_TOKEN.finditer(text))
    for index, match in enumerate(matches):
        kind = str(match.lastgroup)
        if match["mixed"]:
            whole, *_, part = match["mixed"].split()
            yield Token("number", match[0], match.start(), Leaf(int(whole) + Fraction(part)))
        elif match["number"] is not None:
            leaf = Leaf(Fraction(match["number"].replace(",", "")), bool(match["percent"]), bool(match["money"]))
            yield Token("number", match[0], match.start(), leaf)
        elif kind == "word":
            yield _word(matches, index)
        elif kind == "stop":
            yield Token("stop", match[0], match.start())
        elif kind in ("divided", "multiplied"):
            yield Token("sign", "/" if kind == "divided" else "*", match.start())
        elif match[0] != "/" or index + 1 == len(matches) or not _is_unit(matches[index + 1]):
            yield Token("sign", SIGNS.get(match[0], match[0]), match.start())


def _is_unit(match: re.Match[str]) -> bool:
    """Return whether a match behind a slash is a unit: a word that is no unknown and no spelt number."""
    word = match["word"]
    return bool(word) and (len(word) > 1 or word in "ah") and word.lower() not in WORDS


class Word(NamedTuple):
    """A word of a line, and the matches around it."""

    matches: list[re.Match[str]]
    place: int

    @property
    def text(self) -> str:
        """The word as written."""
        return self.matches[self.place][0]

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.matches[self.place].start()

    def neighbours(self) -> Iterator[re.Match[str]]:
        """Yield the matches before and behind it."""
        yield from self.matches[max(0, self.place - 1) : self.place]
        yield from self.matches[self.place + 1 : self.place + 2]


def _word(matches: list[re.Match[str]], index: int) -> Token:
    """Return the token of a word."""
    word = matches[index][0]
    if len(word) == 1 or word.lower() in _MEANINGFUL:  # other words need no rule: most of a text
        found = first(WORD_RULES, Word(matches, index))
        if found is not None:
            return found
    return Token("word", word, matches[index].start())


def multiplication_sign(word: Word) -> Token | None:
    """Reads the x of `3 x 4` as a sign."""
    if word.text.lower() != "x" or not 0 < word.place < len(word.matches) - 1:
        return None
    before, behind = word.neighbours()
    left = before["number"] or before["mixed"] or before["sign"] == ")" or before["word"]
    right = behind["mixed"] or behind["number"] or behind["sign"] == "("
    return Token("sign", "*", word.start) if left and right else None


def spoken_sign(word: Word) -> Token | None:
    """Reads `plus`, `times` and `equals` as signs."""
    sign = _SPOKEN.get(word.text.lower())
    return Token("sign", sign, word.start) if sign else None


def letter_a(word: Word) -> Token | None:
    """Reads the a of `a + 3` as an unknown; next to words it is the article."""
    signs = (near["sign"] for near in word.neighbours())
    unknown = word.text.lower() == "a" and any(sign not in (None, "(", ")") for sign in signs)
    return _unknown(word) if unknown else None


def letter(word: Word) -> Token | None:
    """Reads any other single letter, but the pronoun `I`, as an unknown."""
    return _unknown(word) if len(word.text) == 1 and word.text.lower() not in "ai" else None


def spelt_number(word: Word) -> Token | None:
    """Reads `three` as a number; `one` may be a pronoun."""
    lower = word.text.lower()
    if lower not in WORDS or lower == "one":
        return None
    return Token("number", word.text, word.start, Leaf(Fraction(WORDS[lower])))


WORD_RULES = (multiplication_sign, spoken_sign, letter_a, letter, spelt_number)


def _unknown(word: Word) -> Token:
    return Token("letter", word.text, word.start, Leaf(Fraction(1), letter=word.text))


def around(tokens: list[Token], place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the stems of the words behind and in front of a token, up to the next number or sign."""
    after: list[str] = []
    for token in tokens[place + 1 : place + 7]:
        if token.kind != "word":
            break
        after.append(token.text)
    before: list[str] = []
    for token in reversed(tokens[max(0, place - 8) : place]):
        if token.kind in ("sign", "number", "stop") and token.text != "(":
            break
        if token.kind == "word":
            before.append(token.text)
    return tuple(content(after)[:4]), tuple(content(before)[:5])


def describe(leaf: Leaf, tokens: list[Token], place: int) -> None:
    """Add to a leaf the words around a token, and whether it is a percentage or money."""
    after, before = around(tokens, place)
    leaf.after, leaf.before = after or _repeated_words(tokens, place), before
    told = tokens[place].leaf
    if told is not None:
        leaf.percent, leaf.money = leaf.percent or told.percent, leaf.money or told.money


def _repeated_words(tokens: list[Token], place: int) -> tuple[str, ...]:
    """Return the words behind another token of the same number: `30 years from now it is 30 + 11`."""
    told = tokens[place].leaf
    if told is None or told.letter:
        return ()
    found = set()
    for other, token in enumerate(tokens):
        same = token.leaf is not None and other != place and token.leaf.value == told.value and not token.leaf.letter
        if same and not (other and tokens[other - 1].text == "="):
            found.add(around(tokens, other)[0])
    found.discard(())
    return found.pop() if len(found) == 1 else ()


def chains(tokens: list[Token]) -> Iterator[list[int]]:
    """Yield the chains of equations of a line, `2*3 = 6 = 12/2`, each as places: its begin, its equals signs, its end."""
    equals: list[int] = []
    begin = 0
    for place, token in enumerate([*tokens, Token("stop", "", 0)]):
        if token.kind == "stop":
            if equals:
                yield [begin, *equals, place]
            equals, begin = [], place + 1
        elif token.text == "=":
            equals.append(place)
