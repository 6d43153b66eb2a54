"""A graph of operations as a program: the expert by exact shape, or a composition around percent ops."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from generators.imports.question.mentions import Mention
from generators.text.lexicon import stem_set
from solver.ops import AddEntity, Compute, Consume, Init, PercentIncrease, PercentOf, PercentOff, Query, Step
from solver.program import MAX_PARTS, MAX_STEPS, Program, Trace
from solver.stems import stem

from .build import Graph
from .node import HUNDRED, Fixed, Input, Literal, Node, NoGraph, Work

_OPS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_PERCENT = {"of": PercentOf, "off": PercentOff, "up": PercentIncrease}
Naming = Callable[[Iterable[Input | Fixed]], dict[Input | Fixed, str]]

_LOSE = stem_set("away") | frozenset(map(stem, ["leave", "left", "go", "went", "fly", "flew"]))
_GAIN = frozenset(map(stem, ["find", "finds", "found", "buy", "buys", "bought", "get", "gets", "got", "receive", "received", "add", "added", "collect", "collected", "pick", "picked", "win", "won", "gain", "gained", "join", "joined", "earn", "earned", "come", "came", "arrive", "bake", "baked"]))  # fmt: skip


@dataclass
class Written:
    """A program, and where each of its operands comes from."""

    program: Program
    operands: list[dict[str, Input | Fixed]] = field(default_factory=list)
    """For each sub-trace, the named inputs; amounts of entity steps stand under `step N`."""


def write_program(graph: Graph, mentions: list[Mention], naming: Naming) -> Written:
    """Return the program of a graph; raise NoGraph if no trace can hold it."""
    works = graph.works
    if any(work.sign in _PERCENT for work in works):
        parts = _parts(graph)
        odd = any(part[0].sign in _PERCENT and not _two_names(part[0]) for part in parts)
        if len(parts) > MAX_PARTS or odd:
            works = _lowered(works)
        elif len(parts) > 1:
            return _composed(parts, naming)
    entity = _entity(works, mentions, naming)
    written = entity or _single(works, mentions, naming)
    if any(len(trace.steps) > MAX_STEPS for trace in written.program):
        raise NoGraph("too_long: the trace has more steps than are allowed")
    return written


def _two_names(work: Work) -> bool:
    """Return whether an operation has two different names as operands, as the fixed shapes ask."""
    return not _literal(work) and work.left != work.right


def _inputs(works: Iterable[Work]) -> list[Input | Fixed]:
    seen: dict[Input | Fixed, None] = {}
    for work in works:
        for node in (work.left, work.right):
            if isinstance(node, (Input, Fixed)):
                seen.setdefault(node)
    return list(seen)


def _single(works: list[Work], mentions: list[Mention], naming: Naming) -> Written:
    inputs = _inputs(works)
    words = [work.sign for work in works]
    expert = "arithmetic"
    if len(inputs) == 2 and len(works) == 1 and words[0] in _PERCENT and not _literal(works[0]):
        expert = "percentage"
    elif len(inputs) == 2 and words == ["*"] and not _literal(works[0]):
        expert = "rate_equation"
    elif len(inputs) == 2 and len(works) == 2 and _compares(works, inputs, mentions):
        expert = "comparison"
    names = naming(inputs)
    return _trace(expert, works, names, {}, early=expert != "arithmetic")


def _literal(work: Work) -> bool:
    return isinstance(work.left, Literal) or isinstance(work.right, Literal)


def _compares(works: list[Work], inputs: list[Input | Fixed], mentions: list[Mention]) -> bool:
    """Return whether two computes on two numbers compare: one by a factor or a difference, then with the first."""
    told = [mentions[node.index] for node in inputs if isinstance(node, Input)]
    first, second = works
    linked = first in (second.left, second.right) and not any(work.sign in _PERCENT for work in works)
    both = all(not isinstance(node, (Input, Fixed)) or node in inputs for node in (first.left, first.right))
    return (
        linked
        and both
        and len(_inputs([first])) == 2
        and any(m.is_factor or m.is_difference or m.quantity.kind in ("multiple", "half", "fraction") for m in told)
    )


def _trace(
    expert: str, works: list[Work], names: dict[Input | Fixed, str], results: dict[Work, str], *, early: bool = False
) -> Written:
    """Return one trace: each input given before it is first used, or all of them first."""
    steps: list[Step] = []
    operands: dict[str, Input | Fixed] = {}
    held: dict[Node, str] = {}

    def operand(node: Node) -> str | Fraction:
        if isinstance(node, Literal):
            return node.value
        if node in held:
            return held[node]
        if isinstance(node, Work):
            source = results[node]
            held[node] = "prev" if source == "prev.result" else source.partition(".")[0]
            steps.append(Init(held[node], source=source))  # type: ignore[arg-type]
            return held[node]
        name = held[node] = names[node]
        steps.append(Init(name, node.value))  # type: ignore[arg-type]
        operands[name] = node
        return name

    if early:
        for work in works:
            operand(work.left)
            if work.right not in works:
                operand(work.right)
            break
    for number, work in enumerate(works, 1):
        left, right = operand(work.left), operand(work.right)
        var = held[work] = "result" if number == len(works) else f"step{number}"
        if work.sign in _PERCENT:
            steps.append(_PERCENT[work.sign](left, right, var))  # type: ignore[arg-type]
        else:
            steps.append(Compute(_OPS[work.sign], (left, right), var))  # type: ignore[arg-type]
    steps.append(Query("result"))  # type: ignore[arg-type]
    return Written((Trace(expert, tuple(steps)),), [operands])


def _entity(works: list[Work], mentions: list[Mention], naming: Naming) -> Written | None:  # noqa: PLR0911 - one return for each way not to be a track
    """Return the track of one entity that gains and loses, where the text tells it so."""
    chain: list[tuple[str, Input]] = []
    node: Node = works[-1]
    while isinstance(node, Work):
        if node.sign not in "+-" or not isinstance(node.right, Input):
            return None
        chain.append((node.sign, node.right))
        node = node.left
    if not isinstance(node, Input) or len(chain) != len(works):
        return None
    held = node.value
    told = mentions[node.index]
    if told.quantity.kind in ("percent", "fraction", "half", "multiple", "clock"):
        return None
    for sign, amount in reversed(chain):
        mention = mentions[amount.index]
        verbs = mention.clause & (_LOSE if sign == "-" else _GAIN)
        if not verbs or mention.is_difference or amount.value <= 0 or (sign == "-" and amount.value > held):
            return None
        if mention.money != told.money or mention.quantity.kind in ("percent", "fraction", "half", "multiple"):
            return None
        if mention.quantity.start < told.quantity.start:
            return None
        held += amount.value if sign == "+" else -amount.value
    name = naming([node])[node]
    steps: list[Step] = [Init(name, node.value)]  # type: ignore[arg-type]
    operands: dict[str, Input | Fixed] = {name: node}
    for sign, amount in reversed(chain):
        kind = AddEntity if sign == "+" else Consume
        steps.append(kind(name, amount.value))  # type: ignore[arg-type]
        operands[f"step {len(steps)}"] = amount
    steps.append(Query(name))  # type: ignore[arg-type]
    return Written((Trace("entity_track", tuple(steps)),), [operands])


def _lowered(works: list[Work]) -> list[Work]:
    """Return the operations with percent ops written as products over hundred, for programs with too many parts."""
    out: dict[Work, None] = {}
    memo: dict[Node, Node] = {}

    def low(node: Node) -> Node:
        if not isinstance(node, Work):
            return node
        if node not in memo:
            left, right = low(node.left), low(node.right)
            if node.sign in _PERCENT:
                if node.sign != "of":
                    right = Work("-" if node.sign == "off" else "+", HUNDRED, right)
                    out.setdefault(right)
                product = Work("*", left, right)
                out.setdefault(product)
                made = Work("/", product, HUNDRED)
            else:
                made = Work(node.sign, left, right)
            out.setdefault(made)
            memo[node] = made
        return memo[node]

    for work in works:
        low(work)
    return list(out)


def _parts(graph: Graph) -> list[list[Work]]:
    """Cut a graph into parts with one result each: every percent op alone, the arithmetic between them together."""
    works = graph.works
    users: dict[Work, set[Work]] = {work: set() for work in works}
    for work in works:
        for node in (work.left, work.right):
            if isinstance(node, Work):
                users[node].add(work)
    home: dict[Work, Work] = {}
    for work in reversed(works):
        homes = {home[user] for user in users[work]}
        alone = work is graph.final or work.sign in _PERCENT or any(user.sign in _PERCENT for user in users[work])
        home[work] = work if alone or len(homes) != 1 else next(iter(homes))
    return [[work for work in works if home[work] == end] for end in works if home[end] == end]


def _composed(parts: list[list[Work]], naming: Naming) -> Written:
    traces: list[Trace] = []
    operands: list[dict[str, Input | Fixed]] = []
    ends = {part[-1]: number for number, part in enumerate(parts)}
    names = naming(_inputs(work for part in parts for work in part))  # all at once: no two numbers have one name
    for number, part in enumerate(parts):
        inside = set(part)
        results = {
            node: "prev.result" if ends[node] == number - 1 else f"sub{ends[node]}.result"
            for work in part
            for node in (work.left, work.right)
            if isinstance(node, Work) and node not in inside
        }
        expert = "arithmetic"
        if part[0].sign in _PERCENT:
            expert = "percentage"
        elif len(part) == 1 and part[0].sign == "*" and not results and _two_names(part[0]):
            expert = "rate_equation"
        written = _trace(expert, part, names, results)
        traces += written.program
        operands += written.operands
    return Written(tuple(traces), operands)
