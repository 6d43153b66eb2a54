"""Writes a graph of operations as a program: one trace of the expert whose shape it has, or a composition of traces."""

from dataclasses import dataclass
from functools import cached_property

from generators.imports.question.mentions import Mention
from generators.text.rules import first
from solver.program import MAX_PARTS, MAX_STEPS, Trace

from .build import Graph
from .entity_tracks import write_entity_track
from .node import HUNDRED, Fixed, Input, Literal, Node, NoGraph, Work
from .traces import PERCENT, Naming, Operands, Written, inputs_of, write_trace


def write_program(graph: Graph, mentions: list[Mention], naming: Naming) -> Written:
    """Return the program of a graph; raise NoGraph if no trace can hold it."""
    works = graph.works
    if any(work.sign in PERCENT for work in works):
        groups = _groups(graph)
        odd = any(group[0].sign in PERCENT and not _has_two_names(group[0]) for group in groups)
        if len(groups) > MAX_PARTS or odd:
            works = _without_percent(works)
        elif len(groups) > 1:
            return _composition(groups, naming)
    written = write_entity_track(works, mentions, naming) or _single(works, mentions, naming)
    if any(len(trace.steps) > MAX_STEPS for trace in written.program):
        raise NoGraph("too_long: the trace has more steps than are allowed")
    return written


@dataclass(frozen=True)
class Single:
    """The operations of a program of one trace."""

    works: list[Work]
    mentions: list[Mention]

    @cached_property
    def inputs(self) -> list[Input | Fixed]:
        """The numbers that the operations use."""
        return inputs_of(self.works)


def percentage(single: Single) -> str | None:
    """Recognises one percent op on two numbers: 20 % of 60."""
    one = len(single.works) == 1 and len(single.inputs) == 2
    return "percentage" if one and single.works[0].sign in PERCENT else None


def rate_equation(single: Single) -> str | None:
    """Recognises one product of two numbers: 3 boxes with 5 pens each."""
    one = len(single.works) == 1 and len(single.inputs) == 2
    return "rate_equation" if one and single.works[0].sign == "*" else None


def comparison(single: Single) -> str | None:
    """Recognises two steps on two numbers: one by a factor or a difference, the other on its result."""
    if len(single.works) != 2 or len(single.inputs) != 2:
        return None
    inner, outer = single.works
    linked = inner in (outer.left, outer.right) and not any(work.sign in PERCENT for work in single.works)
    told = [single.mentions[node.index] for node in single.inputs if isinstance(node, Input)]
    compares = any(
        mention.is_factor or mention.is_difference or mention.quantity.kind in ("multiple", "half", "fraction")
        for mention in told
    )
    return "comparison" if linked and compares and len(inputs_of([inner])) == 2 else None


EXPERT_RULES = (percentage, rate_equation, comparison)


def _single(works: list[Work], mentions: list[Mention], naming: Naming) -> Written:
    """Return the program of one trace, by the expert that fits."""
    single = Single(works, mentions)
    return write_trace(first(EXPERT_RULES, single) or "arithmetic", works, naming(single.inputs), {})


def _has_two_names(work: Work) -> bool:
    """Return whether the operands of an operation are two different names, as the fixed shapes need."""
    return work.left != work.right and not isinstance(work.left, Literal) and not isinstance(work.right, Literal)


class _WithoutPercent:
    """Rewrites percent ops as products over hundred; `made` holds the operations in order."""

    def __init__(self) -> None:
        self.made: dict[Work, None] = {}
        self.memo: dict[Node, Node] = {}

    def __call__(self, node: Node) -> Node:
        if not isinstance(node, Work):
            return node
        if node not in self.memo:
            left, right = self(node.left), self(node.right)
            self.memo[node] = (
                self.over_hundred(node.sign, left, right) if node.sign in PERCENT else self.make(node.sign, left, right)
            )
        return self.memo[node]

    def over_hundred(self, sign: str, base: Node, rate: Node) -> Work:
        """Return a percent op as `base * rate / 100`, with 100 - rate or 100 + rate for `off` and `up`."""
        if sign != "of":
            rate = self.make("-" if sign == "off" else "+", HUNDRED, rate)
        return self.make("/", self.make("*", base, rate), HUNDRED)

    def make(self, sign: str, left: Node, right: Node) -> Work:
        work = Work(sign, left, right)
        self.made.setdefault(work)
        return work


def _without_percent(works: list[Work]) -> list[Work]:
    """Return the operations without percent ops, for programs that would have too many sub-traces."""
    rewrite = _WithoutPercent()
    for work in works:
        rewrite(work)
    return list(rewrite.made)


def _groups(graph: Graph) -> list[list[Work]]:
    """Cut a graph into groups with one result each: every percent op alone, the arithmetic between them together."""
    users: dict[Work, set[Work]] = {work: set() for work in graph.works}
    for work in graph.works:
        for node in (work.left, work.right):
            if isinstance(node, Work):
                users[node].add(work)
    ends: dict[Work, Work] = {}
    for work in reversed(graph.works):
        later = {ends[user] for user in users[work]}
        percent = work.sign in PERCENT or any(user.sign in PERCENT for user in users[work])
        ends[work] = work if work is graph.final or percent or len(later) != 1 else later.pop()
    groups: dict[Work, list[Work]] = {work: [] for work in graph.works if ends[work] == work}
    for work in graph.works:
        groups[ends[work]].append(work)
    return list(groups.values())


def _composition(groups: list[list[Work]], naming: Naming) -> Written:
    """Return the composition of one trace for each group."""
    traces: list[Trace] = []
    operands: list[Operands] = []
    places = {group[-1]: place for place, group in enumerate(groups)}
    # Named together, so that no two numbers of a composition have one name.
    names = naming(inputs_of(work for group in groups for work in group))
    for place, group in enumerate(groups):
        sources = _sources(group, place, places)
        written = write_trace(_expert(group, sources), group, names, sources)
        traces += written.program
        operands += written.operands
    return Written(tuple(traces), operands)


def _sources(group: list[Work], place: int, places: dict[Work, int]) -> dict[Work, str]:
    """Return the results of earlier sub-traces that a group uses, each with its source."""
    inside = set(group)
    used = (node for work in group for node in (work.left, work.right) if isinstance(node, Work))
    return {
        node: "prev.result" if places[node] == place - 1 else f"sub{places[node]}.result"
        for node in used
        if node not in inside
    }


def _expert(group: list[Work], sources: dict[Work, str]) -> str:
    """Return the expert of a sub-trace."""
    if group[0].sign in PERCENT:
        return "percentage"
    product = len(group) == 1 and group[0].sign == "*" and not sources and _has_two_names(group[0])
    return "rate_equation" if product else "arithmetic"
