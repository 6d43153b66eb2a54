"""Checks patterns before any row is made from them.

A sound pattern declares and uses its slots, and its names never collide. Its trace has its expert's shape (P12).
Every question shows all slots, and every number of the trace is in the question or is a named constant. Trace and
closed form agree.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from fractions import Fraction
from functools import partial
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from solver.columns import Column
from solver.document import Place
from solver.experts import EXPERTS
from solver.fields import MAX_NAME
from solver.grounding import ENGLISH, READERS
from solver.ops import GROUPS, Init
from solver.program import Trace
from solver.refusal import InputError, did_you_mean

from .filters import check_form, count_of
from .grammar import GRAMMAR, check_pronouns
from .grounding import check_arguments, check_grounded
from .pattern import SYMBOL, Pattern
from .question import check_own, questions
from .render import refs
from .row_error import RowError
from .slots import Derived, Draw, Numbers, Slot, Words, choices
from .uniqueness import Clash, check_read, check_shown
from .wording import Wording, located

SAMPLE = 256
"""Rows on which trace and closed form are compared when a pattern is loaded; a build compares every row."""


def check(pattern: Pattern, language: str = ENGLISH) -> Pattern:
    """Return the pattern if it is sound; raise InputError or Refusal with the fault and the fix.

    `language` is that of its questions.
    """
    _wordings(pattern, _declared_in)
    for claim in (_declared, _words_in_place, _names_valid, _used, _distinct, _shaped):
        claim(pattern)
    _wordings(pattern, _formed, check_pronouns, *(GRAMMAR if language in READERS else ()))
    _wordings(pattern, check_own, check_shown, check_read, partial(check_grounded, language=language))
    try_rows(pattern, SAMPLE)
    _wordings(
        pattern, partial(check_arguments, language=language)
    )  # last, since an answer that is no good is the better message
    return pattern


def try_rows(pattern: Pattern, most: int) -> int:
    """Compare trace and closed form on up to `most` assignments; return their number; raise InputError if they differ."""
    draw = Draw(pattern.slots, probe(pattern, most))
    try:
        for name in pattern.slots:
            _computable(draw, name)  # slots that only the question shows must be computable too
        shown = dict.fromkeys(ref for plan in pattern.questions for ref in refs(plan))
        for ref in shown:
            if isinstance(pattern.slots.get(ref.slot), Derived):  # all texts of other slots are known
                draw.text(ref.slot, ref.form)
        balance(pattern, draw)
    except RowError as error:
        example = "" if error.row is None else f", as in {_question(pattern, draw, error.row)!r}"
        raise InputError(f"{error.reason}{example}").at("answer") from None
    return draw.rows


def step_place(pattern: Pattern, scalar: object) -> Place:
    """Return the place of the first step that has a name, a `$slot` or a number."""
    for part, trace in enumerate(pattern.program):
        for number, step in enumerate(trace.steps):
            values = (getattr(step, field.name) for field in fields(step))
            if scalar in [item for value in values for item in (value if isinstance(value, tuple) else (value,))]:
                return ("trace", part, "trace", number) if pattern.outline.composed else ("trace", number)
    return ("trace",)


def _computable(draw: Draw, name: str) -> None:
    try:
        draw.text(name)
    except ArithmeticError as error:
        raise InputError(str(error)).at("slots", name) from None


def _slots_in(symbol: str) -> list[str]:
    return SYMBOL.findall(symbol)


def _wordings(pattern: Pattern, *claims: Callable[[Pattern, Wording], None]) -> None:
    """Check each wording; an error says where it stands."""
    for wording in pattern.wordings:
        with located(wording.where):
            for claim in claims:
                claim(pattern, wording)


def _declared_in(pattern: Pattern, wording: Wording) -> None:
    """Check that a wording uses declared slots only."""
    slots = pattern.slots | wording.slots
    for ref in refs(wording.plan):
        for name in filter(None, (ref.slot, count_of(ref.form))):
            if name not in slots:
                raise InputError(f"the question uses {name}, which no slot declares; {did_you_mean(name, slots)}")


def _declared(pattern: Pattern) -> None:
    """Check that trace and answer use declared slots only."""
    uses = [("trace", name, step_place(pattern, symbol)) for symbol in pattern.symbols for name in _slots_in(symbol)]
    uses += [("answer", name, ("answer",)) for name in pattern.answer.names]
    for where, name, place in uses:
        if name not in pattern.slots:
            hint = did_you_mean(name, pattern.slots)
            raise InputError(f"{where} uses {name}, which no slot declares; {hint}").at(*place)


def _words_in_place(pattern: Pattern) -> None:
    """Check that the answer and the values of inits use no word slots."""
    for name in _word_slots(pattern).intersection(pattern.answer.names):
        raise InputError(f"answer computes with {name}, which is a word; compute with number slots").at("answer")
    for step in (step for trace in pattern.program for step in trace.steps if isinstance(step, Init)):
        value: object = step.value
        if isinstance(value, str) and value[1:] in _word_slots(pattern):
            raise InputError(f"an init takes {value}, which is a word, for its value; give it a number slot").at(
                *step_place(pattern, value)
            )


def _word_slots(pattern: Pattern) -> set[str]:
    return {name for name, slot in pattern.slots.items() if isinstance(slot, Words)}


def _names_valid(pattern: Pattern) -> None:
    """Check that slots in names are word slots and whole components, and that no name can be longer than MAX_NAME."""
    words = _word_slots(pattern)
    names = {name for trace in pattern.program for step in trace.steps for name in step.names}
    for symbol in names.union(symbol for symbol in pattern.symbols if not SYMBOL.fullmatch(symbol)):
        for component in symbol.split("."):
            if "$" in component and not (SYMBOL.fullmatch(component) and component[1:] in words):
                raise InputError(
                    f"name {symbol}: a $slot in a name must be a word slot and a whole component between dots"
                ).at(*step_place(pattern, symbol))
        longest = sum(_longest(pattern, component) + 1 for component in symbol.split(".")) - 1
        if symbol in names and longest > MAX_NAME:
            raise InputError(f"name {symbol} can have {longest} characters; at most {MAX_NAME}").at(
                *step_place(pattern, symbol)
            )


def _formed(pattern: Pattern, wording: Wording) -> None:
    """Check that filters suit their slots and one another, and that every value of a slot has its form."""
    for ref in refs(wording.plan):
        kind = pattern.kind(ref.slot, wording.slots)
        check_form(ref.form, kind, ref.slot)
        count = count_of(ref.form)
        if count and pattern.kind(count, wording.slots) != "number":
            raise InputError(f"filter {ref.form[0]} agrees with a number, and {count} is a word")
        if kind == "number" and ref.form:
            with located(ref.slot):
                pattern.texts(ref, wording.slots)


def _longest(pattern: Pattern, component: str) -> int:
    """Return the length of the longest text that a component of a name can have, in characters."""
    slot = pattern.slots.get(component[1:]) if component.startswith("$") else None
    return max(map(len, slot.vocabulary.slugs)) if isinstance(slot, Words) else len(component)


def _uses(pattern: Pattern) -> dict[str, list[str]]:
    """Return the slots that trace and answer use."""
    return {
        "trace": [name for symbol in pattern.symbols for name in _slots_in(symbol)],
        "answer": pattern.answer.names,
    }


def _used(pattern: Pattern) -> None:
    """Check that every slot is used."""
    used = {name for names in _uses(pattern).values() for name in names}
    used |= {ref.slot for plan in pattern.questions for ref in refs(plan)}
    used |= {name for slot in pattern.slots.values() if isinstance(slot, Derived) for name in slot.expression.names}
    used |= {name for condition in pattern.conditions for name in condition.names}
    for name in pattern.slots:
        if name not in used:
            raise InputError(f"slot {name} is not used; use it or remove it").at("slots", name)


def _distinct(pattern: Pattern) -> None:
    """Check that no two variables of a sub-trace can have the same name."""
    for number, trace in enumerate(pattern.program, 1):
        names = dict.fromkeys(name for step in trace.steps for name in step.names)
        for left, right in combinations(names, 2):
            if "$" in left + right and _may_be_equal(pattern, left, right):
                part = f" in sub-trace {number}" if len(pattern.program) > 1 else ""
                raise InputError(f"names {left} and {right} can be the same{part}; rename one").at(
                    *step_place(pattern, right)
                )


def _may_be_equal(pattern: Pattern, left: str, right: str) -> bool:
    ours, theirs = left.split("."), right.split(".")
    return len(ours) == len(theirs) and all(
        _components_may_be_equal(pattern, *pair) for pair in zip(ours, theirs, strict=True)
    )


def _components_may_be_equal(pattern: Pattern, left: str, right: str) -> bool:
    if left == right:
        return True
    ours, theirs = (pattern.slots.get(part[1:]) if part.startswith("$") else None for part in (left, right))
    if isinstance(ours, Words) and isinstance(theirs, Words) and ours.vocabulary is theirs.vocabulary:
        return False  # slots of one vocabulary draw different words
    return not _slugs(left, ours).isdisjoint(_slugs(right, theirs))


def _slugs(part: str, slot: Slot | None) -> frozenset[str]:
    return slot.vocabulary.slug_set if isinstance(slot, Words) else frozenset((part,))


def _shaped(pattern: Pattern) -> None:
    """Check that every sub-trace has its expert's shape."""
    for number, trace in enumerate(pattern.program, 1):
        where = f"sub-trace {number}: " if len(pattern.program) > 1 else ""
        if trace.expert not in EXPERTS:
            hint = did_you_mean(trace.expert, EXPERTS)
            raise InputError(f"{where}no expert {trace.expert}; {hint}").at("trace", number - 1)
        if not trace.fits_shape:
            raise InputError(
                f"{where}steps {' '.join(trace.words)} do not have the shape of {trace.expert}: {EXPERTS[trace.expert].shape}"
            ).at("trace", *([number - 1] if pattern.outline.composed else []))


def probe(pattern: Pattern, most: int) -> np.ndarray:
    """Return all assignments of numbers with one choice of words, or `most` evenly spaced assignments if there are more."""
    sizes = [(isinstance(pattern.slots[name], Numbers), size) for name, size in choices(pattern.slots).items()]
    if prod(size for is_number, size in sizes if is_number) > most:
        return np.array([(pattern.space - 1) * k // (most - 1) for k in range(most)], dtype=_index_type(pattern))
    assignments: np.ndarray = np.zeros(1, dtype=_index_type(pattern))
    weight = 1
    for is_number, size in sizes:
        if is_number:
            assignments = (assignments[:, None] + np.arange(size) * weight).reshape(-1)
        weight *= size
    return assignments


def _index_type(pattern: Pattern) -> type:
    return np.int64 if pattern.order.fast else object


def balance(pattern: Pattern, draw: Draw) -> Column:
    """Return the answers of a draw; raise RowError if trace and closed form differ, or an answer is not acceptable."""
    answers = _closed_form(pattern, draw)
    traced = pattern.solved(draw.numbers)
    if isinstance(traced, Fraction):
        raise InputError("the answer is the same in every row; compute it from slots").at("answer")
    _all(traced == answers, "the trace and the answer's closed form differ")
    return _acceptable(answers)


def closed_form(pattern: Pattern, draw: Draw) -> Column:
    """Return the answers of a draw by the closed form; raise RowError if one is not acceptable."""
    return _acceptable(_closed_form(pattern, draw))


def _closed_form(pattern: Pattern, draw: Draw) -> Column:
    try:
        answers = pattern.answer(draw.numbers)
    except ArithmeticError as error:
        raise RowError(None, f"answer: {error}") from None
    return answers if isinstance(answers, Column) else Column.of([answers] * draw.rows)


def _acceptable(answers: Column) -> Column:
    """Return the answers; raise RowError at one that is not positive or not a terminating decimal."""
    _all(answers > 0, "the answer is not positive; choose the remainder first")
    _all(answers.terminates(), "the answer is not a terminating decimal; draw the quotient and multiply")
    return answers


def _all(claim: np.ndarray, fault: str) -> None:
    """Raise RowError at the first row for which the claim is false."""
    if not claim.all():
        raise RowError(int(np.argmin(claim)), fault)


def _question(pattern: Pattern, draw: Draw, row: int) -> str:
    return next(iter(questions(pattern, pattern.wordings[0], draw.slice(row)).to_pylist()), "")


def scaffold_clashes(patterns: Iterable[Pattern]) -> Iterator[Clash]:
    """Yield the patterns of each fixed-shape expert, and of composition, that have another scaffold than the first.

    The scaffold is the types of the steps, the percent ops counting as one, and the names except the first, which
    anchors the trace in the text (P2, P11, P12). The first name, `compute_op` and the order of arguments may differ.
    Sub-traces of compositions are compared with those of the same expert and position (P13). Patterns with
    `scaffold: free` are left out.
    """
    first: dict[tuple[Any, ...], tuple[Pattern, str]] = {}
    for pattern in patterns:
        if pattern.header.free or (pattern.expert in EXPERTS and not EXPERTS[pattern.expert].fixed):
            continue
        scaffolds: list[tuple[tuple[Any, ...], str]] = [
            ((pattern.expert, number, trace.expert), _scaffold(trace)) for number, trace in enumerate(pattern.program)
        ]
        sizes = " + ".join(str(len(trace.steps)) for trace in pattern.program)
        scaffolds.append(((pattern.expert, len(pattern.program)), f"{sizes} steps"))
        for key, scaffold in scaffolds:
            model, expected = first.setdefault(key, (pattern, scaffold))
            if scaffold != expected:
                fault = f"its scaffold is {scaffold}, but {model.name} has {expected}; make them the same"
                yield Clash(pattern, model, fault, place=("trace",))
                break


def _scaffold(trace: Trace) -> str:
    kinds = ["PERCENT" if step.word in GROUPS["PERCENT"] else step.op for step in trace.steps]
    names = list(dict.fromkeys(name for step in trace.steps for name in step.names))
    return f"{' '.join(kinds)} with {', '.join(names[1:])}"
