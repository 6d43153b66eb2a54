"""Renders questions and traces a column at a time, from plans of literals and slots.

A Jinja2 question and a canonical trace are both compiled to a plan, whose pieces Arrow joins for all rows at once.
`reference` renders questions row by row with plain Jinja2; builds compare a sample of rows with it, byte for byte.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from solver import arrow
from solver.refusal import InputError, did_you_mean

from .filters import FILTERS, SLUG, Call, Form
from .slots import Draw, Words

_JINJA = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_JINJA.filters = dict(FILTERS)
_SYMBOL = re.compile(r"\$([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Ref:
    """A slot in a text, in a form."""

    slot: str
    form: Form = ()


Plan = tuple[str | Ref, ...]
"""Literals and slots in order; no two literals are adjacent."""


def question_plan(body: str) -> Plan:
    """Compile a question of text, `{{ slot }}` and `{{ slot | filter }}`; raise InputError at other Jinja2 syntax."""
    try:
        output = _JINJA.parse(body).body
    except TemplateSyntaxError as error:
        raise InputError(f"{error.message}; only text, {{{{ slot }}}} and {{{{ slot | filter }}}}") from None
    except RecursionError:
        raise InputError("braces nest too deep; only text, {{ slot }} and {{ slot | filter }}") from None
    plan: list[str | Ref] = []
    for node in output:
        if not isinstance(node, nodes.Output):
            raise InputError(
                f"{type(node).__name__.lower()} statement; only text, {{{{ slot }}}} and {{{{ slot | filter }}}}"
            )
        plan += [piece.data if isinstance(piece, nodes.TemplateData) else _ref(piece) for piece in node.nodes]
    return _merged(plan)


_MAX_CHAIN = 3
"""The most filters behind a slot."""
_VERB = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+)*")


def _ref(node: nodes.Node) -> Ref:
    calls: list[Call] = []
    while isinstance(node, nodes.Filter) and node.node is not None and len(calls) < _MAX_CHAIN:
        calls.insert(0, _call(node))
        node = node.node
    if isinstance(node, nodes.Name):
        return Ref(node.name, tuple(calls))
    raise InputError("only {{ slot }} and {{ slot | filter }} may be in braces")


def _call(node: nodes.Filter) -> Call:
    """Return a filter with its arguments: a slot for `of`, two verbs for `verb`, none for others."""
    name, args = node.name, [*node.args, *node.kwargs, *filter(None, (node.dyn_args, node.dyn_kwargs))]
    if name not in FILTERS:
        raise InputError(f"no filter {name}; {did_you_mean(name, FILTERS)}")
    if name == "of" and len(args) == 1 and isinstance(args[0], nodes.Name):
        return Call(name, (args[0].name,))
    verbs = tuple(arg.value for arg in args if isinstance(arg, nodes.Const) and isinstance(arg.value, str))
    if name == "verb" and len(args) == len(verbs) == 2 and all(map(_VERB.fullmatch, verbs)):
        return Call(name, verbs)
    if args or name in _WITH_ARGS:
        written = _WITH_ARGS.get(name, name)
        raise InputError(f"filter {name} has other arguments; write {{{{ slot | {written} }}}}")
    return Call(name)


_WITH_ARGS = {"of": "of(count)", "verb": 'verb("pays", "pay")'}


def trace_plan(text: str) -> Plan:
    """Compile a canonical trace with `$slot` symbols; the words in its names are slugged."""
    plan: list[str | Ref] = []
    end = 0
    for found in _SYMBOL.finditer(text):
        plan += [text[end : found.start()], Ref(found[1], SLUG)]
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


def render_each(plans: Sequence[Plan], which: np.ndarray, draw: Draw) -> pa.Array:
    """Render the plan of each row, given by its place among the plans: one text per row.

    The pieces of all rows are taken from one column and joined at once. That takes a tenth of the time that rendering
    plan by plan takes for a handful of rows each.
    """
    literals = list(dict.fromkeys(["", *(piece for plan in plans for piece in plan if isinstance(piece, str))]))
    slots = list(dict.fromkeys(ref for plan in plans for ref in refs(plan)))
    columns = [arrow.texts(literals)]
    where: np.ndarray = np.zeros((len(slots) + 1, draw.rows), dtype=np.int64)
    for number, ref in enumerate(slots, 1):
        texts, places = draw.texts(ref.slot, ref.form)
        if len(texts) > draw.rows:
            texts, places = texts.take(arrow.integers(places)), np.arange(draw.rows)
        where[number] = places + sum(map(len, columns))
        columns.append(texts)
    # Each piece of a plan is a literal, at the same place for all rows, or a slot; shorter plans end in "".
    fixed, drawn = (np.zeros((len(plans), max(map(len, plans))), dtype=np.int64) for _ in range(2))
    for place, plan in enumerate(plans):
        for at, piece in enumerate(plan):
            if isinstance(piece, str):
                fixed[place, at] = literals.index(piece)
            else:
                drawn[place, at] = slots.index(piece) + 1
    places = fixed[which] + where[drawn[which], np.arange(draw.rows)[:, None]]
    ends = np.arange(0, places.size + 1, places.shape[1], dtype=np.int32)
    pieces = pa.concat_arrays(columns).take(arrow.integers(places.ravel()))
    return pc.binary_join(pa.ListArray.from_arrays(arrow.integers(ends), pieces), arrow.text(""))


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
