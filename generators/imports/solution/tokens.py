"""A line of a solution as pieces: numbers, signs, unknowns, words and stops, with the words around each number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from generators.text.lexicon import content
from solver.quantities import WORDS

from .formula import Leaf

_TOKEN = re.compile(
    r"(?P<mixed>\d+\s+(?:and\s+)?[1-9]\d*/[1-9]\d*)(?![\d/])"
    r"|(?P<money>(?:US)?\$\s?)?(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<percent>\s?%)?"
    r"|(?P<divided>divided by)|(?P<multiplied>multiplied by)|(?P<word>[A-Za-z]+(?:['\u2019][a-z]+)?)"
    r"|(?P<stop>[.;:!?](?=\s|$)|,\s|=>|->|→)|(?P<sign>[-+*/()\[\]=\u00d7÷·\u2212\u2013\u2014\u2217])"
)
_SIGNS = {
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
_SPOKEN = {"plus": "+", "minus": "-", "times": "*", "equals": "=", "equal": "="}


@dataclass(slots=True)
class Piece:
    """A token of a line: a leaf, a sign, a word or a stop."""

    kind: str
    text: str
    start: int
    leaf: Leaf | None = None


def read_pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a line; `dollars/hour` is a unit and `x` between numbers a sign."""
    matches = list(_TOKEN.finditer(text))
    for index, match in enumerate(matches):
        kind = str(match.lastgroup)
        if match["mixed"]:
            whole, *_, part = match["mixed"].split()
            yield Piece("number", match[0], match.start(), Leaf(int(whole) + Fraction(part)))
            continue
        if match[0] == "/" and index + 1 < len(matches) and _counts(matches[index + 1]):
            continue  # `dollars/hour` is a unit and no division
        if match["number"] is not None:
            leaf = Leaf(Fraction(match["number"].replace(",", "")), bool(match["percent"]), bool(match["money"]))
            yield Piece("number", match[0], match.start(), leaf)
        elif kind in ("divided", "multiplied"):
            yield Piece("sign", "/" if kind == "divided" else "*", match.start())
        elif kind == "sign":
            yield Piece("sign", _SIGNS.get(match[0], match[0]), match.start())
        elif kind == "stop":
            yield Piece("stop", match[0], match.start())
        else:
            yield _word(match, matches, index)


def _counts(match: re.Match[str]) -> bool:
    """Return whether a token is a word that is no unknown and no spelt number."""
    word = match["word"]
    return bool(word) and (len(word) > 1 or word in "ah") and word.lower() not in WORDS


def _word(match: re.Match[str], matches: list[re.Match[str]], index: int) -> Piece:
    word = match[0]
    lower = word.lower()
    if lower == "x" and 0 < index < len(matches) - 1:
        before, behind = matches[index - 1], matches[index + 1]
        if (before["number"] or before["mixed"] or before["sign"] == ")" or before["word"]) and (
            behind["mixed"] or behind["number"] or behind["sign"] == "("
        ):
            return Piece("sign", "*", match.start())
    if lower in _SPOKEN:
        return Piece("sign", _SPOKEN[lower], match.start())
    if lower == "a" and any(
        0 <= near < len(matches) and matches[near]["sign"] not in (None, "(", ")") for near in (index - 1, index + 1)
    ):
        return Piece("letter", word, match.start(), Leaf(Fraction(1), letter=word))
    if len(word) == 1 and lower not in "ai":
        return Piece("letter", word, match.start(), Leaf(Fraction(1), letter=word))
    if lower in WORDS and lower != "one":
        return Piece("number", word, match.start(), Leaf(Fraction(WORDS[lower])))
    return Piece("word", word, match.start())


def around(pieces: list[Piece], index: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the stems of the words behind and in front of a piece, up to the next number or sign."""
    after: list[str] = []
    for piece in pieces[index + 1 : index + 7]:
        if piece.kind != "word":
            break
        after.append(piece.text)
    before: list[str] = []
    for piece in reversed(pieces[max(0, index - 8) : index]):
        if piece.kind in ("sign", "number", "stop") and piece.text != "(":
            break
        if piece.kind == "word":
            before.append(piece.text)
    return tuple(content(after)[:4]), tuple(content(before)[:5])


def describe(leaf: Leaf, pieces: list[Piece], index: int) -> None:
    """Tell a leaf what the line says of it at a piece: the words around, percent and money."""
    after, before = around(pieces, index)
    leaf.after, leaf.before = after or _elsewhere(pieces, index), before
    told = pieces[index].leaf
    if told is not None:
        leaf.percent, leaf.money = leaf.percent or told.percent, leaf.money or told.money


def _elsewhere(pieces: list[Piece], index: int) -> tuple[str, ...]:
    """Return the words behind the number where the line says it once more: `30 years from now it is 30 + 11`."""
    told = pieces[index].leaf
    if told is None or told.letter:
        return ()
    found = set()
    for other, piece in enumerate(pieces):
        same = piece.leaf is not None and other != index and piece.leaf.value == told.value and not piece.leaf.letter
        if same and not (other and pieces[other - 1].text == "="):
            after, _ = around(pieces, other)
            if after:
                found.add(after)
    return found.pop() if len(found) == 1 else ()


def chains(pieces: list[Piece]) -> Iterator[list[int]]:
    """Yield the chains of a line: indexes of its equals signs that no stop parts, ended by the chain's last piece."""
    equals: list[int] = []
    begin = 0
    for index, piece in enumerate([*pieces, Piece("stop", "", 0)]):
        if piece.kind == "stop":
            if equals:
                yield [begin, *equals, index]
            equals, begin = [], index + 1
        elif piece.text == "=":
            equals.append(index)
