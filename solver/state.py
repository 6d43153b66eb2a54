"""The state that a trace works on: the values given so far, and those worked out."""

import re
from collections.abc import Sequence
from typing import Any

from .number import LIMIT, fits
from .refusal import TraceError, did_you_mean


class State:
    """Worked-out values over given ones; a query sees only what was worked out (P1).

    `init` gives, every other op derives, so answering with a number that was merely extracted needs no check
    of its own. Values are anything exact with arithmetic: fractions here, columns in `columns.ColumnState`.
    """

    def __init__(self, results: Sequence[Any] = ()):
        self.given: dict[str, Any] = {}
        self.derived: dict[str, Any] = {}
        self.results = results

    def require(self, claim: Any, code: str, reason: str) -> None:
        """Raise TraceError unless the claim holds."""
        if not claim:
            raise TraceError(code, reason)

    def fits(self, value: Any) -> bool:
        """Return whether the value is within the bounds of `number.LIMIT`."""
        return fits(value)

    def value(self, operand: Any) -> Any:
        """Return what a variable holds, or the literal itself."""
        if not isinstance(operand, str):
            return operand
        return self.held(operand)

    def give(self, name: str, value: Any) -> Any:
        """Set a variable to a number of the text."""
        self._unset(name)
        self.given[name] = value
        return value

    def derive(self, name: str, value: Any) -> Any:
        """Set a variable to a value that was worked out."""
        self._unset(name)
        return self.change(name, value)

    def change(self, name: str, value: Any) -> Any:
        """Set a variable, new or not, to a value that was worked out."""
        if not self.fits(value):
            raise TraceError("too_large", f"{name} leaves the range of numbers below {LIMIT:.0e}")
        self.derived[name] = value
        return value

    def held(self, entity: str) -> Any:
        """Return what a name holds."""
        if entity in self.derived:
            return self.derived[entity]
        if entity in self.given:
            return self.given[entity]
        raise self._missing(entity)

    def amount(self, operand: Any) -> Any:
        """Return an amount that is added or moved: positive."""
        amount = self.value(operand)
        self.require(amount > 0, "bad_amount", "the amount is not positive; moving nothing or less is no step")
        return amount

    def taken(self, entity: str, operand: Any) -> Any:
        """Return an amount that an entity gives away: positive, and no more than it has."""
        amount = self.amount(operand)
        self.require(amount <= self.held(entity), "not_enough", f"{entity} has less than the amount taken")
        return amount

    def result(self, source: str) -> Any:
        """Return the result of an earlier sub-trace."""
        last = len(self.results) - 1
        index = last if source == "prev.result" else int(re.findall(r"[0-9]+", source)[0])
        if not 0 <= index <= last:
            have = ", ".join(f"sub{k}.result" for k in range(last + 1)) or "no earlier sub-trace"
            raise TraceError("bad_source", f"{source} names no earlier sub-trace; there is {have}")
        return self.results[index]

    def answer(self, name: str) -> Any:
        """Return a worked-out value; a given one is no answer."""
        if name in self.derived:
            return self.derived[name]
        if name in self.given:
            raise TraceError("short_circuit", f"{name} is given, not worked out; query what the steps compute")
        raise self._missing(name)

    def _unset(self, name: str) -> None:
        if name in self.derived or name in self.given:
            raise TraceError("set_twice", f"{name} is set already; use a new name")

    def _missing(self, name: str) -> TraceError:
        known = {**self.given, **self.derived}
        hint = f"init it first; {did_you_mean(name, known)}" if known else "init it first"
        return TraceError("unset", f"{name} was never set; {hint}")
