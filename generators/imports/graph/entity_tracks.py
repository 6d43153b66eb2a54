"""Writes sums and differences as the track of one entity, where the question tells of gains and losses."""

from dataclasses import dataclass
from fractions import Fraction

from generators.imports.question.mentions import Mention
from generators.text.lexicon import stem_set
from generators.text.rules import first
from solver.fields import Number, Operand, Var
from solver.ops import AddEntity, Consume, Init, Query, Step
from solver.program import Trace
from solver.stems import stem

from .node import Input, Node, Work
from .traces import Naming, Operands, Written

_LOSE = stem_set("away") | frozenset(map(stem, ["leave", "left", "go", "went", "fly", "flew"]))
_GAIN = frozenset(map(stem, ["find", "finds", "found", "buy", "buys", "bought", "get", "gets", "got", "receive", "received", "add", "added", "collect", "collected", "pick", "picked", "win", "won", "gain", "gained", "join", "joined", "earn", "earned", "come", "came", "arrive", "bake", "baked"]))  # fmt: skip
_SHARES = ("percent", "fraction", "half", "multiple")


@dataclass(frozen=True, slots=True)
class Change:
    """A gain or a loss of the entity."""

    sign: str
    amount: Fraction
    mention: Mention
    start: Mention
    """The number that the entity starts with."""
    held: Fraction
    """How much the entity holds before."""


def no_verb(change: Change) -> bool | None:
    """Rejects a change whose clause tells of none: `Bo has 3 more`."""
    return None if change.mention.clause & (_LOSE if change.sign == "-" else _GAIN) else True


def difference(change: Change) -> bool | None:
    """Rejects an amount of difference: `he got 3 fewer than Ann`."""
    return True if change.mention.is_difference else None


def nothing(change: Change) -> bool | None:
    """Rejects a change by nothing: `she ate 0 figs`."""
    return True if change.amount <= 0 else None


def overdrawn(change: Change) -> bool | None:
    """Rejects a loss of more than the entity holds."""
    return True if change.sign == "-" and change.amount > change.held else None


def other_dimension(change: Change) -> bool | None:
    """Rejects an amount of money taken from things, and things from money."""
    return True if change.mention.money != change.start.money else None


def share(change: Change) -> bool | None:
    """Rejects an amount that is a percentage, a fraction or a multiple: `she ate half`."""
    return True if change.mention.quantity.kind in _SHARES else None


def told_before(change: Change) -> bool | None:
    """Rejects a change that the question tells before the start."""
    return True if change.mention.quantity.start < change.start.quantity.start else None


REJECTIONS = (no_verb, difference, nothing, overdrawn, other_dimension, share, told_before)


def write_entity_track(works: list[Work], mentions: list[Mention], naming: Naming) -> Written | None:
    """Return the track of one entity that gains and loses, or None where the question tells of no such thing."""
    found = _chain(works)
    if found is None:
        return None
    beginning, chain = found
    start, held = mentions[beginning.index], beginning.value
    if start.quantity.kind in (*_SHARES, "clock"):
        return None
    for sign, amount in chain:
        if first(REJECTIONS, Change(sign, amount.value, mentions[amount.index], start, held)):
            return None
        held += amount.value if sign == "+" else -amount.value
    name = naming([beginning])[beginning]
    steps: list[Step] = [Init(Var(name), Number(beginning.value))]
    operands: Operands = {name: beginning}
    for sign, amount in chain:
        steps.append((AddEntity if sign == "+" else Consume)(Var(name), Operand(amount.value)))
        operands[f"step {len(steps)}"] = amount
    steps.append(Query(Var(name)))
    return Written((Trace("entity_track", tuple(steps)),), [operands])


def _chain(works: list[Work]) -> tuple[Input, list[tuple[str, Input]]] | None:
    """Return the first number of a chain of sums and differences, and the signs and numbers behind it."""
    chain: list[tuple[str, Input]] = []
    node: Node = works[-1]
    while isinstance(node, Work):
        if node.sign not in "+-" or not isinstance(node.right, Input):
            return None
        chain.append((node.sign, node.right))
        node = node.left
    return (node, chain[::-1]) if isinstance(node, Input) and len(chain) == len(works) else None
