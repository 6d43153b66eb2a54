"""Grades a linked problem by what is known of its wiring, with the reasons.

A: every step is told by the solution and used, no quantity that could have been meant is left over, no repetition
   is written out, and the wiring is proved, or the choice is strong.
B: every step is told by the solution, but something of that is missing.
C: a step had to be inferred.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .lexicon import stem
from .link import UNRIVALLED, Linking
from .mentions import Mention
from .role import roles
from .source import Earlier, Given, Plain, Source, World, forms

STRONG = 0.67
"""The margin from which a choice between functions is called strong."""
MANY = 1
"""Numbers of the question that may be left over without a proof, not counting ones, which change nothing."""
_SQUARE = frozenset(map(stem, ["square", "cube", "cubic"]))
_SMALL = 2
"""A number up to this that is added to itself is more likely two other things: `1 + 1` for two people."""
SURE = 1.0
"""The margin from which it is so even though a quantity of the same value is left over."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and why."""

    letter: str
    reasons: tuple[str, ...]


RULES = {
    "A": "every step told and used, nothing contested left over, wiring proved or chosen by a strong margin",
    "B": "every step told, but a step is unused, a quantity is left over, a repetition is written out, or the choice is weak",
    "C": "at least one step is inferred",
}
"""The grades, as a reader is told them."""


def grade(linking: Linking, mentions: list[Mention], leaf_values: set[object]) -> Grade:
    """Return the grade of a linking; `leaf_values` are the numbers that the used steps write."""
    reasons = [*_missing(linking), *_left_over(linking, mentions, leaf_values)]
    twice = _twice_for(linking, mentions)
    if twice:
        reasons.append(f"used twice though another of its value is left over: {', '.join(twice)}")
    squared = list(_squares(linking, mentions))
    if squared:
        reasons.append(f"twice in one step: {', '.join(squared)}")
    if _unrolled(linking, mentions):
        reasons.append("a repetition is written out, and how often is not read from the question")
    if linking.untyped:
        reasons.append("a number is used against its type or unit")
    if not linking.proved and linking.margin < STRONG:
        reasons.append(f"{linking.functions} different wirings are consistent, margin {linking.margin}")
    if reasons:
        return Grade("C" if linking.inferred else "B", tuple(reasons))
    if linking.proved:
        return Grade("A", ("wiring proved",))
    return Grade("A", (f"strong choice, margin {linking.margin if linking.margin < UNRIVALLED else 'unrivalled'}",))


def _missing(linking: Linking) -> Iterator[str]:
    """Yield what the solution does not tell, or tells in vain."""
    if linking.inferred:
        yield f"{linking.inferred} inferred step{'s' * (linking.inferred > 1)}"
    if linking.dead:
        yield f"{linking.dead} annotated step{'s' * (linking.dead > 1)} unused"


def _left_over(linking: Linking, mentions: list[Mention], leaf_values: set[object]) -> Iterator[str]:
    """Yield why the numbers that are left over may have been meant."""
    sure = linking.proved or linking.margin >= SURE
    left = [mentions[index].quantity for index in linking.unused]
    contested = [
        quantity.text
        for quantity in left
        if not (sure and quantity.kind == "word")
        and (not sure or linking.proved)
        and any(value in leaf_values for _, value in forms(quantity))
    ]
    if contested:
        yield f"left over though its value is used: {', '.join(contested)}"
    loose = [quantity for quantity in left if quantity.kind != "word" and quantity.value != 1]
    guessed = any(_guessed(source, mentions) for source in linking.sources.values())
    if (len(loose) > MANY and not linking.proved) or (loose and guessed):
        yield f"{len(loose)} number{'s' * (len(loose) > 1)} of the question left over"


def _guessed(source: Source, mentions: list[Mention]) -> bool:
    """Return whether a number may only look like its source: a half of both, a one that is said in passing."""
    if isinstance(source, Given):
        quantity = mentions[source.index].quantity
        return quantity.kind == "word" and quantity.value == 1
    return isinstance(source, Plain) and source.why == "both"


def _signs(linking: Linking) -> dict[int, list[str]]:
    """Return the sign at each leaf of each step that is used."""
    return {place: [role.sign for role in roles(linking.steps[place].formula)] for place, _ in linking.sources}


def _uses(linking: Linking, mentions: list[Mention]) -> Counter[int]:
    """Return how often each number of the question is used."""
    return Counter(mentions[one.index].alias for one in linking.sources.values() if isinstance(one, Given))


def _squares(linking: Linking, mentions: list[Mention]) -> Iterator[str]:
    """Yield what is multiplied by itself, which only a square means, and the ones and twos that add up unasked."""
    signs = _signs(linking)
    used: dict[tuple[int, str], list[str]] = {}
    small = set()
    for (place, number), source in linking.sources.items():
        if isinstance(source, Given):
            mention = mentions[source.index]
            quantity = mentions[mention.alias].quantity
            if quantity.kind in ("percent", "fraction", "half") or mention.clause & _SQUARE:
                continue
            key = place, f"{quantity.text}@{mention.alias}{source.form if quantity.kind == 'group' else ''}"
            if quantity.value <= _SMALL:
                small.add(key)
        elif isinstance(source, World) and not source.name.startswith("sides_"):  # a rectangle has two of each
            key = place, f"{source.name.split('_')[0]}@"
        else:
            continue
        used.setdefault(key, []).append(signs[place][number])
    for key, found in used.items():
        if len(found) > 1 and (key in small or sum(sign in "*/" for sign in found) > 1):
            yield key[1].partition("@")[0]


def _unrolled(linking: Linking, mentions: list[Mention]) -> bool:
    """Return whether a step is repeated as often as the question says, and the number that says so is not used.

    `35 + 35` for the next two hours, or `x 2`, `x 2`, `x 2` for three years: right for these numbers alone.
    """
    used, signs = _uses(linking, mentions), _signs(linking)
    said = {
        mention.quantity.value
        for k, mention in enumerate(mentions)
        if mention.alias == k and not used[k] and mention.quantity.kind in ("plain", "word", "ordinal")
    }
    leaves: dict[int, list[tuple[Source, str]]] = {}
    for (place, number), source in sorted(linking.sources.items(), key=lambda pair: pair[0]):
        leaves.setdefault(place, []).append((source, signs[place][number]))
    for place, found in leaves.items():
        for (source, sign), times in Counter(found).items():
            if sign in "+-" and times > 1 and times in said and isinstance(source, (Given, Earlier)):
                return True
        for source, sign in dict.fromkeys(found):
            times = _applied(leaves, place, source, sign)
            if times > 1 and (sign in "*/" or times > _SMALL) and said & {times - 1, times, times + 1}:
                return True
    return any(said & {times, times + 1} for times in _again(leaves))


def _again(leaves: dict[int, list[tuple[Source, str]]]) -> Iterator[int]:
    """Yield how often a factor is taken of what came of taking it: interest of the sum with interest, twice or more."""
    depth: dict[tuple[int, Source, str], int] = {}
    came: dict[int, set[tuple[Source, str]]] = {}
    for place in sorted(leaves):
        used = {(source, sign) for source, sign in leaves[place] if isinstance(source, Given) and sign in "*/"}
        before = [one.step for one, _ in leaves[place] if isinstance(one, Earlier)]
        came[place] = used.union(*(came.get(step, set()) for step in before))
        for source, sign in came[place]:
            known = max((depth.get((step, source, sign), 0) for step in before), default=0)
            depth[place, source, sign] = known + ((source, sign) in used)
    yield from {times for times in depth.values() if times > 1}


def _applied(leaves: dict[int, list[tuple[Source, str]]], place: int, source: Source, sign: str) -> int:
    """Return how often in a row, step upon step, a number is added, multiplied with or the like."""
    found = leaves.get(place, [])
    if len(found) != 2 or (source, sign) not in found:
        return 0
    other, _ = found[1 - found.index((source, sign))]
    return 1 + (_applied(leaves, other.step, source, sign) if isinstance(other, Earlier) and other != source else 0)


def _twice_for(linking: Linking, mentions: list[Mention]) -> list[str]:
    """Return the numbers that are used twice where one of the same value, however it is written, is not used at all."""
    used = _uses(linking, mentions)
    spare = {m.quantity.value for k, m in enumerate(mentions) if m.alias == k and not used[k] and not m.definite}
    return [mentions[k].quantity.text for k, count in used.items() if count > 1 and mentions[k].quantity.value in spare]
