"""Derives the forms in which each op can be written: its text, and the names and numbers that its fields may hold.

Nothing is stated here that an op states already. Each op is run with every kind of name and number in its fields, and
the combinations that it does not refuse are its forms.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from typing import Any

from .fields import KINDS, OPERATIONS, Number, Operand, Operation, Pair, Source, Var
from .ops import OPS, Query, Step, fields_of, write_step
from .refusal import TraceError
from .state import State

NEW, GIVEN, DERIVED, NUMBER, RESULT = "new", "given", "derived", "number", "result"
"""The kinds of text in a field: a name that is not set, a given or a derived one, a number, a result."""

ARITHMETIC = frozenset({"not_enough", "division_by_zero", "too_large"})
"""The faults that only values decide, so that no grammar can rule them out."""

_VALUE = Fraction(7)
_LITERAL = Fraction(3)
"""A number that changes whatever it is computed with."""
_NAMES = {Var: (NEW, GIVEN, DERIVED), Number: (NUMBER,), Operand: (GIVEN, DERIVED, NUMBER), Source: (RESULT,)}
"""The texts that each kind of field can hold; a pair holds two operands."""
_MOST_SLOTS = 2 + max(len(fields_of(op)) for op in OPS.values())
_MARK = "\0"


class Names(State):
    """A state that knows names and no values: every variable has the same positive value.

    Steps are refused as in any state, but for the faults of ARITHMETIC.
    """

    def __init__(self, parts: int = 0, given: Iterable[str] = (), derived: Iterable[str] = ()):
        super().__init__([_VALUE] * parts)
        self.given = dict.fromkeys(given, _VALUE)
        self.derived = dict.fromkeys(derived, _VALUE)

    def require(self, claim: Any, code: str, reason: str) -> None:
        """Raise TraceError unless the claim holds or depends on values."""
        super().require(claim or code in ARITHMETIC, code, reason)

    def fits(self, value: Any) -> bool:  # noqa: ARG002  # no value is too large
        """Return True."""
        return True

    def give(self, name: str, value: Any) -> Any:  # noqa: ARG002  # all values are the same
        """Set a new variable."""
        return super().give(name, _VALUE)

    def change(self, name: str, value: Any) -> Any:  # noqa: ARG002
        """Set a variable to a derived value."""
        return super().change(name, _VALUE)


def accepts(step: Step, state: State) -> bool:
    """Run a step and return whether it is not refused."""
    try:
        step.run(state)
    except TraceError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a form: the field in which it stands, and the kinds of text that it can hold."""

    field: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One way to write a step: `texts` stand around the slots.

    `fixed` are the fields that every step of the form has alike.
    """

    op: type[Step]
    fixed: tuple[tuple[str, Any], ...]
    slots: tuple[Slot, ...]
    texts: tuple[str, ...]
    derives: bool
    """Whether a step of this form derives a value, so that a query may follow."""

    @property
    def word(self) -> str:
        """The word of the form's steps in vocabularies."""
        return self.step(self.samples()).word

    @property
    def ends(self) -> bool:
        """Whether a step of this form ends a trace."""
        return issubclass(self.op, Query)

    @property
    def takes_result(self) -> bool:
        """Whether a step of this form names the result of an earlier sub-trace."""
        return any(RESULT in slot.kinds for slot in self.slots)

    @property
    def free(self) -> bool:
        """Whether a step of this form needs no name that is set."""
        return all(slot.kinds - {GIVEN, DERIVED} for slot in self.slots)

    def step(self, values: Iterable[Any]) -> Step:
        """Return the step with these values in its slots."""
        return _step(self.op, self.fixed, [slot.field for slot in self.slots], values)

    def holds(self, place: int, number: Fraction) -> bool:
        """Return whether a slot may hold a literal number, with names in the other slots where they can stand."""
        values = self.samples()
        values[place] = number
        return accepts(self.step(values), _state())

    def samples(self) -> list[Any]:
        """Return values with which the form runs, names where they can stand."""
        return [
            _sample(next(kind for kind in (NEW, GIVEN, DERIVED, RESULT, NUMBER) if kind in slot.kinds), place)
            for place, slot in enumerate(self.slots)
        ]


@cache
def step_forms() -> tuple[Form, ...]:
    """Return the forms of all ops."""
    return tuple(form for op in OPS.values() for form in _forms(op))


def _forms(op: type[Step]) -> Iterator[Form]:
    known = fields_of(op)
    optional = [name for name, field in known.items() if not field.needed]
    operations = [name for name, field in known.items() if field.kind is KINDS[Operation]]
    for count in range(len(optional) + 1):
        for left_out in combinations(optional, count):
            fields = [name for name in known if name not in (*left_out, *operations)]
            for values in product(OPERATIONS, repeat=len(operations)):
                fixed = tuple(zip(operations, values, strict=True))
                yield from _forms_of(op, fixed, fields)


def _forms_of(op: type[Step], fixed: tuple[tuple[str, Any], ...], fields: list[str]) -> Iterator[Form]:
    """Yield the forms of an op with these fixed fields and these fields of slots."""
    kinds = {name: next(kind for kind, known in KINDS.items() if known is fields_of(op)[name].kind) for name in fields}
    slots = [name for name in fields for _ in range(2 if kinds[name] is Pair else 1)]
    possible = [_NAMES[Operand if kinds[name] is Pair else kinds[name]] for name in slots]
    runs = {
        chosen
        for chosen in product(*possible)
        if accepts(_step(op, fixed, slots, map(_sample, chosen, range(len(slots)))), _state())
    }
    texts = tuple(write_step(_step(op, fixed, slots, [_MARK] * len(slots))).split(_MARK))
    for kinds_of_slots in merged(runs):
        form = Form(op, fixed, tuple(map(Slot, slots, kinds_of_slots)), texts, derives=False)
        yield replace(form, derives=_derives(form))


def merged(runs: set[tuple[str, ...]]) -> list[tuple[frozenset[str], ...]]:
    """Return few combinations of sets that together stand for these combinations of texts, as their products do."""
    found = [tuple(frozenset({kind}) for kind in chosen) for chosen in sorted(runs)]
    for place in range(len(found[0]) if found else 0):
        groups: dict[tuple[frozenset[str], ...], frozenset[str]] = {}
        for chosen in found:
            rest = chosen[:place] + chosen[place + 1 :]
            groups[rest] = groups.get(rest, frozenset()) | chosen[place]
        found = [(*rest[:place], kinds, *rest[place:]) for rest, kinds in groups.items()]
    return found


def _derives(form: Form) -> bool:
    state = _state()
    before = set(state.derived)
    form.step(form.samples()).run(state)
    return set(state.derived) > before


def _step(op: type[Step], fixed: Iterable[tuple[str, Any]], slots: list[str], values: Iterable[Any]) -> Step:
    """Return a step; a field with two slots is a pair."""
    held: dict[str, list[Any]] = {}
    for name, value in zip(slots, values, strict=True):
        held.setdefault(name, []).append(value)
    pairs = {name for name, field in fields_of(op).items() if field.kind is KINDS[Pair]}
    return op(**dict(fixed), **{name: tuple(found) if name in pairs else found[0] for name, found in held.items()})


def _sample(kind: str, place: int) -> Any:
    """Return a value of a kind; names in different places differ."""
    return {NUMBER: _LITERAL, RESULT: "prev.result"}.get(kind, f"{kind}{place}")


def _state() -> Names:
    """Return a state with given and derived names and an earlier result."""
    return Names(
        1, [f"{GIVEN}{place}" for place in range(_MOST_SLOTS)], [f"{DERIVED}{place}" for place in range(_MOST_SLOTS)]
    )
