"""Writes grammars of the trace language for libraries that decode by a grammar, as Lark or as GBNF.

The ops come from `step_forms`, the experts from their table, the numbers from the grounding rule, and the text around
them from the writer. The grammar of whole completions is context-free: it does not know which names are set. A
`position.Position` knows them.
"""

import json
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from typing import NamedTuple

from .experts import EXPERTS
from .fields import NAME, Var
from .grounding import IN_ARGS, Reading, free_numbers, question_numbers
from .number import LITERAL, fits, write_number
from .ops import Query, write_step
from .program import MAX_PARTS, Trace
from .refusal import InputError, TraceError
from .step_forms import NUMBER, RESULT, Form, Names, step_forms
from .text import FENCE_END, FENCE_START, write

Numbers = frozenset[Fraction] | None
"""The numbers of a question without their signs (`grounding.question_numbers`); None stands for all numbers."""
SYNTAXES = {"lark": ("%llguidance {}\n", "start", ":"), "gbnf": ("", "root", "::=")}
"""The syntaxes: the first line of a grammar, the name of its first rule, and the sign behind the name of a rule."""
_EXPERT = "\0"
_REGEX = re.compile(r"(\[[^\]]*\]|\(\?:|[()|*+?])|\\?(.)")


class Frame(NamedTuple):
    """The text around the steps of a trace: before and behind the name of its expert, before and behind each step."""

    head: str
    opening: str
    before: str
    behind: str

    def start(self, expert: str) -> str:
        """Return the lines of a trace before its steps."""
        return f"{self.head}{expert}{self.opening}"


@cache
def frame(*, composed: bool) -> Frame:
    """Return the text around the steps of a single trace, or of a part of a composition, as the writer has it."""
    query = Query(Var("q"))
    program = (Trace(_EXPERT, (query,)),) * (2 if composed else 1)
    text = write(program)
    head, _, rest = text[: len(text) // len(program)].partition(_EXPERT)
    lines, _, behind = rest.partition(write_step(query))
    opening, line_end, before = lines.rpartition("\n")
    return Frame(head, opening + line_end, before, behind)


@cache
def sources(before: int) -> tuple[str, ...]:
    """Return the sources that an init may name behind so many parts of a composition."""
    state = Names(before)
    found = []
    for source in ("prev.result", *(f"sub{part}.result" for part in range(MAX_PARTS))):
        try:
            state.result(source)
        except TraceError:
            continue
        found.append(source)
    return tuple(found)


@lru_cache(maxsize=1 << 12)
def literals(form: Form, place: int, numbers: frozenset[Fraction]) -> tuple[str, ...]:
    """Return the literals that a slot of a form may hold, if a question has these numbers."""
    signed = {sign * number for number in numbers for sign in (1, -1)} | free_numbers(form.slots[place].field)
    return tuple(write_number(number) for number in sorted(signed) if fits(number) and _holds(form, place, number))


@lru_cache(maxsize=1 << 16)
def _holds(form: Form, place: int, number: Fraction) -> bool:
    return form.holds(place, number)


class Rules:
    """The rules of a grammar that is being written; slots with the same texts share a rule."""

    def __init__(self, syntax: str):
        self.head, self.first, self.sign = SYNTAXES[syntax]
        self.syntax = syntax
        self.lines: list[str] = []
        self.lists: dict[tuple[str, ...], str] = {}

    def add(self, name: str, expression: str) -> str:
        """Add a rule and return its name."""
        self.lines.append(f"{name}{self.sign} {expression}" if self.sign == ":" else f"{name} {self.sign} {expression}")
        return name

    def pattern(self, name: str, pattern: re.Pattern[str]) -> str:
        """Add a rule for a regular expression of classes, groups, repetitions and plain characters."""
        return self.add(name, lark(pattern.pattern) if self.syntax == "lark" else _gbnf(pattern.pattern))

    def one_of(self, label: str, texts: Iterable[str]) -> str:
        """Return an expression for one of several texts; a new list becomes a rule that is named after the label."""
        listed = tuple(texts)
        if len(listed) == 1:
            return quoted(listed[0])
        if listed not in self.lists:
            self.lists[listed] = self.add(f"{label}{len(self.lists) + 1}", " | ".join(map(quoted, listed)))
        return self.lists[listed]

    def text(self, start: str) -> str:
        """Return the grammar whose completions match an expression."""
        first = Rules(self.syntax)
        first.add(self.first, start)
        return "\n".join([self.head + first.lines[0], *self.lines]) + "\n"


def quoted(text: str) -> str:
    """Return a text as an expression."""
    return json.dumps(text)


def either(expressions: Iterable[str]) -> str:
    """Return an expression for one of several expressions."""
    found = list(expressions)
    return found[0] if len(found) == 1 else f"({' | '.join(found)})"


def written(forms: Iterable[tuple[Form, Sequence[str]]]) -> list[str]:
    """Return expressions of forms with expressions for their slots; forms that differ in their first text share one."""
    begins: dict[str, list[str]] = {}
    for form, held in forms:
        first, *texts = map(quoted, form.texts)
        rest = " ".join(piece for pair in zip(held, texts, strict=True) for piece in pair)
        begins.setdefault(rest, []).append(first)
    return [f"{either(firsts)} {rest}" for rest, firsts in begins.items()]


def lark(pattern: str) -> str:
    """Return a regular expression as an expression of Lark."""
    return f"/{pattern.replace('/', chr(92) + '/')}/"


def _gbnf(pattern: str) -> str:
    """Return a regular expression in GBNF, where plain characters are quoted and groups have no marks."""
    pieces = (
        ("(" if match[1] == "(?:" else match[1]) if match[1] else quoted(match[2]) for match in _REGEX.finditer(pattern)
    )
    return re.sub(r" ([*+?])", r"\1", " ".join(pieces))


def numbers_for(question: str, reading: Reading = Reading()) -> frozenset[Fraction]:  # noqa: B008  # a frozen value
    """Return the numbers that a trace for a question may write, without their signs.

    No trace is grounded in a question without numbers; it is still to be one that can be read.
    """
    return frozenset(filter(fits, question_numbers(question, *reading))) or IN_ARGS


def grammar(numbers: Numbers = None, syntax: str = "lark") -> str:
    """Return the context-free grammar of the completions that training rows have, for a question with these numbers.

    Raise InputError if no trace can be written with these numbers.
    """
    rules = Rules(syntax)
    rules.pattern("NAME", NAME)
    if numbers is None:
        rules.pattern("NUMBER", LITERAL)
    forms: dict[str, list[tuple[Form, list[str]]]] = {}
    for form in step_forms():
        held = _slots(rules, form, numbers)
        if all(held):
            forms.setdefault(_rule(form), []).append((form, [either(choices) for choices in held]))
    if missing := {_rule(form) for form in step_forms()} - forms.keys():
        raise InputError(f"no {min(missing)} can be written with these numbers; leave the question out")
    for name, found in forms.items():
        rules.add(name, " | ".join(written(found)))
    single = [_trace(rules, expert, "", composed=False) for expert in EXPERTS]
    first = [_trace(rules, expert, "first", composed=True) for expert in EXPERTS]
    later = [_trace(rules, expert, "later", composed=True) for expert in EXPERTS]
    composed = f"{either(first)} {either(later)}{{1,{MAX_PARTS - 1}}}"
    return rules.text(f"{quoted(FENCE_START)} {either([*single, composed])} {quoted(FENCE_END)}")


def _slots(rules: Rules, form: Form, numbers: Numbers) -> list[list[str]]:
    """Return expressions for what each slot of a form may hold; every name is allowed where some name is."""
    held = []
    for place, slot in enumerate(form.slots):
        choices = ["NAME"] if slot.kinds - {NUMBER, RESULT} else []
        if RESULT in slot.kinds:
            choices.append(rules.one_of("RESULT", sources(MAX_PARTS - 1)))
        if NUMBER in slot.kinds:
            texts = None if numbers is None else literals(form, place, numbers)
            choices += ["NUMBER"] if texts is None else [rules.one_of("NUMBER", texts)] if texts else []
        held.append(choices)
    return held


def _rule(form: Form) -> str:
    """Return the name of the rule for a form's word; names are letters alone, which all syntaxes allow."""
    return form.word.replace("_", "") + ("result" if form.takes_result else "")


def _trace(rules: Rules, expert: str, label: str, *, composed: bool) -> str:
    """Add the rule for a trace of an expert: names are set first, and a query follows a step that derives something."""
    around = frame(composed=composed)
    forms = [form for form in step_forms() if form.word in EXPERTS[expert].words]

    def lines(chosen: Iterable[Form]) -> str:
        return f"{quoted(around.before)} {either(dict.fromkeys(map(_rule, chosen)))} {quoted(around.behind)}"

    steps = [form for form in forms if not form.ends and (label == "later" or not form.takes_result)]
    free, deriving = [form for form in steps if form.free], [form for form in steps if form.derives]
    parts = (f"({lines(free)})+", lines(deriving), f"({lines(steps)})*", lines(form for form in forms if form.ends))
    name = f"{label}{expert.replace('_', '')}"
    return rules.add(name, " ".join([quoted(around.start(expert)), *parts]))
