"""Writes the prompt that asks a model for one wording of a pattern."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jinja2
import numpy as np

from generators.patterns.pattern import Pattern
from generators.patterns.render import question_plan, refs, render
from generators.patterns.slots import Words
from solver.endpoint import Prompt
from solver.files import read_text
from solver.refusal import InputError

from .placeholders import placeholder, with_placeholders
from .slots import most, needed, plain_wordings

VERB = 'verb("takes", "take")'
"""The verb of a pronoun that the prompt gives as an example."""

_ROWS = 64
"""Rows that the examples of a form are taken from."""
_HERE = Path(__file__).parent


def prompt(pattern: Pattern, number: int) -> Prompt:
    """Return the prompt of a call, counted from 0; each asks for another way to word the problem, in turn."""
    return Prompt(({"role": "user", "content": prompt_text(pattern, number)},), number)


def prompt_text(pattern: Pattern, number: int) -> str:
    """Return the text of a prompt."""
    ways = _ways()
    allowed = most(pattern)
    return _template().render(
        wordings=[with_placeholders(wording.body) for wording in plain_wordings(pattern)],
        slots=["; ".join(_forms(pattern, slot)) for slot in pattern.slots if allowed[slot]],
        needed=[placeholder(slot) for slot in needed(pattern)],
        once=[placeholder(slot) for slot, times in allowed.items() if times == 1],
        verbs=[placeholder(slot, VERB) for slot in pattern.slots if VERB in _offered(pattern, slot)],
        way=ways[number % len(ways)],
    )


def _forms(pattern: Pattern, slot: str) -> Iterator[str]:
    """Yield the placeholders of a slot, each in a form that it can be written in, with an example."""
    rows = pattern.draw(np.arange(_ROWS))
    plain: list[str] = []
    for form in ("", *dict.fromkeys(_offered(pattern, slot))):
        plan = question_plan(f"{{{{ {slot} | {form} }}}}" if form else f"{{{{ {slot} }}}}")
        try:
            for ref in refs(plan):
                pattern.texts(ref)
        except InputError:  # a number of some row has no such form
            continue
        texts = list(dict.fromkeys(render(plan, rows).to_pylist()))[:3]
        if texts != plain:
            yield f"{placeholder(slot, form)} such as {', '.join(texts)}"
        plain = plain or texts


def _offered(pattern: Pattern, slot: str) -> Iterator[str]:
    """Yield the forms that a slot may make sense in: those that the pattern's wordings use, and ones that suit its kind."""
    kind = pattern.slots[slot]
    if isinstance(kind, Words) and kind.vocabulary.persons:
        yield from ("they", "them", "their", "they | upper_first", "their | upper_first", VERB)
    elif isinstance(kind, Words):
        counted = any(word.singular != word for word in kind.vocabulary.words)
        yield from ("one", "a", "upper_first") if counted else ("upper_first",)
    else:
        yield "words"
    used = (
        ref.form for wording in plain_wordings(pattern) for ref in refs(wording.plan) if ref.slot == slot and ref.form
    )
    yield from dict.fromkeys(" | ".join(map(str, form)) for form in used)


@cache
def _template() -> jinja2.Template:
    text = read_text(_HERE / "prompt.jinja")
    return jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string(text)  # noqa: S701 - no HTML


@cache
def _ways() -> list[str]:
    """Return the ways to word a problem."""
    lines = read_text(_HERE / "ways.txt").splitlines()
    return [line for line in lines if not line.startswith("#")]
