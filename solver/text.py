"""Parses traces, and writes programs as canonical text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from .document import MAX_EVENTS, Node, Odd, load
from .fields import OPERATION_NAMES, Symbols
from .ops import Step, read_step, write_step
from .program import Program, Trace
from .refusal import FormatError, TraceError

FENCE = "```"
FENCE_START, FENCE_END = f"{FENCE}yaml\n", FENCE
"""The text before and after a trace in a completion."""
# Patterns of canonical text. In these positions, YAML reads a scalar of these characters as the same plain scalar.
_SCALAR = r"-?[A-Za-z0-9_./]+"
_PAIR = rf"[a-z_]{{1,40}}: (?:{_SCALAR}|\[{_SCALAR}(?:, {_SCALAR})*\])"
_STEP = rf"- \{{{_PAIR}(?:, {_PAIR})*\}}"
_SINGLE = re.compile(rf"expert: ([a-z_]+)\ntrace:\n({_STEP}(?:\n{_STEP})*)")
_PART = re.compile(rf"- expert: ([a-z_]+)\n  trace:\n  ({_STEP}(?:\n  {_STEP})*)")
_COMPOSED = re.compile(rf"(?:{_PART.pattern}(?:\n(?=-)|$))+")
_SIGN = re.compile(r"""compute_op["']?:[ \t]*+([*-])(?=[\s,}])""")
"""An operation that YAML reads as a sign of its own."""
_FIELD = re.compile(rf"([a-z_]+): (?:\[([^\]]+)\]|({_SCALAR}))")
MAX_CANONICAL = MAX_EVENTS
"""The most characters that the canonical reader accepts; so short a text has fewer than MAX_EVENTS nodes."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A document whose experts are known and whose steps are not parsed yet, so that routing is judged first (P9).

    Each part is an expert and the node of its trace, or the canonical lines of its steps.
    """

    parts: tuple[tuple[str, dict[str, Node] | list[str]], ...]
    composed: bool

    @property
    def experts(self) -> tuple[str, ...]:
        """The experts of the sub-traces in order."""
        return tuple(expert for expert, _ in self.parts)

    @property
    def has_steps(self) -> bool:
        """Whether every part has a list of steps."""
        return all(isinstance(node, list) or isinstance(node.get("trace"), list) for _, node in self.parts)

    def program(self, symbols: Symbols = {}) -> Program:
        """Parse the steps; raise TraceError with the sub-trace, the step and the fix."""
        if self.composed and len(self.parts) < 2:
            raise TraceError("one_part", "a list of one trace; write it as a mapping, or compose at least two")
        return tuple(
            _read_trace(expert, node, number if self.composed else None, symbols)
            for number, (expert, node) in enumerate(self.parts, 1)
        )


def outline(text: str, first_line: int = 1) -> Outline:
    """Return the outline of a document; raise FormatError if it is not a trace.

    `first_line` is the number of the first line in the text that the user has, for the error.
    """
    return canonical_outline(text) or yaml_outline(text, first_line)


def canonical_outline(text: str) -> Outline | None:
    """Return the outline of a text in canonical form, or None if libyaml must parse it.

    Several times faster than libyaml, which reads every accepted text the same way.
    """
    if len(text) > MAX_CANONICAL:
        return None
    text = text.strip("\n")
    single = _SINGLE.fullmatch(text)
    if single:
        return Outline(((single[1], single[2].split("\n")),), composed=False)
    if not _COMPOSED.fullmatch(text):
        return None
    parts = tuple((part[1], part[2].split("\n  ")) for part in _PART.finditer(text))
    return Outline(parts, composed=True)


def yaml_outline(text: str, first_line: int = 1) -> Outline:
    """Return the outline of any text, parsed by libyaml; raise FormatError if it is not a trace."""
    try:
        document = load(text, first_line=first_line)
    except FormatError as error:
        sign = _SIGN.search(text) if error.code == "not_yaml" else None
        if sign:
            error.reason += f"; write compute_op: {OPERATION_NAMES[sign[1]]}"
        raise
    nodes = document if isinstance(document, list) else [document]
    if not nodes:
        raise FormatError("no_trace", "an empty list; write a trace")
    parts = []
    for node in nodes:
        if not isinstance(node, dict):
            raise FormatError("no_trace", "no trace; write a mapping with expert and trace, or a list of such")
        expert = node.get("expert")
        if not isinstance(expert, str):
            found = f"expert is {expert.description}" if isinstance(expert, Odd) else "no expert is named"
            if expert is None:
                found = next((f"the key is {key[:40]!r}" for key in node if key.lower() == "expert"), found)
            raise FormatError("no_expert", f"{found}; write expert: NAME")
        parts.append((expert, node))
    return Outline(tuple(parts), isinstance(document, list))


def read(text: str) -> Program:
    """Parse a program; raise FormatError or TraceError with the fault and the fix."""
    return outline(text).program()


def _read_trace(expert: str, node: dict[str, Node] | list[str], part: int | None, symbols: Symbols) -> Trace:
    steps: Sequence[Any] = node if isinstance(node, list) else _steps(node, part)
    read: Callable[[Any], Step] = read_line if isinstance(node, list) else partial(read_step, symbols=symbols)
    done: list[Step] = []
    try:
        done.extend(map(read, steps))  # keeps the steps before an error
    except TraceError as error:
        raise error.at(part, len(done) + 1) from None
    return Trace(expert, tuple(done))


def _steps(node: dict[str, Node], part: int | None) -> list[Node]:
    for key, value in node.items():
        if key not in ("expert", "trace"):
            raise TraceError("unknown_field", f"no field {key[:40]!r} here; a trace has expert and trace").at(
                part, None
            )
        if isinstance(value, Odd):
            raise TraceError("odd_yaml", f"{key} is {value.description}; write the plain value once").at(part, None)
    steps = node.get("trace")
    if not isinstance(steps, list):
        raise TraceError("no_steps", "trace is missing or not a list; write one step a line").at(part, None)
    return steps


@lru_cache(maxsize=1 << 15)
def read_line(line: str) -> Step:
    """Parse a canonical line; most lines come from the cache, since scaffolding recurs (P11)."""
    node: dict[str, Node] = {}
    for key, pair, scalar in _FIELD.findall(line):
        value: Node = pair.split(", ") if pair else scalar
        node[key] = Odd("given twice") if key in node else value
    return read_step(node)


def write(program: Program) -> str:
    """Return the canonical text of a program: a flow mapping per step, a composition as a list (P13)."""
    if len(program) == 1:
        return _write_trace(program[0], "", "")
    return "".join(_write_trace(trace, "- ", "  ") for trace in program)


def _write_trace(trace: Trace, dash: str, indent: str) -> str:
    steps = "".join(f"{indent}- {write_step(step)}\n" for step in trace.steps)
    return f"{dash}expert: {trace.expert}\n{indent}trace:\n{steps}"


def fence(text: str) -> str:
    """Return a trace in a ```yaml fence, as completions hold it."""
    return f"{FENCE_START}{text}{FENCE_END}"
