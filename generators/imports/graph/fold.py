"""Folds the idioms of a graph: a rate over hundred becomes a percent op, numerator and denominator one fraction."""

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from generators.text.rules import first

from .node import HUNDRED, ONE, Input, Literal, Node, Work, simple, within

_HUNDREDTH = Literal(Fraction(1, 100))


def folded(final: Node, made: Iterable[Node], inferred: set[Node]) -> tuple[list[Work], set[Work]]:
    """Return the operations behind a node with idioms folded, in the order they were made, and the inferred ones."""
    fold = _Fold(_uses(final))
    new = {node: fold(node) for node in made if node in fold.uses}
    last = fold(final)
    needed = within(last)
    works = [work for work in fold.order if work in needed]
    works = [work for work in works if work != last] + [work for work in works if work == last]
    marked = {new[node] for node in inferred if node in new}
    return works, {node for node in marked if isinstance(node, Work) and node in needed}


def _uses(final: Node) -> Counter[Node]:
    """Return how often each node behind a node is an operand; the final node counts as one use."""
    works = [node for node in within(final) if isinstance(node, Work)]
    return Counter([final, *(operand for work in works for operand in (work.left, work.right))])


class Sum(NamedTuple):
    """A sum or difference of folded operands, and whether each operand is used here alone."""

    sign: str
    left: Node
    right: Node
    left_is_free: bool
    right_is_free: bool
    keep: Callable[[Work], Work]


def percent_of_itself(found: Sum) -> Work | None:
    """Folds x - 20% of x, and x + 20% of x, into percent off and percent increase."""
    right = found.right
    if not (found.right_is_free and isinstance(right, Work) and right.sign == "of" and right.left == found.left):
        return None
    return found.keep(Work("up" if found.sign == "+" else "off", found.left, right.right))


def percent_first(found: Sum) -> Work | None:
    """Folds 20% of x + x into a percent increase."""
    left = found.left
    if found.sign != "+" or not (found.left_is_free and isinstance(left, Work)):
        return None
    return found.keep(Work("up", found.right, left.right)) if (left.sign, left.left) == ("of", found.right) else None


def one_and_share(found: Sum) -> Work | None:
    """Folds 1 - 20/100 into (100 - 20) / 100, which a product may take for a percent off."""
    rate = _over_hundred(found.right)
    if found.left != ONE or rate is None or not found.right_is_free:
        return None
    return found.keep(Work("/", found.keep(Work(found.sign, HUNDRED, rate)), HUNDRED))


SUM_RULES = (percent_of_itself, percent_first, one_and_share)


class Factor(NamedTuple):
    """A factor of a product, and the divisors of that product."""

    node: Node
    divisors: list[Node]


def numerator(factor: Factor) -> tuple[Node, Node] | None:
    """Joins the numerator of a fraction with its denominator: x * 2 / 3 is x * 2/3."""
    top = factor.node
    if not (isinstance(top, Input) and top.form == "top"):
        return None
    for bottom in factor.divisors:
        if isinstance(bottom, Input) and (bottom.index, bottom.form) == (top.index, "bottom"):
            return Input(top.index, "", top.value / bottom.value), bottom
    return None


def complement(factor: Factor) -> tuple[Node, Node] | None:
    """Joins the numerator of a complement with its denominator: x * (3 - 2) / 3 is x * (1 - 2/3)."""
    taken = _taken_from_denominator(factor.node)
    if taken is None:
        return None
    for bottom in factor.divisors:
        if isinstance(bottom, Input) and bottom.index == taken.index and bottom.form:
            return Work("-", ONE, taken), bottom
    return None


FRACTION_RULES = (numerator, complement)
"""Return the fraction in place of a factor, and the divisor that it takes up."""


class _Fold:
    """Rewrites operations bottom-up; remembers the order in which new ones are created."""

    def __init__(self, uses: Counter[Node]):
        self.uses = uses
        self.memo: dict[Node, Node] = {}
        self.order: dict[Work, None] = {}

    def __call__(self, node: Node) -> Node:
        if not isinstance(node, Work):
            return node
        if node not in self.memo:
            self.memo[node] = self._product(node) if node.sign in "*/" else self._sum(node)
        return self.memo[node]

    def _keep(self, work: Work) -> Work:
        self.order.setdefault(work)
        return work

    def _simple(self, sign: str, left: Node, right: Node) -> Node:
        node = simple(sign, left, right)
        return self._keep(node) if isinstance(node, Work) else node

    def _sum(self, node: Work) -> Node:
        left, right = self(node.left), self(node.right)
        free = self.uses[node.left] == 1, self.uses[node.right] == 1
        return first(SUM_RULES, Sum(node.sign, left, right, *free, self._keep)) or self._simple(node.sign, left, right)

    def _product(self, node: Work) -> Node:
        factors: list[Node] = []
        divisors: list[Node] = []
        self._collect(node, factors, divisors)
        changed = _join_fractions(factors, divisors)
        rates = []
        while (rate := _take_rate(factors, divisors) or self._take_share(factors)) is not None:
            rates.append(rate)
        if not rates and not changed:
            return self._simple(node.sign, self(node.left), self(node.right))
        product = self._multiplied(factors, divisors)
        for sign, percent in rates:
            product = self._of_rate(sign, product, percent)
        return product

    def _collect(self, node: Node, factors: list[Node], divisors: list[Node], *, outermost: bool = True) -> None:
        """Collect the factors and divisors of a product, through products used here alone that fold to products."""
        if not (isinstance(node, Work) and node.sign in "*/" and (outermost or self._is_inner_product(node))):
            factors.append(node)
            return
        self._collect(node.left, factors, divisors, outermost=False)
        if node.sign == "*":
            self._collect(node.right, factors, divisors, outermost=False)
        else:
            self._collect(node.right, divisors, factors, outermost=False)

    def _is_inner_product(self, node: Work) -> bool:
        if self.uses[node] != 1:
            return False
        inner = self(node)
        return isinstance(inner, Work) and inner.sign in "*/"

    def _take_share(self, factors: list[Node]) -> tuple[str, Node] | None:
        """Take a factor out of a product that is a share computed before, such as `(100 - p) / 100`."""
        for place, factor in enumerate(factors):
            rate = _over_hundred(self(factor))
            if rate is None or len(factors) < 2 or self.uses[factor] > 1:
                continue
            percent = _percent(rate)
            if percent:
                del factors[place]
                return percent
        return None

    def _multiplied(self, factors: list[Node], divisors: list[Node]) -> Node:
        node: Node | None = None
        for factor in factors:
            node = self(factor) if node is None else self._simple("*", node, self(factor))
        for divisor in divisors:
            node = self._simple("/", node or ONE, self(divisor))
        return node or ONE

    def _of_rate(self, sign: str, base: Node, rate: Node) -> Node:
        """Return a percent op, or base times share if the base is a literal, which percent ops do not accept."""
        if not isinstance(base, Literal):
            return self._keep(Work(sign, base, rate))
        over = rate if sign == "of" else self._keep(Work("-" if sign == "off" else "+", HUNDRED, rate))
        return self._simple("*", self._keep(Work("/", over, HUNDRED)), base)


def _over_hundred(node: Node) -> Node | None:
    """Return p of a node `p / 100`."""
    return node.left if isinstance(node, Work) and node.sign == "/" and node.right == HUNDRED else None


def _percent(node: Node) -> tuple[str, Node] | None:
    """Return the sign of the percent op of a numerator over hundred, and its rate: p, 100 - p or 100 + p."""
    if isinstance(node, Input) and node.form == "rate":
        return "of", node
    if isinstance(node, Work) and node.left == HUNDRED and isinstance(node.right, Input) and node.right.form == "rate":
        return {"-": ("off", node.right), "+": ("up", node.right)}.get(node.sign)
    return None


def _join_fractions(factors: list[Node], divisors: list[Node]) -> bool:
    """Join the parts of fractions within a product in place; return whether there were any."""
    changed = False
    for place, factor in enumerate(factors):
        found = first(FRACTION_RULES, Factor(factor, divisors))
        if found is not None:
            factors[place], bottom = found
            divisors.remove(bottom)
            changed = True
    for divisor in list(divisors):
        # A half as a divisor stays: `/ 2` is how solutions write it.
        if isinstance(divisor, Input) and divisor.form == "divisor" and divisor.value > 2 and factors:
            divisors.remove(divisor)
            factors.append(Input(divisor.index, "", 1 / divisor.value))
            changed = True
    return changed


def _taken_from_denominator(node: Node) -> Input | None:
    """Return the fraction a/b of a node `b - a`."""
    if not (isinstance(node, Work) and node.sign == "-"):
        return None
    bottom, top = node.left, node.right
    if not (isinstance(bottom, Input) and bottom.form == "bottom"):
        return None
    own = isinstance(top, Literal) or (isinstance(top, Input) and (top.index, top.form) == (bottom.index, "top"))
    return Input(bottom.index, "", top.value / bottom.value) if own and isinstance(top, Input | Literal) else None


def _take_rate(factors: list[Node], divisors: list[Node]) -> tuple[str, Node] | None:
    """Take a percent idiom out of a product: a rate and a division by hundred or a hundredth."""
    if HUNDRED not in divisors and _HUNDREDTH not in factors:
        return None
    for place, factor in enumerate(factors):
        percent = _percent(factor)
        if percent and (percent[0] != "of" or len(factors) > 1):
            del factors[place]
            if HUNDRED in divisors:
                divisors.remove(HUNDRED)
            else:
                factors.remove(_HUNDREDTH)
            return percent
    return None
