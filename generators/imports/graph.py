"""What a linked solution computes, as a graph of operations: percent idioms folded, fractions whole, nothing twice.

Every number of the question stays as it is written there: what a solution did in its head (`.6` for a discount
of 40 %) becomes a step or part of a percent op, so that the one who wires never computes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from .constants import table
from .formula import Formula, Leaf
from .link import Linking
from .mentions import Mention
from .solution import Step
from .source import Derived, Earlier, Given, Plain, Source, World


@dataclass(frozen=True, slots=True)
class Input:
    """A quantity of the question: `part` says which number of it, where it has several."""

    index: int
    part: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Fixed:
    """A constant of the world, by its name in the table."""

    name: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Literal:
    """A number that belongs to an operation and is written in its arguments."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Work:
    """An operation: `+ - * /`, or a percent op on base and rate."""

    sign: str
    left: "Node"
    right: "Node"


Node = Input | Fixed | Literal | Work

PERCENT = {"of": "percent_of", "off": "percent_off", "up": "percent_increase"}
HUNDRED = Literal(Fraction(100))
ONE = Literal(Fraction(1))
ZERO = Literal(Fraction(0))


class NoGraph(ValueError):
    """The linked solution cannot be written as a trace; says why."""


@dataclass(frozen=True)
class Graph:
    """The operations in the order in which they are worked out; the last is the answer."""

    works: list[Work]
    inferred: frozenset[Work]

    @property
    def final(self) -> Work:
        """The operation that gives the answer."""
        return self.works[-1]


def build(mentions: list[Mention], steps: list[Step], linking: Linking) -> Graph:
    """Return the graph of a linked solution; raise NoGraph if it is none."""
    raw = _Raw(mentions, steps, linking)
    final: Node = raw.of_step(linking.final)
    if linking.scale != 1:
        final = raw.make("*" if linking.scale > 1 else "/", final, HUNDRED)
    works, marked = _folded(final, raw)
    if not works:
        raise NoGraph("given: the answer is a number of the question, nothing is worked out")
    order = dict.fromkeys(works)
    if any(ZERO in (work.left, work.right) for work in order):
        raise NoGraph("negative: a step takes from nothing")
    if not any(isinstance(node, Input) for work in works for node in (work.left, work.right)):
        raise NoGraph("no_input: no number of the question is used")
    return Graph(list(order), frozenset(marked))


class _Raw:
    """The graph as linked, before percent idioms are folded."""

    def __init__(self, mentions: list[Mention], steps: list[Step], linking: Linking):
        self.mentions = mentions
        self.steps = steps
        self.linking = linking
        self.made: dict[Node, int] = {}
        self.inferred: set[Node] = set()
        self.done: dict[int, Node] = {}
        for place in sorted({place for place, _ in linking.sources}):
            self.of_step(place)

    def of_step(self, place: int) -> Node:
        if place not in self.done:
            numbers = iter(range(10_000))
            self.done[place] = self._formula(self.steps[place].formula, place, numbers)
        return self.done[place]

    def _formula(self, formula: Formula, place: int, numbers: Iterator[int]) -> Node:
        if isinstance(formula, Leaf):
            return self._source(self.linking.sources[place, next(numbers)])
        left = self._formula(formula.left, place, numbers)
        return self.make(formula.sign, left, self._formula(formula.right, place, numbers))

    def make(self, sign: str, left: Node, right: Node) -> Node:
        """Return an operation, simplified where that needs no look at the rest."""
        node = _simple(sign, left, right)
        if isinstance(node, Work):
            self.made.setdefault(node, len(self.made))
        return node

    def _source(self, source: Source) -> Node:
        if isinstance(source, Earlier):
            return self.of_step(source.step)
        if isinstance(source, Plain):
            return Literal(source.value)
        if isinstance(source, World):
            return Fixed(source.name, next(constant.value for constant in table() if constant.name == source.name))
        if isinstance(source, Derived):
            node = self.make(source.sign, self._source(source.left), self._source(source.right))
            self.inferred.add(node)
            return node
        return self._given(source)

    def _given(self, source: Given) -> Node:
        quantity = self.mentions[source.index].quantity
        index = self.mentions[source.index].alias
        form = source.form

        def part(name: str, value: Fraction | int) -> Node:
            return Input(index, name, Fraction(value))

        whole = part("rate" if quantity.kind == "percent" else "", quantity.value)
        make = self.make
        if form in ("top", "bottom"):
            return part(form, quantity.top if form == "top" else quantity.bottom)
        if form == "divisor":
            return part("divisor", quantity.bottom)
        if quantity.kind == "group" and quantity.top != 1:
            groups, size = part("groups", quantity.top), part("size", quantity.bottom)
            return {"groups": groups, "size": size}.get(form) or make("*", groups, size)
        if quantity.kind == "clock":
            hour, minute = part("hour", quantity.top), part("minute", quantity.bottom)
            if form in ("hour", "minute"):
                return hour if form == "hour" else minute
            time = (
                hour
                if not quantity.bottom
                else make("+", hour, make("/", minute, Fixed("minutes_per_hour", Fraction(60))))
            )
            return time if form == "clock" else make("+", time, Fixed("hours_per_half_day", Fraction(12)))
        return {
            "share": lambda: make("/", whole, HUNDRED),
            "rest": lambda: make("-", HUNDRED, whole),
            "rest_share": lambda: make("/", make("-", HUNDRED, whole), HUNDRED),
            "grown": lambda: make("+", HUNDRED, whole),
            "grown_share": lambda: make("/", make("+", HUNDRED, whole), HUNDRED),
            "other": lambda: make("-", ONE, whole),
            "other_top": lambda: make(
                "-", part("bottom", quantity.bottom), ONE if quantity.top == 1 else part("top", quantity.top)
            ),
            "more": lambda: make("+", ONE, whole),
            "cents": lambda: make("*", whole, Fixed("cents_per_dollar", Fraction(100))),
            "dollars": lambda: make("/", whole, Fixed("cents_per_dollar", Fraction(100))),
        }.get(form, lambda: whole)()


def _simple(sign: str, left: Node, right: Node) -> Node:  # noqa: PLR0911 - one return for each rule
    if isinstance(left, Literal) and isinstance(right, Literal):
        a, b = left.value, right.value
        if sign == "/" and not b:
            raise NoGraph("division by zero")
        return Literal({"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "/" else a / b)
    if (right == ONE and sign in "*/") or (right == ZERO and sign in "+-"):
        return left
    if (left == ONE and sign == "*") or (left == ZERO and sign == "+"):
        return right
    taken_right, taken_left = _taken(right), _taken(left)
    if taken_right is not None and sign in "+-":
        return _simple("-" if sign == "+" else "+", left, taken_right)
    if taken_left is not None and sign == "+":
        return _simple("-", right, taken_left)
    if left == ONE and sign == "/" and isinstance(right, Input) and right.part == "divisor":
        return Input(right.index, "", 1 / right.value)
    if _fraction_of(sign, left, right):
        return Input(left.index, "", left.value / right.value)  # type: ignore[union-attr]
    return Work(sign, left, right)


def _fraction_of(sign: str, top: Node, bottom: Node) -> bool:
    return (
        sign == "/"
        and isinstance(top, Input)
        and isinstance(bottom, Input)
        and (top.part, bottom.part, top.index) == ("top", "bottom", bottom.index)
    )


def _taken(node: Node) -> Node | None:
    return node.right if isinstance(node, Work) and node.sign == "-" and node.left == ZERO else None


def _folded(final: Node, raw: _Raw) -> tuple[list[Work], set[Work]]:
    """Return the operations behind a node with their percent idioms and fractions folded."""
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
    for node in raw.made:
        if node in reached:
            folded = fold(node)
            if node in raw.inferred:
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
        return self.keep(_simple(node.sign, left, right))

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
            return self.keep(_simple(node.sign, self(node.left), self(node.right)))
        product = self._multiplied(tops, bottoms)
        for kind, percent in rates:
            if isinstance(product, Literal):
                over = percent if kind == "of" else self.keep(Work("-" if kind == "off" else "+", HUNDRED, percent))
                product = self.keep(_simple("*", self.keep(Work("/", over, HUNDRED)), product))
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
            node = self(factor) if node is None else self.keep(_simple("*", node, self(factor)))
        for factor in bottoms:
            node = self.keep(_simple("/", node or ONE, self(factor)))
        return node or ONE


def _share(node: Node) -> Node | None:
    """Return p of a node `p / 100`."""
    return node.left if isinstance(node, Work) and node.sign == "/" and node.right == HUNDRED else None


def _kind(node: Node) -> tuple[str, Node] | None:
    """Return the percent op that a numerator over hundred is: of a rate, of what it leaves, or of more."""
    if isinstance(node, Input) and node.part == "rate":
        return "of", node
    if isinstance(node, Work) and node.left == HUNDRED and isinstance(node.right, Input) and node.right.part == "rate":
        return {"-": ("off", node.right), "+": ("up", node.right)}.get(node.sign)
    return None


def _whole_fractions(tops: list[Node], bottoms: list[Node]) -> bool:
    """Join the numerator and the denominator of a fraction that stand in one product; return whether any did."""
    changed = False
    for place, top in enumerate(tops):
        if isinstance(top, Input) and top.part == "top":
            bottom = next(
                (b for b in bottoms if isinstance(b, Input) and (b.index, b.part) == (top.index, "bottom")), None
            )
            if isinstance(bottom, Input):
                tops[place] = Input(top.index, "", top.value / bottom.value)
                bottoms.remove(bottom)
                changed = True
        left_over = _rest_of(top)
        under = [
            b for b in bottoms if left_over and isinstance(b, Input) and b.index == left_over.index and b.part != ""
        ]
        if left_over and under:
            tops[place] = Work("-", ONE, left_over)
            bottoms.remove(under[0])
            changed = True
    for divisor in list(bottoms):
        if isinstance(divisor, Input) and divisor.part == "divisor" and divisor.value > 2 and tops:
            bottoms.remove(divisor)
            tops.append(Input(divisor.index, "", 1 / divisor.value))
            changed = True
    return changed


def _rest_of(node: Node) -> Input | None:
    """Return the fraction a/b of a node `b - a`."""
    if not (
        isinstance(node, Work) and node.sign == "-" and isinstance(node.left, Input) and node.left.part == "bottom"
    ):
        return None
    if isinstance(node.right, Literal):
        return Input(node.left.index, "", node.right.value / node.left.value)
    if isinstance(node.right, Input) and node.right.index == node.left.index and node.right.part == "top":
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
