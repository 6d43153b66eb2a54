"""Renders questions and traces a column at a time, from plans of literals and slots.

A Jinja2 question and a canonical trace are both compiled to a plan, whose pieces Arrow joins for all rows at once.
`reference` renders questions row by row with plain Jinja2; builds compare a sample of rows with it, byte for byte.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from solver import arrow
from solver.numerals import FORMS
from solver.refusal import InputError, did_you_mean

from .filters import FILTERS
from .slots import Draw, Words

_JINJA = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_JINJA.filters = {**FILTERS, **FORMS}
_SYMBOL = re.compile(r"\$([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Ref:
    """A slot in a text; `form` is a filter, `slug`, or empty for the plain text."""

    slot: str
    form: str = ""


Plan = tuple[str | Ref, ...]
"""Literals and slots in order; no two literals are adjacent."""


def question_plan(body: str) -> Plan:
    """Compile a question of text, `{{ slot }}` and `{{ slot | filter }}`; raise InputError at other Jinja2 syntax."""
    try:
        output = _JINJA.parse(body).body
    except TemplateSyntaxError as error:
        raise InputError(f"question: {error.message}") from None
    except RecursionError:
        raise InputError("question: braces nest too deep; only text, {{ slot }} and {{ slot | filter }}") from None
    plan: list[str | Ref] = []
    for node in output:
        if not isinstance(node, nodes.Output):
            raise InputError(
                f"question: {type(node).__name__.lower()} statement; only text, {{{{ slot }}}} and {{{{ slot | filter }}}}"
            )
        plan += [piece.data if isinstance(piece, nodes.TemplateData) else _ref(piece) for piece in node.nodes]
    return _merged(plan)


def _ref(node: nodes.Node) -> Ref:
    if isinstance(node, nodes.Name):
        return Ref(node.name)
    if isinstance(node, nodes.Filter) and isinstance(node.node, nodes.Name) and not (node.args or node.kwargs):
        if node.name not in _JINJA.filters:
            raise InputError(f"question: no filter {node.name}; {did_you_mean(node.name, _JINJA.filters)}")
        return Ref(node.node.name, node.name)
    raise InputError("question: only {{ slot }} and {{ slot | filter }} may be in braces")


def trace_plan(text: str) -> Plan:
    """Compile a canonical trace with `$slot` symbols; the words in its names are slugged."""
    plan: list[str | Ref] = []
    end = 0
    for found in _SYMBOL.finditer(text):
        plan += [text[end : found.start()], Ref(found[1], "slug")]
        end = found.end()
    return _merged([*plan, text[end:]])


def _merged(plan: Sequence[str | Ref]) -> Plan:
    """Return the plan with adjacent literals joined and empty ones removed."""
    merged: list[str | Ref] = []
    for piece in plan:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return tuple(merged)


def refs(plan: Plan) -> list[Ref]:
    """Return the slots of a plan in order, repeated ones included."""
    return [piece for piece in plan if isinstance(piece, Ref)]


def render(plan: Plan, draw: Draw) -> pa.Array:
    """Render a plan: one text per row."""
    texts = {ref: draw.text(ref.slot, ref.form) for ref in dict.fromkeys(refs(plan))}
    return join([piece if isinstance(piece, str) else texts[piece] for piece in plan], draw.rows)


def join(pieces: Sequence[str | pa.Array], rows: int) -> pa.Array:
    """Return the row-wise concatenation of literals and string columns, as one column of `rows` rows."""
    if not any(isinstance(piece, pa.Array) for piece in pieces):
        return arrow.texts(["".join(map(str, pieces))] * rows)
    scalars = [arrow.text(piece) if isinstance(piece, str) else piece for piece in pieces]
    return pc.binary_join_element_wise(*scalars, arrow.text(""))


@cache
def _compiled(body: str) -> Template:
    return _JINJA.from_string(body)


def reference(body: str, draw: Draw) -> list[str]:
    """Render a Jinja2 question row by row with plain Jinja2."""
    template = _compiled(body)
    columns: Mapping[str, list[Any]] = {
        name: [slot.vocabulary.words[index] for index in draw.words[name]]
        if isinstance(slot, Words)
        else draw.text(name).to_pylist()
        for name, slot in draw.slots.items()
    }
    return [template.render({name: column[row] for name, column in columns.items()}) for row in range(draw.rows)]
