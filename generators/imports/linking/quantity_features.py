"""Features of a quantity of the question as the origin of a number: words, owner, money, and the use of its kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generators.imports.candidates.place import Weights, weight_of
from generators.imports.candidates.position import Role
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Leaf
from generators.imports.solution.step import Step

Feature = tuple[str, float]
"""The name of a feature and its value."""

COUNTS = ("plain", "word", "money")
"""The kinds of a number that counts or measures."""
FACTORS = ("multiple", "half")


@dataclass(frozen=True, slots=True)
class LinkedQuantity:
    """A quantity that is linked to a number of the solution."""

    mention: Mention
    form: str
    leaf: Leaf
    step: Step
    role: Role
    operation: str
    """`sum` or `product`."""
    words: Weights
    sentence: frozenset[str]
    """Stems of the quantity's sentence."""
    subject: str
    """The subject of the line, or of the last line that has one."""
    owners: frozenset[str]
    """The owners of all quantities."""
    overlap: float
    """The weight of the words that the line shares with the quantity's clause."""
    best_overlap: float
    """The weight of the words that the best other line shares with it."""

    @property
    def after(self) -> frozenset[str]:
        """Stems of the words behind the number."""
        return frozenset(self.leaf.after)

    @property
    def counted(self) -> bool:
        """True if it counts a unit."""
        return bool(self.mention.unit) and not is_factor(self.mention)


def of_quantity(linked: LinkedQuantity) -> Iterator[Feature]:
    """Yield the features of a linked quantity."""
    for rule in QUANTITY_FEATURES:
        yield from rule(linked)


def operation(role: Role) -> str:
    """Return whether a number stands in a `product` or a `sum`."""
    return "product" if role.sign in "*/" else "sum"


def use(role: Role) -> str:
    """Return the operation at a number, and whether it divides or is subtracted."""
    names = {"+": "added", "-": "minus", "*": "times", "/": "over"}
    return names[role.sign] + ("_right" if role.right and role.sign in "-/" else "")


def is_factor(mention: Mention) -> bool:
    """Return True for `twice`, `half` and `3 times`."""
    return mention.is_factor or mention.quantity.kind in FACTORS


def words_behind(linked: LinkedQuantity) -> Iterator[Feature]:
    """Compare the words behind the number with those behind the quantity and with its clause."""
    mention, after = linked.mention, linked.after
    if not after:
        return
    if mention.unit and mention.unit in after:
        yield "unit_behind", 1
    elif not after.isdisjoint(mention.after):
        yield "word_behind", 1
    elif linked.counted:
        yield f"other_unit_behind_{linked.operation}", 1
    yield "next_word_behind", bool(mention.after) and linked.leaf.after[0] == mention.after[0]
    yield "clause_behind", min(2.0, weight_of(after & mention.clause, linked.words))


def words_of_line(linked: LinkedQuantity) -> Iterator[Feature]:
    """Compare the other words of the line with the quantity's clause and sentence."""
    line, clause = linked.step.line, linked.mention.clause
    near = (line & clause).difference(linked.leaf.before)
    yield "clause_in_line", min(3.0, weight_of(near, linked.words))
    yield "sentence_in_line", min(3.0, weight_of((line & linked.sentence) - clause, linked.words))


def unit_in_line(linked: LinkedQuantity) -> Iterator[Feature]:
    """Look for the quantity's unit in the line and behind its result."""
    if linked.counted:
        unit, result = linked.mention.unit, linked.step.after
        yield "unit_in_line", unit in linked.step.line
        if result:
            yield f"{'' if unit in result else 'no_'}unit_of_result_{linked.operation}", 1


def best_line(linked: LinkedQuantity) -> Iterator[Feature]:
    """Compare the line with the other line that shares most words with the quantity's clause."""
    yield "line_fits_best", linked.overlap > linked.best_overlap
    yield "line_fits_worse", min(2.0, max(0.0, linked.best_overlap - linked.overlap))


def owner(linked: LinkedQuantity) -> Iterator[Feature]:
    """Compare the quantity's owner with the names of the line, or with the last subject before it."""
    name, step = linked.mention.owner, linked.step
    if name and (step.subject or linked.owners & step.line):
        yield "owner" if name in step.line or name == step.subject else "owner_not_spoken_of", 1
    elif name and linked.subject:
        yield "owner_before" if name == linked.subject else "owner_not_before", 1


def product_of_money(linked: LinkedQuantity) -> Iterator[Feature]:
    """Check that a product with an amount of money gives money."""
    if linked.mention.money and linked.operation == "product" and linked.step.kind == "annotation":
        yield "money_of_result" if linked.step.money else "money_and_no_result", 1


def sum_of_money(linked: LinkedQuantity) -> Iterator[Feature]:
    """Check that a sum of amounts of money gives money, and no other sum does."""
    mention = linked.mention
    if linked.operation == "sum" and mention.quantity.kind in COUNTS and not is_factor(mention):
        yield "adds_up" if mention.money == linked.step.money else "adds_up_not", 1


def use_of_kind(linked: LinkedQuantity) -> Iterator[Feature]:
    """Name the operation on a quantity of a special kind: a fraction, a difference, a group, a number in words."""
    mention, kind = linked.mention, linked.mention.quantity.kind
    if kind in (*FACTORS, "fraction"):
        yield f"{kind}_{linked.form}_{use(linked.role)}", 1
    elif mention.is_factor or mention.is_difference:
        yield f"{'multiple' if mention.is_factor else 'versus'}_{use(linked.role)}", 1
    elif kind in ("ordinal", "clock", "group"):
        yield f"{kind}_{linked.operation}", 1
    elif kind == "word":
        yield "one" if mention.quantity.value == 1 else f"word_{linked.operation}", 1


def use_of_count(linked: LinkedQuantity) -> Iterator[Feature]:
    """Name the operation on a count or a rate."""
    if linked.mention.quantity.kind in COUNTS:
        yield f"{'rate' if linked.mention.rate_units else 'count'}_{use(linked.role)}", 1


QUANTITY_FEATURES: tuple[Callable[[LinkedQuantity], Iterator[Feature]], ...] = (
    words_behind,
    words_of_line,
    unit_in_line,
    best_line,
    owner,
    product_of_money,
    sum_of_money,
    use_of_kind,
    use_of_count,
)
"""The features of a quantity, by what they compare."""
