"""Folds the idioms of a graph: a rate over hundred becomes a percent op, numerator and denominator one fraction."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from .node import HUNDRED, ONE, Input, Literal, Node, Work, simple


def folded(final: Node, made: Iterable[Node], inferred: set[Node]) -> tuple[list[Work], set[Work]]:
    """Return the operations behind a node with idioms folded, in the order they were made, and the inferred ones."""
    uses: Counter[Node] = Counter()
    reached: set[Node] = set()

    def count(node: Node) -> None:
        uses[node] += 1
        if isinstance(node, Work) and node not in reached:
            reached.add(node)
            count(node.left)
            count(node.right)

    count(final)
    fold = _Fold(uses)
    marked: set[Node] = set()
    for node in made:
        if node in reached:
            folded = fold(node)
            if node in inferred:
                marked.add(folded)
    last = fold(final)
    needed: set[Node] = set()

    def need(node: Node) -> None:
        if isinstance(node, Work) and node not in needed:
            needed.add(node)
            need(node.left)
            need(node.right)

    need(last)
    works = [work for work in fold.order if work in needed]
    works = [work for work in works if work != last] + [work for work in works if work == last]
    return works, {node for node in marked if isinstance(node, Work) and node in needed}


class _Fold:
    """Rewrites operations bottom-up; remembers the order in which the new ones came up."""

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

    def keep(self, node: Node) -> Node:
        if isinstance(node, Work):
            self.order.setdefault(node)
        return node

    def _sum(self, node: Work) -> Node:
        left, right = self(node.left), self(node.right)
        if isinstance(right, Work) and right.sign == "of" and right.left == left and self.uses[node.right] == 1:
            return self.keep(Work("up" if node.sign == "+" else "off", left, right.right))
        if (
            node.sign == "+"
            and isinstance(left, Work)
            and left.sign == "of"
            and left.left == right
            and self.uses[node.left] == 1
        ):
            return self.keep(Work("up", right, left.right))
        share = _share(right)
        if left == ONE and share is not None and self.uses[node.right] == 1:
            rest = self.keep(Work(node.sign, HUNDRED, share))
            return self.keep(Work("/", rest, HUNDRED))
        return self.keep(simple(node.sign, left, right))

    def _factors(self, node: Node, tops: list[Node], bottoms: list[Node], *, first: bool = True) -> None:
        """Collect the factors of a product, through products used nowhere else that hold no percent idiom themselves."""
        whole = isinstance(node, Work) and node.sign in "*/" and (first or self.uses[node] == 1)
        if whole and not first:
            folded = self(node)
            whole = isinstance(folded, Work) and folded.sign in "*/"
        if whole and isinstance(node, Work):
            self._factors(node.left, tops, bottoms, first=False)
            if node.sign == "*":
                self._factors(node.right, tops, bottoms, first=False)
            else:
                self._factors(node.right, bottoms, tops, first=False)
        else:
            tops.append(node)

    def _product(self, node: Work) -> Node:
        tops: list[Node] = []
        bottoms: list[Node] = []
        self._factors(node, tops, bottoms)
        changed = _whole_fractions(tops, bottoms)
        rates = []
        while (rate := _rate(tops, bottoms) or self._shared(tops)) is not None:
            rates.append(rate)
        if not rates and not changed:
            return self.keep(simple(node.sign, self(node.left), self(node.right)))
        product = self._multiplied(tops, bottoms)
        for kind, percent in rates:
            if isinstance(product, Literal):
                over = percent if kind == "of" else self.keep(Work("-" if kind == "off" else "+", HUNDRED, percent))
                product = self.keep(simple("*", self.keep(Work("/", over, HUNDRED)), product))
            else:
                product = self.keep(Work(kind, product, percent))
        return product

    def _shared(self, tops: list[Node]) -> tuple[str, Node] | None:
        """Take a factor that is a share of hundred worked out before, such as `(100 - p) / 100`, out of a product."""
        for place, factor in enumerate(tops):
            folded = self(factor)
            share = _share(folded)
            if share is None or len(tops) < 2 or self.uses[factor] > 1:
                continue
            kind = _kind(share)
            if kind:
                del tops[place]
                return kind
        return None

    def _multiplied(self, tops: list[Node], bottoms: list[Node]) -> Node:
        node: Node | None = None
        for factor in tops:
            node = self(factor) if node is None else self.keep(simple("*", node, self(factor)))
        for factor in bottoms:
            node = self.keep(simple("/", node or ONE, self(factor)))
        return node or ONE


def _share(node: Node) -> Node | None:
    """Return p of a node `p / 100`."""
    return node.left if isinstance(node, Work) and node.sign == "/" and node.right == HUNDRED else None


def _kind(node: Node) -> tuple[str, Node] | None:
    """Return the percent op that a numerator over hundred is: of a rate, of what it leaves, or of more."""
    if isinstance(node, Input) and node.form == "rate":
        return "of", node
    if isinstance(node, Work) and node.left == HUNDRED and isinstance(node.right, Input) and node.right.form == "rate":
        return {"-": ("off", node.right), "+": ("up", node.right)}.get(node.sign)
    return None


def _whole_fractions(tops: list[Node], bottoms: list[Node]) -> bool:
    """Join the numerator and the denominator of a fraction that stand in one product; return whether any did."""
    changed = False
    for place, top in enumerate(tops):
        if isinstance(top, Input) and top.form == "top":
            bottom = next(
                (b for b in bottoms if isinstance(b, Input) and (b.index, b.form) == (top.index, "bottom")), None
            )
            if isinstance(bottom, Input):
                tops[place] = Input(top.index, "", top.value / bottom.value)
                bottoms.remove(bottom)
                changed = True
        left_over = _rest_of(top)
        under = [
            b for b in bottoms if left_over and isinstance(b, Input) and b.index == left_over.index and b.form != ""
        ]
        if left_over and under:
            tops[place] = Work("-", ONE, left_over)
            bottoms.remove(under[0])
            changed = True
    for divisor in list(bottoms):
        if isinstance(divisor, Input) and divisor.form == "divisor" and divisor.value > 2 and tops:
            bottoms.remove(divisor)
            tops.append(Input(divisor.index, "", 1 / divisor.value))
            changed = True
    return changed


def _rest_of(node: Node) -> Input | None:
    """Return the fraction a/b of a node `b - a`."""
    if not (
        isinstance(node, Work) and node.sign == "-" and isinstance(node.left, Input) and node.left.form == "bottom"
    ):
        return None
    if isinstance(node.right, Literal):
        return Input(node.left.index, "", node.right.value / node.left.value)
    if isinstance(node.right, Input) and node.right.index == node.left.index and node.right.form == "top":
        return Input(node.left.index, "", node.right.value / node.left.value)
    return None


def _rate(tops: list[Node], bottoms: list[Node]) -> tuple[str, Node] | None:
    """Take a percent idiom out of a product: a rate over hundred, whichever way it is written."""
    hundredth = Literal(Fraction(1, 100))
    if HUNDRED not in bottoms and hundredth not in tops:
        return None
    for place, factor in enumerate(tops):
        kind = _kind(factor)
        if kind and (kind[0] != "of" or len(tops) > 1):
            del tops[place]
            if HUNDRED in bottoms:
                bottoms.remove(HUNDRED)
            else:
                tops.remove(hundredth)
            return kind
    return None
