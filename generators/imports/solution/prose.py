"""Reads the equations in a solution's prose that no annotation repeats: `a op b = c` is a step."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from .formula import Formula, Leaf, NoFormula, Op, Symbol, evaluate, parse
from .step import Step
from .tokens import Token, around, chains, describe

MOST_SYMBOLS = 40
"""Numbers, signs and letters of the longest equation that is read."""


@dataclass(frozen=True, slots=True)
class _Result:
    """A number behind an equals sign."""

    value: Fraction
    end: int
    """The place of its last token: a ratio has three."""
    money: bool


def prose_steps(tokens: list[Token], annotated: set[int], stems: frozenset[str]) -> Iterator[tuple[int, Step]]:
    """Yield the steps `formula = number` of a line with their places; `annotated` are the places of annotations."""
    for chain in chains(tokens):
        for number, equal in enumerate(chain[1:-1], 1):
            told = _first_number(tokens, equal + 1, chain[number + 1])
            if told is None:
                continue
            start = tokens[told].start
            if any(tokens[equal].start <= mark < start + 2 for mark in annotated):
                continue
            results = _results(tokens, told, chain[number + 1])
            last = _first_number(tokens, chain[-2] + 1, chain[-1])
            if last is not None:
                results += _results(tokens, last, chain[-1])
            step = _step(tokens, range(chain[number - 1] + (number > 1), equal), results, stems)
            if step:
                yield start, step


def _first_number(tokens: list[Token], begin: int, end: int) -> int | None:
    return next((place for place in range(begin, end) if tokens[place].kind == "number"), None)


def _results(tokens: list[Token], place: int, end: int) -> list[_Result]:
    """Return a number, and the ratio whose numerator it is: the 2/3 of `1 - 1/3 = 2/3`."""
    leaf = tokens[place].leaf
    if leaf is None:
        return []
    results = [_Result(leaf.value, place, leaf.money)]
    slash, bottom = place + 1, place + 2
    if bottom < end and tokens[slash].text == "/" and tokens[bottom].kind == "number":
        divisor = tokens[bottom].leaf
        if divisor is not None and divisor.value:
            results.append(_Result(leaf.value / divisor.value, bottom, money=False))
    return results


def _step(tokens: list[Token], side: range, results: list[_Result], stems: frozenset[str]) -> Step | None:
    """Return the longest formula at the end of a side that has one of the results as its value."""
    places = [place for place in side if tokens[place].kind in ("number", "sign", "letter")]
    if len(places) > MOST_SYMBOLS:
        return None
    percent = any(leaf.percent for place in side if (leaf := tokens[place].leaf))
    for begin, first in enumerate(places):
        if tokens[first].kind == "sign" and tokens[first].text not in "(-":
            continue
        for as_shares in (True, False) if percent else (False,):
            step = _equation(tokens, places[begin:], results, stems, as_shares=as_shares)
            if step:
                return step
    return None


def _equation(
    tokens: list[Token], places: list[int], results: list[_Result], stems: frozenset[str], *, as_shares: bool
) -> Step | None:
    """Return the step of the formula at some places, if its value is one of the results."""
    leaves: dict[int, Leaf] = {}
    for place in places:
        leaf = tokens[place].leaf
        if leaf is None:
            continue
        if leaf.letter:
            return None
        value = leaf.value / 100 if as_shares and leaf.percent else leaf.value
        leaves[place] = Leaf(value, leaf.percent, leaf.money)
    found = _value([leaves.get(place, tokens[place].text) for place in places])
    if found is None:
        return None
    formula, value = found
    for result in results:
        if value in (result.value, result.value / 100 if as_shares else result.value):
            for place, leaf in leaves.items():
                describe(leaf, tokens, place)
            after, _ = around(tokens, result.end)
            return Step(formula, value, "prose", stems, after, result.money)
    return None


def _value(symbols: list[Symbol]) -> tuple[Formula, Fraction] | None:
    """Return the formula of symbols and its value, or None if they are no operation."""
    try:
        formula = parse(symbols)
        return (formula, evaluate(formula)) if isinstance(formula, Op) else None
    except NoFormula:
        return None
