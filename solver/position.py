"""Follows a completion line by line, and writes grammars of what may stand next.

A new grammar after each step knows the names that are set. So every completion that the grammars let through can be
read and, but for arithmetic, be run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from os.path import commonprefix
from typing import NamedTuple

from .experts import EXPERTS
from .fields import MAX_NAME, NAME
from .grammar import Rules, either, frame, lark, literals, quoted, sources, written
from .number import MAX_LITERAL
from .program import MAX_PARTS, MAX_STEPS
from .step_forms import DERIVED, GIVEN, NEW, NUMBER, RESULT, Form, Names, Slot, step_forms
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


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a completion where a step, a trace or the closing fence begins.

    `numbers` are those of the question. `room` is the number of characters that may still be written, `parts` the
    number of finished traces, and `another` is whether a further one may follow. `expert` is that of the open trace,
    empty where none is open; `given` and `derived` are the names that it has set.
    """

    numbers: frozenset[Fraction]
    room: int = MAX_CANONICAL
    composed: bool = False
    parts: int = 0
    another: bool = True
    expert: str = ""
    steps: int = 0
    given: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()

    def grammar(self) -> str:
        """Return a grammar in Lark of the lines that lead to the next position, and of the first text behind them."""
        if not self.expert:
            return _start_grammar(self.composed, self.parts, self.another)
        names = (self.given, self.derived)
        limits = (self._may_go_on(), self._may_compose())
        return _step_grammar(_Choice(self.numbers, self.expert, self.composed, self.parts, *names, *limits))

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
        state = Names(self.parts, self.given, self.derived)
        step.run(state)
        if any(form.ends for form in step_forms() if form.op is type(step)):
            return Position(self.numbers, room, self.composed, self.parts + 1, self._may_compose())
        given, derived = frozenset(state.given), frozenset(state.derived)
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
    expert: str
    composed: bool
    parts: int
    given: frozenset[str]
    derived: frozenset[str]
    going_on: bool
    another: bool

    def allows(self, form: Form) -> bool:
        """Return whether steps of a form may stand here."""
        closes = form.ends or (form.derives and not self.derived)
        return form.word in EXPERTS[self.expert].words and (self.going_on or closes)

    def names(self, slot: Slot) -> list[str]:
        """Return the set names that a slot may hold."""
        given = self.given if GIVEN in slot.kinds else frozenset()
        derived = self.derived if DERIVED in slot.kinds else frozenset()
        return sorted(given | derived)


@lru_cache(maxsize=1 << 10)
def _step_grammar(choice: _Choice) -> str:
    """Return the grammar of a place where a step of an expert begins."""
    rules = Rules("lark")
    rules.add("NEW", _new_name(choice.given | choice.derived))
    ways = [way for form in step_forms() if choice.allows(form) for way in _ways(rules, form, choice)]
    around = frame(composed=choice.composed)
    behind = either(map(quoted, _behind(choice.composed, choice.parts + 1, choice.another)))
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


def _new_name(names: frozenset[str]) -> str:
    """Return the expression of a name that is not set."""
    short = f"{lark(NAME.pattern)} & /.{{1,{MAX_NAME}}}/"
    return f"{short} & ~({' | '.join(map(quoted, sorted(names)))})" if names else short


def _ways(rules: Rules, form: Form, choice: _Choice) -> Iterator[tuple[Form, list[str]]]:
    """Yield a form with expressions for its slots; nothing if nothing can stand in one of them.

    Slots that hold different names are written out: one choice for each name of the first.
    """
    for names in _apart([choice.names(slot) for slot in form.slots], form.apart):
        slots = []
        for place, slot in enumerate(form.slots):
            listed = (
                ("NAME", names[place]),
                ("NUMBER", literals(form, place, choice.numbers) if NUMBER in slot.kinds else ()),
                ("RESULT", sources(choice.parts) if RESULT in slot.kinds else ()),
            )
            held = [rules.one_of(label, texts) for label, texts in listed if texts]
            slots.append(["NEW", *held] if NEW in slot.kinds else held)
        if all(slots):
            yield form, [either(held) for held in slots]


def _apart(held: list[list[str]], pairs: Sequence[tuple[int, int]]) -> Iterator[list[list[str]]]:
    """Yield choices of names for slots, so that the slots of each pair hold different names."""
    if not pairs:
        yield held
        return
    (one, other), *rest = pairs
    for name in held[one]:
        chosen = list(held)
        chosen[one], chosen[other] = [name], [different for different in held[other] if different != name]
        yield from _apart(chosen, rest)
