"""Follows a completion line by line, and writes grammars of what may stand next.

A new grammar after each step knows the names that are set and their values, and every step that it lets through has
been tried. So a completion can be read and run, unless no step runs at some place: then arithmetic is left out there.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import product
from os.path import commonprefix
from typing import Any, NamedTuple

from .experts import EXPERTS
from .fields import MAX_NAME, NAME
from .grammar import Rules, either, frame, lark, literals, quoted, sources, written
from .number import MAX_LITERAL, read_number
from .ops import Compute, Step
from .program import MAX_PARTS, MAX_STEPS
from .refusal import TraceError
from .state import State
from .step_forms import DERIVED, GIVEN, NEW, NUMBER, RESULT, Form, Names, merged, step_forms
from .text import FENCE_END, FENCE_START, MAX_CANONICAL, read_line

_PART = frame(composed=True)
_STEP = commonprefix([form.texts[0] for form in step_forms()])  # noqa: RUF071 - of texts, not of paths
"""The text with which every step begins."""
_LONG_STEP = max(
    len("".join([_PART.before, *form.texts, _PART.behind])) + len(form.slots) * max(MAX_NAME, MAX_LITERAL)
    for form in step_forms()
)
_LONG_PART = max(len(_PART.start(expert)) for expert in EXPERTS) + 3 * _LONG_STEP
"""The most characters of a step, and of a part of a composition with the fewest steps."""
_FRESH = "\0"
"""Stands for a name that is not set."""

Values = tuple[tuple[str, Fraction], ...]
"""Names with their values, in order."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a completion where a step, a trace or the closing fence begins.

    `numbers` are those of the question, and `nonnegative` is whether steps that give a value below zero are excluded.
    `room` is the number of characters that may still be written, `results` has the answers of finished traces, and
    `another` is whether a further one may follow. `expert` is that of the open trace, empty where none is open;
    `given` and `derived` are the names that it has set.
    """

    numbers: frozenset[Fraction]
    nonnegative: bool = False
    room: int = MAX_CANONICAL
    composed: bool = False
    results: tuple[Fraction, ...] = ()
    another: bool = True
    expert: str = ""
    steps: int = 0
    given: Values = ()
    derived: Values = ()

    @property
    def parts(self) -> int:
        """The number of finished traces."""
        return len(self.results)

    def grammar(self) -> str:
        """Return a grammar in Lark of the lines that lead to the next position, and of the first text behind them."""
        if not self.expert:
            return _start_grammar(self.composed, self.parts, self.another)
        known = (self.results, self.given, self.derived)
        limits = (self._may_go_on(), self._may_compose())
        return _step_grammar(_Choice(self.numbers, self.nonnegative, self.expert, self.composed, *known, *limits))

    def split(self, text: str) -> tuple[str, str] | None:
        """Split a text that begins here at the next position; return None if it does not reach that far."""
        lines = 1 if self.expert else _PART.start("").count("\n") + (0 if self.parts else FENCE_START.count("\n"))
        pieces = text.split("\n", lines)
        return ("\n".join([*pieces[:-1], ""]), pieces[-1]) if len(pieces) > lines else None

    def ends(self, text: str) -> bool:
        """Return whether a text that begins here ends the completion."""
        return self.parts > 0 and not self.expert and text == FENCE_END

    def after(self, text: str) -> "Position":
        """Return the next position, behind lines that the grammar of this one lets through."""
        room = self.room - len(text)
        if self.expert:
            return self._after_step(text, room)
        start = text.removeprefix(FENCE_START)
        composed = start.startswith(_PART.head)
        around = frame(composed=composed)
        return replace(self, room=room, composed=composed, expert=start[len(around.head) : -len(around.opening)])

    def _after_step(self, line: str, room: int) -> "Position":
        step = read_line(line)
        state = _state(self.results, self.given, self.derived)
        try:
            value: Any = step.run(state)
        except TraceError:  # a fault of arithmetic, where no step runs: the names are known still, the values are not
            state = _blind(self.results, self.given, self.derived)
            value = step.run(state)
        if any(form.ends for form in step_forms() if form.op is type(step)):
            results = (*self.results, value)
            return Position(self.numbers, self.nonnegative, room, self.composed, results, self._may_compose())
        given, derived = tuple(state.given.items()), tuple(state.derived.items())
        return replace(self, room=room, steps=self.steps + 1, given=given, derived=derived)

    def _may_go_on(self) -> bool:
        """Return whether any step may stand here, since there is room behind it for what must follow."""
        closing = 1 if self.derived else 2
        room = (1 + closing) * _LONG_STEP + len(FENCE_END) + (_LONG_PART if self.composed and not self.parts else 0)
        return self.room >= room and self.steps + 1 + closing <= MAX_STEPS

    def _may_compose(self) -> bool:
        """Return whether a further part may follow a query that stands here."""
        room = _LONG_STEP + _LONG_PART + len(FENCE_END)
        return self.composed and self.parts + 1 < MAX_PARTS and self.room >= room


def _behind(composed: bool, parts: int, another: bool) -> list[str]:
    """Return the texts that may follow so many finished traces: the closing fence, or the begin of a further one."""
    return [*([FENCE_END] if parts > 1 or not composed else []), *([_PART.head] if another else [])]


@lru_cache(maxsize=1 << 10)
def _start_grammar(composed: bool, parts: int, another: bool) -> str:
    """Return the grammar of a place where no trace is open."""
    if parts:
        ways = [_starts(True) if text == _PART.head else quoted(text) for text in _behind(composed, parts, another)]
    else:
        ways = [f"{quoted(FENCE_START)} {_starts(several)}" for several in (False, True)]
    return _stage(Rules("lark"), ways)


def _starts(composed: bool) -> str:
    """Return the expression of the lines before the steps of a trace, and of the text that begins its first step."""
    around = frame(composed=composed)
    return f"{either(quoted(around.start(expert)) for expert in EXPERTS)} {quoted(around.before + _STEP)}"


class _Choice(NamedTuple):
    """All that decides which steps may stand at a position; `going_on` is whether a step may follow that closes nothing."""

    numbers: frozenset[Fraction]
    nonnegative: bool
    expert: str
    composed: bool
    results: tuple[Fraction, ...]
    given: Values
    derived: Values
    going_on: bool
    another: bool
    valued: bool = True
    """Whether the values of names count."""

    def allows(self, form: Form) -> bool:
        """Return whether steps of a form may stand here."""
        closes = form.ends or (form.derives and not self.derived)
        return form.word in EXPERTS[self.expert].words and (self.going_on or closes)

    def texts(self, form: Form, place: int) -> dict[str, Any]:
        """Return the texts that a slot of a form may hold, with what a step holds for each."""
        kinds = form.slots[place].kinds
        names = [*(self.given if GIVEN in kinds else ()), *(self.derived if DERIVED in kinds else ())]
        held: dict[str, Any] = {name: name for name in ([_FRESH] if NEW in kinds else []) + [name for name, _ in names]}
        if NUMBER in kinds:
            held |= {text: read_number(text) for text in literals(form, place, self.numbers)}
        if RESULT in kinds:
            held |= {source: source for source in sources(len(self.results))}
        return held

    def runs(self, step: Step) -> bool:
        """Return whether a step runs here, and gives no value below zero where these are excluded."""
        state = _state if self.valued else _blind
        try:
            value: Any = step.run(state(self.results, self.given, self.derived))
        except TraceError:
            return False
        return not (self.nonnegative and self.valued) or (value >= 0 and not self._is_backwards(step))

    def _is_backwards(self, step: Step) -> bool:
        """Return whether a step takes a literal, or the value itself, from the smallest of several values.

        A model that begins a difference with the smaller number is to turn to the other one instead.
        """
        if not isinstance(step, Compute) or step.word != "sub":
            return False
        first, second = step.args
        known = dict(self.given + self.derived)
        others = [value for name, value in known.items() if name != first]
        return first in known and (second == first or second not in known) and known[first] < min(others, default=0)


def _state(results: Sequence[Fraction], given: Values, derived: Values) -> State:
    """Return a state in which names have these values."""
    state = State(results)
    state.given, state.derived = dict(given), dict(derived)
    return state


def _blind(results: Sequence[Fraction], given: Values, derived: Values) -> State:
    """Return a state that knows the same names and none of their values."""
    return Names(len(results), dict(given), dict(derived))


@lru_cache(maxsize=1 << 10)
def _step_grammar(choice: _Choice) -> str:
    """Return the grammar of a place where a step of an expert begins."""
    rules = Rules("lark")
    rules.add("NEW", _new_name(dict(choice.given + choice.derived)))
    forms = [form for form in step_forms() if choice.allows(form)]
    ways = [way for form in forms for way in _ways(rules, form, choice)] or [
        way for form in forms for way in _ways(rules, form, choice._replace(valued=False))
    ]
    around = frame(composed=choice.composed)
    behind = either(map(quoted, _behind(choice.composed, len(choice.results) + 1, choice.another)))
    followed = [
        f"{either(written(found))} {quoted(around.behind)} {follows}"
        for found, follows in (
            ([way for way in ways if not way[0].ends], quoted(around.before + _STEP)),
            ([way for way in ways if way[0].ends], behind),
        )
        if found
    ]
    return _stage(rules, [f"{quoted(around.before)} {either(followed)}"])


def _stage(rules: Rules, ways: Sequence[str]) -> str:
    """Return the grammar of one of several ways, as one terminal, which is the fastest."""
    return rules.text(rules.add("STAGE", either(ways)))


def _new_name(names: Collection[str]) -> str:
    """Return the expression of a name that is not set."""
    short = f"{lark(NAME.pattern)} & /.{{1,{MAX_NAME}}}/"
    return f"{short} & ~({' | '.join(map(quoted, sorted(names)))})" if names else short


def _ways(rules: Rules, form: Form, choice: _Choice) -> Iterator[tuple[Form, list[str]]]:
    """Yield a form with expressions for its slots, so that together they write the steps of the form that run."""
    held = [choice.texts(form, place) for place in range(len(form.slots))]
    every = product(*(texts.items() for texts in held))
    runs = {
        tuple(text for text, _ in chosen) for chosen in every if choice.runs(form.step([value for _, value in chosen]))
    }
    for several in merged(runs):
        slots = [sorted(texts - {_FRESH}) for texts in several]
        yield (
            form,
            [
                either([*(["NEW"] if _FRESH in texts else []), *([rules.one_of("TEXT", listed)] if listed else [])])
                for texts, listed in zip(several, slots, strict=True)
            ],
        )
