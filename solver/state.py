"""The variables of a running trace: values that the text gives, and values that steps derive."""

import re
from collections.abc import Sequence
from typing import Any

from .number import LIMIT, fits
from .refusal import TraceError, did_you_mean


class State:
    """The variables of one running trace, and the results of the sub-traces before it.

    `init` sets given values; every other op sets derived values; a query reads derived values only, so a trace cannot
    answer with a number that it merely extracted (P1). Values are exact and support arithmetic: fractions here,
    columns in `columns.ColumnState`.
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
        """Return the value of a variable, or the literal itself; raise TraceError if the variable is unset."""
        if not isinstance(operand, str):
            return operand
        return self.lookup(operand)

    def give(self, name: str, value: Any) -> Any:
        """Set a new variable to a number that the text gives; raise TraceError if it is set already."""
        self._unset(name)
        self.given[name] = value
        return value

    def derive(self, name: str, value: Any) -> Any:
        """Set a new variable to a derived value; raise TraceError if it is set already or the value is too large."""
        self._unset(name)
        return self.change(name, value)

    def change(self, name: str, value: Any) -> Any:
        """Set a variable, new or not, to a derived value; raise TraceError if the value is too large."""
        if not self.fits(value):
            raise TraceError("too_large", f"{name} leaves the range of numbers below {LIMIT:.0e}")
        self.derived[name] = value
        return value

    def lookup(self, name: str) -> Any:
        """Return the value of a variable; raise TraceError if it is unset."""
        if name in self.derived:
            return self.derived[name]
        if name in self.given:
            return self.given[name]
        raise self._missing(name)

    def amount(self, operand: Any) -> Any:
        """Return an amount that is added or moved; raise TraceError unless it is positive."""
        amount = self.value(operand)
        self.require(amount > 0, "bad_amount", "the amount is not positive; moving nothing or less is no step")
        return amount

    def withdrawal(self, entity: str, operand: Any) -> Any:
        """Return an amount that an entity gives away; raise TraceError unless it is positive and the entity has it."""
        amount = self.amount(operand)
        self.require(amount <= self.lookup(entity), "not_enough", f"{entity} has less than the amount taken")
        return amount

    def result(self, source: str) -> Any:
        """Return the result of an earlier sub-trace, `prev.result` or `subN.result` (P13); raise TraceError if there is none."""
        last = len(self.results) - 1
        index = last if source == "prev.result" else int(re.findall(r"[0-9]+", source)[0])
        if not 0 <= index <= last:
            known = ", ".join(f"sub{k}.result" for k in range(last + 1)) or "no earlier sub-trace"
            raise TraceError("bad_source", f"{source} names no earlier sub-trace; there is {known}")
        return self.results[index]

    def answer(self, name: str) -> Any:
        """Return a derived value; raise TraceError for a given one, which is no answer (P1)."""
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
