"""The ops of the trace language, one class each.

The parser, the writer, the op table, the experts' vocabularies, the test strategies and the reward derive from
these classes. The fields of a class, in order, are the keys of its YAML mapping. Its docstring is its meaning in the
op table. `run` executes the op on a `State`, whose values are fractions, or columns of numbers with a row per trace.
"""

import re
from dataclasses import MISSING, dataclass, fields
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple, get_args

from .document import Node, Odd
from .fields import (
    KINDS,
    OPERATION_NAMES,
    OPERATIONS,
    Kind,
    Number,
    Operand,
    Operation,
    Pair,
    Source,
    Symbols,
    Var,
    show,
)
from .refusal import TraceError, did_you_mean
from .state import State


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace."""

    op: ClassVar[str]

    @property
    def word(self) -> str:
        """The step's name in vocabularies and shapes: its op, or the operation of a compute."""
        return self.op

    @property
    def names(self) -> list[str]:
        """The variables that this step sets, changes or queries."""
        return [getattr(self, name) for name, field in fields_of(type(self)).items() if field.kind is KINDS[Var]]

    def run(self, state: State) -> object:
        """Run the step on `state` and return the value it set or read; raise TraceError if a rule is broken."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Init(Step):
    """Name a quantity the text gives, or an earlier sub-trace's result (`prev.result`, `sub0.result`)."""

    op: ClassVar[str] = "init"
    var: Var
    value: Number | None = None
    source: Source | None = None

    def run(self, state: State) -> object:
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

    def run(self, state: State) -> object:
        left, right = self.args
        if not (isinstance(left, str) and isinstance(right, str)):
            self._check_literals(state)
        a, b = state.value(left), state.value(right)
        if self.compute_op == "div":
            state.require(b != 0, "division_by_zero", f"{right} is 0; nothing is divided by 0")
        return state.derive(self.var, OPERATIONS[self.compute_op](a, b))

    def _check_literals(self, state: State) -> None:
        left, right = self.args
        _need_variable(left, right)
        literal, other = (right, left) if isinstance(left, str) else (left, right)
        state.require(literal != 0, "literal_identity", "a literal 0 in args; use what the text gives")
        if self.compute_op == "mul" or (self.compute_op == "div" and literal is right):
            state.require(literal != 1, "literal_identity", f"a literal 1 copies {other}")


@dataclass(frozen=True, slots=True)
class Percent(Step):
    """Base class of the three percent ops (P6): a base, a rate in percent, and the rate that only copies the base."""

    base: Operand
    rate: Operand
    var: Var

    copies_at: ClassVar[int]

    def share(self, rate: Any) -> Any:
        """Return the result in hundredths of the base."""
        raise NotImplementedError

    def run(self, state: State) -> object:
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

    def run(self, state: State) -> object:
        return state.change(self.entity, state.lookup(self.entity) - state.withdrawal(self.entity, self.amount))


@dataclass(frozen=True, slots=True)
class AddEntity(Step):
    """Add a positive amount to an entity."""

    op: ClassVar[str] = "add_entity"
    entity: Var
    amount: Operand

    def run(self, state: State) -> object:
        return state.change(self.entity, state.lookup(self.entity) + state.amount(self.amount))


@dataclass(frozen=True, slots=True)
class Transfer(Step):
    """Move a positive amount from one entity to another."""

    op: ClassVar[str] = "transfer"
    from_entity: Var
    to_entity: Var
    amount: Operand

    def run(self, state: State) -> object:
        if self.from_entity == self.to_entity:
            raise TraceError("transfer_to_self", f"{self.from_entity} gives to itself; name two entities")
        before = state.lookup(self.to_entity)
        moved = state.withdrawal(self.from_entity, self.amount)
        state.change(self.from_entity, state.lookup(self.from_entity) - moved)
        return state.change(self.to_entity, before + moved)


@dataclass(frozen=True, slots=True)
class Query(Step):
    """The answer: the last step, and a value that was worked out, not given."""

    op: ClassVar[str] = "query"
    var: Var

    def run(self, state: State) -> object:
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
"""Names of groups of step words, which vocabularies and shapes may use."""


def read_step(node: Node, symbols: Symbols = {}) -> Step:
    """Return the step in `node`; raise TraceError unless it has the fields of its op, each once and valid."""
    if not isinstance(node, dict):
        raise TraceError("not_a_step", f"{show(node)} is not a step; write {{op: ..., ...}}")
    name = node.get("op")
    if not isinstance(name, str) or name not in OPS:
        raise TraceError("unknown_op", f"op is {show(name)}; {_op_hint(name, node)}{did_you_mean(name, OPS)}")
    kind = OPS[name]
    known = fields_of(kind)
    for key, value in node.items():
        if key != "op" and key not in known:
            raise TraceError("unknown_field", f"{name} has no field {show(key)}; {_field_hint(name, node, key)}")
        if isinstance(value, Odd):
            raise TraceError("odd_yaml", f"{key} is {value.description}; write the plain value once")
    values = {}
    for key, field in known.items():
        if key in node:
            try:
                values[key] = field.kind.read(node[key], symbols)
            except TraceError as error:
                error.reason = f"{key}: {error.reason}"
                raise
        elif field.needed:
            raise _missing_fields(name, node)
    return kind(**values)


_DIGITS = re.compile(r"[0-9]{3}(?:\.[0-9]+)?")


def _op_hint(name: Node | None, node: dict[str, Node]) -> str:
    """Return a hint for an operation that is given as an op, or for a key in the wrong case."""
    if name is None:
        return next((f"write op for {show(key)}; " for key in node if key.lower() == "op"), "")
    operation = OPERATION_NAMES.get(name.lower(), name.lower()) if isinstance(name, str) else None
    return f"write op: compute, compute_op: {operation}; " if operation in OPERATIONS else ""


def _field_hint(name: str, node: dict[str, Node], key: str) -> str:
    """Return a hint for a field that an op does not have: its name in lower case, the whole number, or its fields."""
    known = fields_of(OPS[name])
    if key.lower() in known:
        return f"write {key.lower()}"
    if _DIGITS.fullmatch(key):
        return f"write numbers without commas: {_joined(node, key)}"
    behind = list(node)[list(node).index(key) - 1]
    text = node[behind]
    if not node[key] and isinstance(text, str) and behind in known:
        if behind == "args":
            return f"write args: [{text.strip('( ')}, {key.strip(') ')}]"[:80]
        if text.lstrip("-").isdecimal() and key.isdecimal():
            return f"write a point before decimals: {text}.{key}"[:80]
    return f"{name} has {', '.join(known)}"


def _joined(node: dict[str, Node], key: str) -> str:
    """Return the number whose digits commas separate: YAML reads each group behind a comma as a key."""
    keys = list(node)
    place = keys.index(key)
    head = node[keys[place - 1]] if place else ""
    groups = [*takewhile(_DIGITS.fullmatch, keys[place:])]
    return "".join([head if isinstance(head, str) else "", *groups])[:40]


def _missing_fields(name: str, node: dict[str, Node]) -> TraceError:
    """Return the error that names the required fields which a step lacks."""
    known = fields_of(OPS[name])
    missing = [key for key, field in known.items() if field.needed and key not in node]
    return TraceError("missing_field", f"{name} lacks {' and '.join(missing)}; it has {', '.join(known)}")


def write_step(step: Step) -> str:
    """Return the canonical text of a step, a YAML flow mapping."""
    shown = [f"op: {step.op}"]
    for name, field in fields_of(type(step)).items():
        value = getattr(step, name)
        if value is not None:
            shown.append(f"{name}: {field.kind.write(value)}")
    return f"{{{', '.join(shown)}}}"


def op_table() -> list[tuple[str, str, str]]:
    """Return the op table: the name, the fields and the meaning of each op."""
    rows = []
    for name, kind in OPS.items():
        known = fields_of(kind)
        needed = [key + field.kind.doc for key, field in known.items() if field.needed]
        either = " or ".join(key for key, field in known.items() if not field.needed)
        rows.append((name, ", ".join(filter(None, [*needed, either])), (kind.__doc__ or "").strip()))
    return rows


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


def fields_of(step: type[Step]) -> dict[str, _Field]:
    """Return the fields of an op in order; a field annotated `... | None` is optional."""
    return _FIELDS[step]
