"""The kinds of fields that steps have: how each is read from a YAML node, written and documented."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Any, NewType

from .document import Node, Odd
from .number import plain_form, read_number, write_number
from .refusal import TraceError, did_you_mean

MAX_NAME = 80
"""The most characters a variable name may have."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
SOURCE = re.compile(r"prev\.result|sub(?:0|[1-9][0-9]?)\.result")

OPERATIONS = {"add": add, "sub": sub, "mul": mul, "div": truediv}

OPERATION_NAMES = {
    **dict.fromkeys(("+", "plus", "addition", "sum"), "add"),
    **dict.fromkeys(("-", "\u2212", "\u2013", "minus", "subtract", "subtraction", "difference"), "sub"),
    **dict.fromkeys(("*", "\u00d7", "x", "\u00b7", "times", "multiply", "multiplication", "product"), "mul"),
    **dict.fromkeys(("/", "\u00f7", ":", "divide", "division", "quotient"), "div"),
}
"""Other names of the operations, which errors translate."""

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
    raise TraceError("bad_name", f"{show(node)} is not a variable name; write a name such as {_near_name(node)}")


def _near_name(node: Node) -> str:
    """Return a name like the text, or an example."""
    if not isinstance(node, str) or len(node) > MAX_NAME:
        return "bob.cards"
    plain = unicodedata.normalize("NFKD", node).encode("ascii", "ignore").decode()
    near = re.sub(r"[^A-Za-z0-9_.]+", "_", plain.replace("'", "")).strip("_.")
    return near if NAME.fullmatch(near) else "bob.cards"


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
        meant = plain_form(node) if isinstance(node, str) else None
        hint = f"write {meant}" if meant else "compute it in a step of its own"
        raise TraceError("bad_operand", f"{show(node)} is neither a variable nor a number; {hint}") from None


def _read_pair(node: Node, symbols: Symbols) -> Any:
    if not isinstance(node, list) or len(node) != 2:
        raise TraceError("bad_args", f"{show(node)} is not two arguments; write {_joined(node) or '[a, b]'}")
    return tuple(_read_operand(arg, symbols) for arg in node)


def _joined(node: Node) -> str | None:
    """Return two arguments whose digits commas separate, as they ought to be written."""
    if (
        not isinstance(node, list)
        or len(node) > 6
        or not all(isinstance(arg, str) and len(arg) <= MAX_NAME for arg in node)
    ):
        return None
    args = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", ",".join(map(str, node))).split(",")
    return f"[{', '.join(args)}]" if len(args) == 2 else None


def _read_operation(node: Node, _symbols: Symbols) -> Any:
    if not isinstance(node, str) or node not in OPERATIONS:
        name = OPERATION_NAMES.get(node.lower()) if isinstance(node, str) else None
        hint = f"write {name}; known are {', '.join(sorted(OPERATIONS))}" if name else did_you_mean(node, OPERATIONS)
        raise TraceError("unknown_compute_op", f"{show(node)} is not an operation; {hint}")
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
