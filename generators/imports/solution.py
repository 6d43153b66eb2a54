"""A written solution as steps: its calculator annotations, and the equations in its prose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from .equations import solve_linear
from .formula import Formula, Leaf, NoFormula, Op, Token, evaluate, leaves, parse, read_formula
from .lexicon import content
from .quantities import WORDS

ANNOTATION = re.compile(r"<<([^<>]*)>>")
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
_MOST_TOKENS = 40


@dataclass(slots=True, eq=False)
class Step:
    """A step of a solution: a formula and its value, and the words it is told with."""

    formula: Formula
    value: Fraction
    origin: str
    """annotation, prose, or equation"""
    line: frozenset[str]
    after: tuple[str, ...]
    money: bool = False
    place: int = 0


@dataclass(slots=True)
class _Piece:
    """A token of a line: a leaf, a sign, a word or a stop."""

    kind: str
    text: str
    start: int
    leaf: Leaf | None = None


@dataclass(frozen=True)
class Solution:
    """The steps of a solution in order, and what was left out of them."""

    steps: list[Step]
    notes: list[str]


def read_solution(text: str) -> Solution:
    """Return the steps of a solution; annotations that are no formula or contradict themselves are noted."""
    steps: list[Step] = []
    notes: list[str] = []
    equations: list[tuple[list[Token], list[Token], frozenset[str], int]] = []
    place = 0
    for line in text.split("\n"):
        clean, marks = _without_annotations(line)
        pieces = list(_pieces(clean))
        stems = frozenset(content([piece.text for piece in pieces if piece.kind == "word"]))
        found: list[tuple[int, Step]] = []
        copies: list[tuple[int, Step]] = []
        for start, body in marks:
            step = _annotated(body, start, pieces, stems, notes)
            if step:
                (found if isinstance(step.formula, Op) else copies).append((start, step))
        found += list(_prose(pieces, {start for start, _ in found}, stems))
        values = {step.value for _, step in found}
        found += [(start, step) for start, step in copies if step.value not in values]
        for _, step in sorted(found, key=lambda pair: pair[0]):
            step.place = place
            place += 1
            steps.append(step)
        equations += [(left, right, stems, place) for left, right in _with_letters(pieces)]
    for formula, value, stems, where in solve_linear(equations):
        steps.append(Step(formula, value, "equation", stems, (), place=where))
    steps.sort(key=lambda step: (step.place, step.origin == "annotation"))
    return Solution(steps, notes)


def _without_annotations(line: str) -> tuple[str, list[tuple[int, str]]]:
    """Return the line without its annotations, and where each stood in what is left."""
    clean = ""
    marks = []
    end = 0
    for match in ANNOTATION.finditer(line):
        clean += line[end : match.start()]
        marks.append((len(clean), match[1]))
        end = match.end()
    return clean + line[end:], marks


def _pieces(text: str) -> Iterator[_Piece]:
    matches = list(_TOKEN.finditer(text))
    for index, match in enumerate(matches):
        kind = str(match.lastgroup)
        if match["mixed"]:
            whole, *_, part = match["mixed"].split()
            yield _Piece("number", match[0], match.start(), Leaf(int(whole) + Fraction(part)))
            continue
        if match[0] == "/" and index + 1 < len(matches) and _counts(matches[index + 1]):
            continue  # `dollars/hour` is a unit and no division
        if match["number"] is not None:
            leaf = Leaf(Fraction(match["number"].replace(",", "")), bool(match["percent"]), bool(match["money"]))
            yield _Piece("number", match[0], match.start(), leaf)
        elif kind in ("divided", "multiplied"):
            yield _Piece("sign", "/" if kind == "divided" else "*", match.start())
        elif kind == "sign":
            yield _Piece("sign", _SIGNS.get(match[0], match[0]), match.start())
        elif kind == "stop":
            yield _Piece("stop", match[0], match.start())
        else:
            yield _word(match, matches, index)


def _counts(match: re.Match[str]) -> bool:
    """Return whether a token is a word that is no unknown and no spelt number."""
    word = match["word"]
    return bool(word) and (len(word) > 1 or word in "ah") and word.lower() not in WORDS


def _word(match: re.Match[str], matches: list[re.Match[str]], index: int) -> _Piece:
    word = match[0]
    lower = word.lower()
    if lower == "x" and 0 < index < len(matches) - 1:
        before, behind = matches[index - 1], matches[index + 1]
        if (before["number"] or before["mixed"] or before["sign"] == ")" or before["word"]) and (
            behind["mixed"] or behind["number"] or behind["sign"] == "("
        ):
            return _Piece("sign", "*", match.start())
    if lower in _SPOKEN:
        return _Piece("sign", _SPOKEN[lower], match.start())
    if lower == "a" and any(
        0 <= near < len(matches) and matches[near]["sign"] not in (None, "(", ")") for near in (index - 1, index + 1)
    ):
        return _Piece("letter", word, match.start(), Leaf(Fraction(1), letter=word))
    if len(word) == 1 and lower not in "ai":
        return _Piece("letter", word, match.start(), Leaf(Fraction(1), letter=word))
    if lower in WORDS and lower != "one":
        return _Piece("number", word, match.start(), Leaf(Fraction(WORDS[lower])))
    return _Piece("word", word, match.start())


def _around(pieces: list[_Piece], index: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
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


def _describe(leaf: Leaf, pieces: list[_Piece], index: int) -> None:
    after, before = _around(pieces, index)
    leaf.after, leaf.before = after, before
    told = pieces[index].leaf
    if told is not None:
        leaf.percent, leaf.money = leaf.percent or told.percent, leaf.money or told.money


def _annotated(body: str, start: int, pieces: list[_Piece], stems: frozenset[str], notes: list[str]) -> Step | None:
    formula_text, _, value_text = body.partition("=")
    try:
        formula = read_formula(formula_text)
        value = evaluate(read_formula(value_text))
        worked = evaluate(formula)
    except NoFormula as error:
        notes.append(f"annotation {body[:40]!r}: {error}")
        return None
    if worked != value:
        if abs(worked - value) * 200 > abs(value):
            notes.append(f"annotation {body[:40]!r} contradicts itself")
            return None
        notes.append(f"annotation {body[:40]!r} is rounded")
    result = next((k for k, piece in enumerate(pieces) if piece.start >= start), len(pieces))
    cursor = result - 1
    for leaf in reversed(list(leaves(formula))):
        for index in range(cursor, max(-1, cursor - 24), -1):
            told = pieces[index].leaf
            if told is not None and not told.letter and leaf.value in (told.value, told.value / 100):
                _describe(leaf, pieces, index)
                cursor = index - 1
                break
    after, _ = _around(pieces, result) if result < len(pieces) else ((), ())
    money = "dollar" in after or (result < len(pieces) and pieces[result].text.startswith("$"))
    return Step(formula, worked, "annotation", stems, after, money)


def _segments(pieces: list[_Piece]) -> Iterator[list[int]]:
    """Yield the chains of a line: indexes of its equals signs that no stop parts, ended by the chain's last piece."""
    equals: list[int] = []
    begin = 0
    for index, piece in enumerate([*pieces, _Piece("stop", "", 0)]):
        if piece.kind == "stop":
            if equals:
                yield [begin, *equals, index]
            equals, begin = [], index + 1
        elif piece.text == "=":
            equals.append(index)


def _prose(pieces: list[_Piece], marks: set[int], stems: frozenset[str]) -> Iterator[tuple[int, Step]]:
    """Yield the equations `formula = number` that prose tells and no annotation does."""
    for chain in _segments(pieces):
        for number, equal in enumerate(chain[1:-1], 1):
            side = pieces[equal + 1 : chain[number + 1]]
            first = next((k for k, piece in enumerate(side) if piece.kind == "number"), None)
            if first is None:
                continue
            told = side[first]
            between = marks & set(range(pieces[equal].start, told.start + 2))
            if between:
                continue
            ends = [told]
            last = pieces[chain[-2] + 1 : chain[-1]]
            ends += [piece for piece in last if piece.kind == "number"][:1]
            left = pieces[chain[number - 1] + (number > 1) : equal]
            step = _equation(left, ends, pieces, stems, equal)
            if step:
                yield told.start, step


def _equation(
    left: list[_Piece], ends: list[_Piece], pieces: list[_Piece], stems: frozenset[str], equal: int
) -> Step | None:
    """Return the longest formula in front of an equals sign that gives one of the numbers behind it."""
    usable = [k for k, piece in enumerate(left) if piece.kind in ("number", "sign", "letter")]
    if len(usable) > _MOST_TOKENS:
        return None
    told = any(piece.leaf and piece.leaf.percent for piece in left)
    for begin, first in enumerate(usable):
        if left[first].kind == "sign" and left[first].text not in "(-":
            continue
        for shares in (True, False) if told else (False,):
            found = _gives([left[k] for k in usable[begin:]], ends, shares=shares)
            if found is None:
                continue
            formula, value, end, made = found
            offset = equal - len(left)
            places = [offset + k for k in usable[begin:] if left[k].leaf is not None]
            for leaf, place in zip(made, places, strict=True):
                _describe(leaf, pieces, place)
            after, _ = _around(pieces, pieces.index(end))
            return Step(formula, value, "prose", stems, after, end.leaf is not None and end.leaf.money)
    return None


def _gives(
    chosen: list[_Piece], ends: list[_Piece], *, shares: bool
) -> tuple[Formula, Fraction, _Piece, list[Leaf]] | None:
    """Return the formula of some pieces, if it gives one of the ends; `shares` reads percents as shares."""
    tokens: list[Token] = []
    for piece in chosen:
        if piece.leaf is None:
            tokens.append(piece.text)
        elif piece.leaf.letter:
            return None
        else:
            value = piece.leaf.value / 100 if shares and piece.leaf.percent else piece.leaf.value
            tokens.append(Leaf(value, piece.leaf.percent, piece.leaf.money))
    try:
        formula = parse(list(tokens))
        value = evaluate(formula)
    except NoFormula:
        return None
    for end in ends:
        worth = end.leaf.value if end.leaf else None
        if isinstance(formula, Op) and worth is not None and value in (worth, worth / 100 if shares else worth):
            return formula, value, end, [token for token in tokens if isinstance(token, Leaf)]
    return None


def _with_letters(pieces: list[_Piece]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Yield both sides of the equations that hold a letter."""
    for chain in _segments(pieces):
        equals = chain[1:-1]
        pairs = [(chain[0], equals[0], equals[-1], chain[-1])] if len(equals) > 1 else []
        pairs += [
            (chain[number - 1] + (number > 1), equal, equal, chain[number + 1])
            for number, equal in enumerate(equals, 1)
        ]
        for begin, equal, other, end in pairs:
            left = _side(pieces, begin, equal, leftward=True)
            right = _side(pieces, other + 1, end, leftward=False)
            tokens = [*left, *right]
            if left and right and len(tokens) <= _MOST_TOKENS and any(isinstance(t, Leaf) and t.letter for t in tokens):
                yield left, right


def _side(pieces: list[_Piece], begin: int, end: int, *, leftward: bool) -> list[Token]:
    """Return the tokens of a side of an equation, nearest the sign; words that count something are passed over."""
    tokens: list[Token] = []
    order = range(end - 1, begin - 1, -1) if leftward else range(begin, end)
    was_value = False
    gap = 0
    for index in order:
        piece = pieces[index]
        if piece.kind == "word":
            gap += 1
            continue
        if piece.leaf is not None:
            adjacent = was_value and not (
                piece.kind == "letter" or (tokens and isinstance(tokens[-1], Leaf) and tokens[-1].letter)
            )
            if adjacent or (was_value and gap):
                break
            value = piece.leaf.value / 100 if piece.leaf.percent else piece.leaf.value
            leaf = Leaf(value, piece.leaf.percent, piece.leaf.money, letter=piece.leaf.letter)
            if not leaf.letter:
                _describe(leaf, pieces, index)
            tokens.append(leaf)
            was_value = True
        else:
            if gap > 4 and was_value and piece.text in "()":
                break
            tokens.append(piece.text)
            was_value = False
        gap = 0
    return tokens[::-1] if leftward else tokens
