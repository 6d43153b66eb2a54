"""The trace language, stated once: ops, what they mean, which expert speaks them, and in which shape.

Parser, writer, documentation, vocabularies, shapes, test strategies and reward derive from this module. One
class per op: its fields in order are the YAML keys, its docstring is its row of the op table, and `run` is
what it means, on a row of fractions and on a column of numbers alike (see `machine.State`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from fractions import Fraction
from functools import cache
from operator import add, mul, sub, truediv
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NewType, get_args

from .document import Node, Odd
from .number import read_number, write_number
from .refusal import TraceError, did_you_mean

if TYPE_CHECKING:
    from .machine import State

MAX_STEPS = 64
"""Steps of the longest trace."""
MAX_PARTS = 8
"""Sub-traces of the longest composition."""
MAX_NAME = 80
"""Characters of the longest variable name."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
SOURCE = re.compile(r"prev\.result|sub(?:0|[1-9][0-9]?)\.result")

OPERATIONS = {"add": add, "sub": sub, "mul": mul, "div": truediv}

# The kinds of field; `KINDS`, below the ops, says how each is read and written.
Var = NewType("Var", str)
Number = NewType("Number", Fraction)
Operand = NewType("Operand", object)
Operation = NewType("Operation", str)
Pair = NewType("Pair", tuple[Any, Any])
Source = NewType("Source", str)

Symbols = Mapping[str, Any]
"""What stands for a written scalar: a pattern's `$slot` names, mapped to text or to columns of numbers."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace."""

    op: ClassVar[str]

    @property
    def word(self) -> str:
        """The word that vocabularies and shapes know this step by."""
        return self.op

    @property
    def names(self) -> list[str]:
        """The variables this step sets, moves or asks for."""
        return [getattr(self, name) for name, field in _fields(type(self)).items() if field.kind is KINDS[Var]]

    def run(self, state: "State") -> object:
        """Carry the step out on `state`, return the value it set or read; raise TraceError."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Init(Step):
    """Name a quantity the text gives, or an earlier sub-trace's result (`prev.result`, `sub0.result`)."""

    op: ClassVar[str] = "init"
    var: Var
    value: Number | None = None
    source: Source | None = None

    def run(self, state: "State") -> object:
        if (self.value is None) == (self.source is None):
            found = "neither" if self.value is None else "both"
            raise TraceError("init_value", f"{found} of value and source; an init has exactly one")
        return state.give(self.var, state.result(self.source) if self.source else self.value)


@dataclass(frozen=True, slots=True)
class Compute(Step):
    """One binary operation; at least one argument is a variable, and none is a literal that changes nothing."""

    op: ClassVar[str] = "compute"
    compute_op: Operation
    args: Pair
    var: Var

    @property
    def word(self) -> str:
        return self.compute_op

    def run(self, state: "State") -> object:
        left, right = self.args
        if not (isinstance(left, str) and isinstance(right, str)):
            self._check_literals(state)
        a, b = state.value(left), state.value(right)
        if self.compute_op == "div":
            state.require(b != 0, "division_by_zero", f"{right} is 0; nothing is divided by 0")
        return state.derive(self.var, OPERATIONS[self.compute_op](a, b))

    def _check_literals(self, state: "State") -> None:
        left, right = self.args
        _need_variable(left, right)
        literal, other = (right, left) if isinstance(left, str) else (left, right)
        state.require(literal != 0, "literal_identity", "a literal 0 in args; use what the text gives")
        if self.compute_op == "mul" or (self.compute_op == "div" and literal is right):
            state.require(literal != 1, "literal_identity", f"a literal 1 copies {other}")


@dataclass(frozen=True, slots=True)
class Percent(Step):
    """What the three percent ops share: a base, a rate in percent, and the literals that change nothing."""

    base: Operand
    rate: Operand
    var: Var

    copies_at: ClassVar[int]

    def share(self, rate: Any) -> Any:
        """Return how many hundredths of the base the result is."""
        raise NotImplementedError

    def run(self, state: "State") -> object:
        base: Any = self.base
        rate: Any = self.rate
        _need_variable(base, rate)
        if not isinstance(rate, str):
            state.require(
                rate != self.copies_at, "literal_identity", f"a literal rate of {self.copies_at} copies the base"
            )
        if not isinstance(base, str):
            state.require(base != 0, "literal_identity", "a literal base of 0 gives nothing to compute")
        return state.derive(self.var, state.value(base) * self.share(state.value(rate)) / 100)


@dataclass(frozen=True, slots=True)
class PercentOf(Percent):
    """base * rate / 100"""

    op: ClassVar[str] = "percent_of"
    copies_at: ClassVar[int] = 100

    def share(self, rate: Any) -> Any:
        return rate


@dataclass(frozen=True, slots=True)
class PercentOff(Percent):
    """base * (100 - rate) / 100"""

    op: ClassVar[str] = "percent_off"
    copies_at: ClassVar[int] = 0

    def share(self, rate: Any) -> Any:
        return 100 - rate


@dataclass(frozen=True, slots=True)
class PercentIncrease(Percent):
    """base * (100 + rate) / 100"""

    op: ClassVar[str] = "percent_increase"
    copies_at: ClassVar[int] = 0

    def share(self, rate: Any) -> Any:
        return 100 + rate


@dataclass(frozen=True, slots=True)
class Consume(Step):
    """Take a positive amount from an entity that has as much."""

    op: ClassVar[str] = "consume"
    entity: Var
    amount: Operand

    def run(self, state: "State") -> object:
        return state.change(self.entity, state.held(self.entity) - state.taken(self.entity, self.amount))


@dataclass(frozen=True, slots=True)
class AddEntity(Step):
    """Add a positive amount to an entity."""

    op: ClassVar[str] = "add_entity"
    entity: Var
    amount: Operand

    def run(self, state: "State") -> object:
        return state.change(self.entity, state.held(self.entity) + state.amount(self.amount))


@dataclass(frozen=True, slots=True)
class Transfer(Step):
    """Move a positive amount from one entity to another."""

    op: ClassVar[str] = "transfer"
    from_entity: Var
    to_entity: Var
    amount: Operand

    def run(self, state: "State") -> object:
        if self.from_entity == self.to_entity:
            raise TraceError("transfer_to_self", f"{self.from_entity} gives to itself; name two entities")
        held = state.held(self.to_entity)
        moved = state.taken(self.from_entity, self.amount)
        state.change(self.from_entity, state.held(self.from_entity) - moved)
        return state.change(self.to_entity, held + moved)


@dataclass(frozen=True, slots=True)
class Query(Step):
    """The answer: the last step, and a value that was worked out, not given."""

    op: ClassVar[str] = "query"
    var: Var

    def run(self, state: "State") -> object:
        return state.answer(self.var)


def _need_variable(*operands: object) -> None:
    if not any(isinstance(operand, str) for operand in operands):
        raise TraceError("only_literals", "computes with literals alone; name the text's numbers with init first")


OPS: dict[str, type[Step]] = {
    kind.op: kind
    for kind in (Init, Compute, PercentOf, PercentOff, PercentIncrease, Consume, AddEntity, Transfer, Query)
}


GROUPS = {
    "COMPUTE": tuple(OPERATIONS),
    "PERCENT": tuple(name for name, kind in OPS.items() if issubclass(kind, Percent)),
    "ENTITY": (Consume.op, Transfer.op, AddEntity.op),
}
"""Words that vocabularies and shapes may use for several."""


@dataclass(frozen=True, slots=True)
class Expert:
    """Which words an expert may use (P4), and the shape its patterns have (P2, P5, P12, P14)."""

    vocabulary: str
    shape: str

    @property
    def words(self) -> frozenset[str]:
        """The step words of the vocabulary."""
        return _words(self.vocabulary)

    @property
    def fixed(self) -> bool:
        """Whether all traces of this expert have the same number and kinds of steps."""
        return "+" not in self.shape

    def fits(self, words: list[str]) -> bool:
        """Return whether a trace of these step words has this expert's shape."""
        return _shape(self.shape).fullmatch(" ".join(words) + " ") is not None


@cache
def _words(vocabulary: str) -> frozenset[str]:
    return frozenset(word for name in vocabulary.split() for word in GROUPS.get(name, (name,)))


@cache
def _shape(shape: str) -> re.Pattern[str]:
    """Compile a shape: each of its words, or group of words, matches one step word and the space behind it."""

    def alternatives(word: re.Match[str]) -> str:
        return f"(?:{'|'.join(f'{name} ' for name in GROUPS.get(word[0], (word[0],)))})"

    return re.compile("".join(re.sub(r"\w+", alternatives, token) for token in shape.split()))


EXPERTS = {
    "entity_track": Expert("init ENTITY COMPUTE query", "(init|ENTITY|COMPUTE)+ query"),
    "arithmetic": Expert("init COMPUTE query", "(init|COMPUTE)+ query"),
    "rate_equation": Expert("init mul query", "init init mul query"),
    "comparison": Expert("init COMPUTE query", "init init COMPUTE COMPUTE query"),
    "percentage": Expert("init PERCENT COMPUTE query", "init init PERCENT query"),
}
"""The five experts, in the order in which the system prompt names them."""


@dataclass(frozen=True, slots=True)
class Trace:
    """An expert's name and its steps."""

    expert: str
    steps: tuple[Step, ...]

    @property
    def words(self) -> list[str]:
        """The words of the steps, in order."""
        return [step.word for step in self.steps]

    @property
    def fits_shape(self) -> bool:
        """Whether the steps have the expert's shape."""
        return self.expert in EXPERTS and EXPERTS[self.expert].fits(self.words)


Program = tuple[Trace, ...]
"""One trace, or the sub-traces of a composition in order."""


def read_step(node: Node, symbols: Symbols = {}) -> Step:
    """Return the step that `node` writes; raise TraceError on anything but exactly its op's fields."""
    if not isinstance(node, dict):
        raise TraceError("not_a_step", f"{_show(node)} is not a step; write {{op: ..., ...}}")
    name = node.get("op")
    if not isinstance(name, str) or name not in OPS:
        raise TraceError("unknown_op", f"op is {_show(name)}; {did_you_mean(name, OPS)}")
    kind = OPS[name]
    known = _fields(kind)
    for key, value in node.items():
        if key != "op" and key not in known:
            hint = "write numbers without commas" if key.isdigit() else f"{name} has {', '.join(known)}"
            raise TraceError("unknown_field", f"{name} has no field {_show(key)}; {hint}")
        if isinstance(value, Odd):
            raise TraceError("odd_yaml", f"{key} is {value.what}; write the plain value once")
    values = {}
    for key, field in known.items():
        if key in node:
            try:
                values[key] = field.kind.read(node[key], symbols)
            except TraceError as error:
                error.reason = f"{key}: {error.reason}"
                raise
        elif field.needed:
            missing = [key for key, field in known.items() if field.needed and key not in node]
            raise TraceError("missing_field", f"{name} lacks {' and '.join(missing)}; it has {', '.join(known)}")
    return kind(**values)


def write_step(step: Step) -> str:
    """Return the canonical flow mapping of a step."""
    shown = [f"op: {step.op}"]
    for name, field in _fields(type(step)).items():
        value = getattr(step, name)
        if value is not None:
            shown.append(f"{name}: {field.kind.write(value)}")
    return f"{{{', '.join(shown)}}}"


def op_table() -> list[tuple[str, str, str]]:
    """Return the documentation of the ops: name, fields, meaning."""
    rows = []
    for name, kind in OPS.items():
        known = _fields(kind)
        needed = [key + field.kind.doc for key, field in known.items() if field.needed]
        either = " or ".join(key for key, field in known.items() if not field.needed)
        rows.append((name, ", ".join(filter(None, [*needed, either])), (kind.__doc__ or "").strip()))
    return rows


def _show(node: object) -> str:
    text = node.what if isinstance(node, Odd) else repr(node)
    return text if len(text) <= 40 else text[:37] + "..."


def _read_name(node: Node, symbols: Symbols) -> Any:
    if isinstance(node, str):
        if isinstance(symbols.get(node), str):
            return symbols[node]
        if len(node) <= MAX_NAME and NAME.fullmatch(node):
            return node
    raise TraceError("bad_name", f"{_show(node)} is not a variable name; write one such as bob.cards")


def _read_number(node: Node, symbols: Symbols) -> Any:
    if not isinstance(node, str):
        raise TraceError("bad_number", f"{_show(node)} is not a number")
    if node in symbols:
        return symbols[node]
    try:
        return read_number(node)
    except ValueError as error:
        raise TraceError("bad_number", str(error)) from None


def _read_operand(node: Node, symbols: Symbols) -> Any:
    if isinstance(node, str) and (node in symbols or (len(node) <= MAX_NAME and NAME.fullmatch(node))):
        return symbols.get(node, node)
    try:
        return _read_number(node, symbols)
    except TraceError:
        raise TraceError(
            "bad_operand", f"{_show(node)} is neither a variable nor a number; compute it in a step of its own"
        ) from None


def _read_pair(node: Node, symbols: Symbols) -> Any:
    if not isinstance(node, list) or len(node) != 2:
        raise TraceError("bad_args", f"{_show(node)} is not two arguments; write [a, b]")
    return tuple(_read_operand(arg, symbols) for arg in node)


def _read_operation(node: Node, _symbols: Symbols) -> Any:
    if not isinstance(node, str) or node not in OPERATIONS:
        raise TraceError("unknown_compute_op", f"{_show(node)} is no operation; {did_you_mean(node, OPERATIONS)}")
    return node


def _read_source(node: Node, _symbols: Symbols) -> Any:
    if not isinstance(node, str) or not SOURCE.fullmatch(node):
        raise TraceError("bad_source", f"{_show(node)} is no source; write prev.result or sub0.result")
    return node


def _write_operand(value: Any) -> str:
    return value if isinstance(value, str) else write_number(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a field of one kind is read from a node, written, and documented."""

    read: Callable[[Node, Symbols], Any]
    write: Callable[[Any], str]
    doc: str = ""


KINDS: dict[Any, Kind] = {
    Var: Kind(_read_name, str),
    Number: Kind(_read_number, _write_operand),
    Operand: Kind(_read_operand, _write_operand),
    Operation: Kind(_read_operation, str, f": {' '.join(OPERATIONS)}"),
    Pair: Kind(_read_pair, lambda pair: f"[{', '.join(map(_write_operand, pair))}]", ": [a, b]"),
    Source: Kind(_read_source, str),
}


class _Field(NamedTuple):
    kind: Kind
    needed: bool


_FIELDS = {
    step: {
        field.name: _Field(KINDS[(get_args(field.type) or (field.type,))[0]], field.default is MISSING)
        for field in fields(step)
    }
    for step in OPS.values()
}


def _fields(step: type[Step]) -> dict[str, _Field]:
    """Return the fields of an op in order; `Kind | None` is a field that may be left out."""
    return _FIELDS[step]
