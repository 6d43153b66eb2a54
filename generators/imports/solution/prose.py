"""The equations in a solution's prose: `a op b = c` as a step, and both sides of those that hold an unknown."""

from collections.abc import Iterator
from fractions import Fraction

from .formula import Formula, Leaf, NoFormula, Op, Token, evaluate, parse
from .step import Step
from .tokens import Piece, around, chains, describe

_MOST_TOKENS = 40
"""Tokens of the longest equation that is read."""


def prose_steps(pieces: list[Piece], marks: set[int], stems: frozenset[str]) -> Iterator[tuple[int, Step]]:
    """Yield the equations `formula = number` that prose tells and no annotation does."""
    for chain in chains(pieces):
        for number, equal in enumerate(chain[1:-1], 1):
            side = pieces[equal + 1 : chain[number + 1]]
            first = next((k for k, piece in enumerate(side) if piece.kind == "number"), None)
            if first is None:
                continue
            told = side[first]
            between = marks & set(range(pieces[equal].start, told.start + 2))
            if between:
                continue
            ends = [told, _ratio(side, first)]
            last = pieces[chain[-2] + 1 : chain[-1]]
            final = next((k for k, piece in enumerate(last) if piece.kind == "number"), None)
            ends += [last[final], _ratio(last, final)] if final is not None else []
            left = pieces[chain[number - 1] + (number > 1) : equal]
            step = _equation(left, ends, pieces, stems, equal)
            if step:
                yield told.start, step


def _ratio(pieces: list[Piece], first: int) -> Piece:
    """Return a number, or the whole ratio that it is the top of: `1 - 1/3 = 2/3`."""
    piece, ratio = pieces[first], pieces[first + 1 : first + 3]
    if len(ratio) < 2 or ratio[0].text != "/" or ratio[1].kind != "number" or not (piece.leaf and ratio[1].leaf):
        return piece
    bottom = ratio[1].leaf.value
    return Piece("number", piece.text, piece.start, Leaf(piece.leaf.value / bottom)) if bottom else piece


def _equation(
    left: list[Piece], ends: list[Piece], pieces: list[Piece], stems: frozenset[str], equal: int
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
                describe(leaf, pieces, place)
            at = next(k for k, piece in enumerate(pieces) if piece.start == end.start)
            after, _ = around(pieces, at if pieces[at] is end else at + 2)  # behind the whole ratio
            return Step(formula, value, "prose", stems, after, end.leaf is not None and end.leaf.money)
    return None


def _gives(
    chosen: list[Piece], ends: list[Piece], *, shares: bool
) -> tuple[Formula, Fraction, Piece, list[Leaf]] | None:
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


def equations_with_letters(pieces: list[Piece]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Yield both sides of the equations that hold a letter."""
    for chain in chains(pieces):
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


def _side(pieces: list[Piece], begin: int, end: int, *, leftward: bool) -> list[Token]:
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
                describe(leaf, pieces, index)
            tokens.append(leaf)
            was_value = True
        else:
            if gap > 4 and was_value and piece.text in "()":
                break
            tokens.append(piece.text)
            was_value = False
        gap = 0
    return tokens[::-1] if leftward else tokens
