"""Reads the equations in a solution's prose that hold an unknown: `x + 2x + 20 = 50`."""

from collections.abc import Iterable, Iterator

from .formula import Leaf, Symbol
from .prose import MOST_SYMBOLS
from .tokens import Token, chains, describe

_FAR = 4
"""Words between a bracket and a value that part the two."""


def equations_with_letters(tokens: list[Token]) -> Iterator[tuple[list[Symbol], list[Symbol]]]:
    """Yield both sides of the equations that hold a letter."""
    for chain in chains(tokens):
        equals = chain[1:-1]
        sides = [(chain[0], equals[0], equals[-1], chain[-1])] if len(equals) > 1 else []
        sides += [
            (chain[number - 1] + (number > 1), equal, equal, chain[number + 1])
            for number, equal in enumerate(equals, 1)
        ]
        for begin, equal, other, end in sides:
            left = _side(tokens, range(equal - 1, begin - 1, -1))[::-1]
            right = _side(tokens, range(other + 1, end))
            symbols = [*left, *right]
            letters = any(isinstance(symbol, Leaf) and symbol.letter for symbol in symbols)
            if left and right and letters and len(symbols) <= MOST_SYMBOLS:
                yield left, right


def _side(tokens: list[Token], places: Iterable[int]) -> list[Symbol]:
    """Return the symbols of a side, from the equals sign outwards, up to a second value without a sign between."""
    symbols: list[Symbol] = []
    words = 0
    for place in places:
        token = tokens[place]
        if token.kind == "word":
            words += 1
            continue
        behind_value = bool(symbols) and isinstance(symbols[-1], Leaf)
        if behind_value and _ends(token, symbols[-1], words):
            break
        symbols.append(token.text if token.leaf is None else _leaf(tokens, place, token.leaf))
        words = 0
    return symbols


def _ends(token: Token, value: Symbol, words: int) -> bool:
    """Return whether a side ends between a value and the next token."""
    if token.leaf is None:
        return words > _FAR and token.text in "()"
    adjacent = token.kind == "letter" or (isinstance(value, Leaf) and bool(value.letter))  # `2x` is a product
    return bool(words) or not adjacent


def _leaf(tokens: list[Token], place: int, told: Leaf) -> Leaf:
    """Return the leaf of a token, a percentage as its share, with the words around it."""
    leaf = Leaf(told.value / 100 if told.percent else told.value, told.percent, told.money, letter=told.letter)
    if not leaf.letter:
        describe(leaf, tokens, place)
    return leaf
