"""The kinds of fields that steps have: how each is read from a YAML node, written and documented."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Any, NewType

from .document import Node, Odd
from .number import read_number, write_number
from .refusal import TraceError, did_you_mean

MAX_NAME = 80
"""The most characters a variable name may have."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
SOURCE = re.compile(r"prev\.result|sub(?:0|[1-9][0-9]?)\.result")

OPERATIONS = {"add": add, "sub": sub, "mul": mul, "div": truediv}

Var = NewType("Var", str)
Number = NewType("Number", Fraction)
Operand = NewType("Operand", object)
Operation = NewType("Operation", str)
Pair = NewType("Pair", tuple[Any, Any])
Source = NewType("Source", str)

Symbols = Mapping[str, Any]
"""Values for the `$slot` scalars of a pattern: strings for names, columns for numbers."""


def show(node: object) -> str:
    """Return a node as error messages quote it, in at most 40 characters."""
    text = node.description if isinstance(node, Odd) else repr(node)
    return text if len(text) <= 40 else text[:37] + "..."


def _read_name(node: Node, symbols: Symbols) -> Any:
    if isinstance(node, str):
        if isinstance(symbols.get(node), str):
            return symbols[node]
        if len(node) <= MAX_NAME and NAME.fullmatch(node):
            return node
    raise TraceError("bad_name", f"{show(node)} is not a variable name; write a name such as bob.cards")


def _read_number(node: Node, symbols: Symbols) -> Any:
    if not isinstance(node, str):
        raise TraceError("bad_number", f"{show(node)} is not a number")
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
            "bad_operand", f"{show(node)} is neither a variable nor a number; compute it in a step of its own"
        ) from None


def _read_pair(node: Node, symbols: Symbols) -> Any:
    if not isinstance(node, list) or len(node) != 2:
        raise TraceError("bad_args", f"{show(node)} is not two arguments; write [a, b]")
    return tuple(_read_operand(arg, symbols) for arg in node)


def _read_operation(node: Node, _symbols: Symbols) -> Any:
    if not isinstance(node, str) or node not in OPERATIONS:
        raise TraceError("unknown_compute_op", f"{show(node)} is not an operation; {did_you_mean(node, OPERATIONS)}")
    return node


def _read_source(node: Node, _symbols: Symbols) -> Any:
    if not isinstance(node, str) or not SOURCE.fullmatch(node):
        raise TraceError("bad_source", f"{show(node)} is not a source; write prev.result or sub0.result")
    return node


def _write_operand(value: Any) -> str:
    return value if isinstance(value, str) else write_number(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of field is read (raising TraceError), written, and documented in the op table."""

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
