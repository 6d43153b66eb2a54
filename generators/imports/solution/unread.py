"""Finds the results of a line's equations that no step explains: the 24 of `18÷3/4=24`, the 1 of `12 inches=1 foot`."""

from collections.abc import Iterator
from fractions import Fraction

from .step import Unread
from .tokens import Token, around, chains

_SIGNS = frozenset("+-*/")


def unread_results(tokens: list[Token], annotated: set[int], read: set[Fraction]) -> Iterator[Unread]:
    """Yield the results of equations between numbers that are no annotation and no value that was `read`."""
    for chain in chains(tokens):
        for number, equal in enumerate(chain[1:-1], 1):
            left, right = range(chain[number - 1] + (number > 1), equal), range(equal + 1, chain[number + 1])
            found = _result(tokens, left, right)
            if found is None or any(tokens[equal].start <= mark <= tokens[right[-1]].start for mark in annotated):
                continue
            told = {leaf.value for leaf in (tokens[place].leaf for place in left) if leaf}
            if not {found.value, found.value / 100} & (read | told):
                yield found


def _result(tokens: list[Token], left: range, right: range) -> Unread | None:
    """Return the number that is a whole right side, where the left side is worked out or converted."""
    if any(tokens[place].kind == "letter" for place in [*left, *right]) or _has_sign(tokens, right):
        return None
    numbers = [place for place in left if tokens[place].leaf]
    results = [place for place in right if tokens[place].leaf]
    if not numbers or len(results) != 1 or any(_has_sign(tokens, one) for one in _outside(left, numbers)):
        return None
    (place,) = results
    signs = [
        tokens[at].text for at in left if tokens[at].text in _SIGNS or (tokens[at].text == "of" and at + 1 in numbers)
    ]
    after, _ = around(tokens, place)
    worked = bool(signs) and (len(numbers), signs) != (2, ["/"])  # `1/3 of it = 16` tells what a third is
    converted = len(numbers) == 1 and not signs and bool(after) and bool(around(tokens, numbers[0])[0])
    leaf = tokens[place].leaf
    return Unread(leaf.value, worked, after) if leaf and (worked or converted) else None


def _outside(side: range, numbers: list[int]) -> tuple[range, range]:
    """Return the places of a side before its first number and behind its last one, where a sign belongs to a word."""
    return range(side.start, numbers[0]), range(numbers[-1] + 1, side.stop)


def _has_sign(tokens: list[Token], places: range) -> bool:
    return any(tokens[place].text in _SIGNS for place in places)
