"""Columns of exact numbers: they let the solver's steps run on all rows of a dataset at once.

A column stores int64 numerators over one common denominator, its scale. A result that would overflow int64 is stored
as `Fraction` objects instead: slower, and as exact. Floats are never used.
"""

from contextlib import suppress
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import arrow
from .number import fits, read_number, write_number
from .refusal import TraceError
from .state import State

_INT64 = 2**63 - 1
_MAX_SCALE = 10**12
_PLACES = 6
"""Decimal places up to which Arrow reads and writes decimals as `number` does; beyond, it writes exponents."""
_DECIMAL = rf"^(?:0|[1-9][0-9]{{0,11}})(?:\.[0-9]{{1,{_PLACES}}})?$"
"""Decimals that Arrow parses a column at a time; other numbers are parsed one by one."""


class Column:
    """A column of exact numbers, `units / scale`.

    `units` has one element per row: int64, or `Fraction` objects with a `scale` of 1. Arithmetic and comparisons work
    row by row, with columns of the same length and with single numbers. A division raises ZeroDivisionError.
    """

    __slots__ = ("scale", "units")
    __array_ufunc__ = None  # makes numpy scalars on the left use our reflected operators

    def __init__(self, units: np.ndarray, scale: int = 1):
        self.units = units
        self.scale = scale

    def __len__(self) -> int:
        return len(self.units)

    @classmethod
    def of(cls, values: Any) -> "Column":
        """Return a column of the given fractions or integers."""
        values = [Fraction(value) for value in values]
        scale = lcm(*{value.denominator for value in values}) if values else 1
        units = [value.numerator * (scale // value.denominator) for value in values]
        if scale > _MAX_SCALE or any(abs(unit) > _INT64 for unit in units):
            return cls(_objects(values))
        return cls(np.array(units, dtype=np.int64), scale)

    @classmethod
    def parse(cls, texts: pa.Array) -> "Column":
        """Parse a string array; raise ValueError if a row is null or is not a number."""
        if texts.null_count:
            raise ValueError("a row has no number")
        with suppress(pa.ArrowInvalid):
            # Arrow also accepts 010, 0x1F and -2**63 (which cannot be negated), so texts that start so are parsed below.
            if not any(pc.any(pc.starts_with(texts, odd)).as_py() for odd in "-0"):
                return cls(arrow.values(pc.cast(texts, pa.int64())))
        if len(texts) and pc.all(pc.match_substring_regex(texts, _DECIMAL)).as_py():
            decimals = pc.cast(texts, pa.decimal128(18, _PLACES))
            return _reduced(np.frombuffer(decimals.buffers()[1], dtype=np.int64)[::2].copy(), 10**_PLACES)
        coded = texts.dictionary_encode()
        table = cls.of(read_number(text) for text in coded.dictionary.to_pylist())
        return table.take(arrow.values(coded.indices))

    def text(self) -> pa.Array:
        """Return the canonical texts as a string array, as `number.write_number` writes them."""
        if self.scale == 1 and self.exact:
            return pc.cast(arrow.integers(self.units), pa.string())
        places = next((k for k in range(1, _PLACES + 1) if 10**k % self.scale == 0), None)
        if self.exact and places and _top(self) * (10**places // self.scale) <= _INT64:
            return _decimals(self.units * (10**places // self.scale), places)
        units, where = np.unique(self.units, return_inverse=True)
        table = arrow.texts(write_number(Fraction(unit) / self.scale) for unit in units.tolist())
        return table.take(arrow.integers(where.reshape(-1)))

    def take(self, indices: np.ndarray) -> "Column":
        """Return the rows at `indices`."""
        return Column(self.units[indices], self.scale)

    def fractions(self) -> list[Fraction]:
        """Return the rows as fractions."""
        return [Fraction(unit) / self.scale for unit in self.units.tolist()]

    def terminates(self) -> np.ndarray:
        """Return a boolean array: true for rows that are terminating decimals (denominators of 2s and 5s alone)."""
        if not self.exact:
            return np.array([pow(10, unit.denominator.bit_length(), unit.denominator) == 0 for unit in self.units])
        odd = self.scale
        for prime in (2, 5):
            while odd % prime == 0:
                odd //= prime
        return self.units % odd == 0

    @property
    def exact(self) -> bool:
        """Whether the units are int64, the fast form."""
        return bool(self.units.dtype != object)

    @property
    def bounded(self) -> bool:
        """Whether every number is within `number.LIMIT`; int64 always is."""
        return self.exact or all(map(fits, self.units))

    def __add__(self, other: Any) -> "Column":
        return self._linear(other, np.add)

    def __radd__(self, other: Any) -> "Column":
        return self + other

    def __sub__(self, other: Any) -> "Column":
        return self._linear(other, np.subtract)

    def __rsub__(self, other: Any) -> "Column":
        return _column(other, len(self)) - self

    def __mul__(self, other: Any) -> "Column":
        other = _column(other, len(self))
        if self.exact and other.exact and _top(self) * _top(other) <= _INT64:
            return _reduced(self.units * other.units, self.scale * other.scale)
        return Column(_fractions(self) * _fractions(other))

    def __rmul__(self, other: Any) -> "Column":
        return self * other

    def __truediv__(self, other: Any) -> "Column":
        if not isinstance(other, Column):
            return self * (1 / Fraction(other))
        other = _divisor(other, len(self))
        if self.exact and other.exact and max(_top(self) * other.scale, _top(other) * self.scale) <= _INT64:
            above, below = self.units * other.scale, other.units * self.scale
            common = np.gcd(above, below) * np.sign(below)
            above, below = above // common, below // common
            scale = lcm(*np.unique(below).tolist()) if len(below) else 1
            if scale <= _MAX_SCALE and _top(self) * other.scale * scale <= _INT64:
                return Column(above * (scale // below), scale)
        return Column(_fractions(self) / _fractions(other))

    def __rtruediv__(self, other: Any) -> "Column":
        return _column(other, len(self)) / self

    def __floordiv__(self, other: Any) -> "Column":
        a, b = _aligned(self, _divisor(other, len(self)))
        whole = a.units // b.units
        return Column(whole if a.exact else _objects([Fraction(unit) for unit in whole]))

    def __rfloordiv__(self, other: Any) -> "Column":
        return _column(other, len(self)) // self

    def __mod__(self, other: Any) -> "Column":
        a, b = _aligned(self, _divisor(other, len(self)))
        return Column(a.units % b.units, a.scale)

    def __rmod__(self, other: Any) -> "Column":
        return _column(other, len(self)) % self

    def __neg__(self) -> "Column":
        return Column(-self.units, self.scale)

    def __eq__(self, other: object) -> Any:
        return self._compare(other, np.equal)

    def __ne__(self, other: object) -> Any:
        return self._compare(other, np.not_equal)

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, np.less)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, np.less_equal)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, np.greater)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, np.greater_equal)

    __hash__ = None  # type: ignore[assignment]  # == returns an array, so a column cannot be a dict key

    def _linear(self, other: Any, operation: np.ufunc) -> "Column":
        a, b = _aligned(self, _column(other, len(self)))
        if a.exact and _top(a) + _top(b) > _INT64:
            a, b = Column(_fractions(a)), Column(_fractions(b))
        return Column(operation(a.units, b.units), a.scale)

    def _compare(self, other: Any, operation: np.ufunc) -> np.ndarray:
        a, b = _aligned(self, _column(other, len(self)))
        return operation(a.units, b.units).astype(bool)


def _objects(values: Any) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _fractions(column: Column) -> np.ndarray:
    return _objects(column.fractions()) if column.exact else column.units


def _decimals(units: np.ndarray, places: int) -> pa.Array:
    """Return the texts of int64 units over 10**places, without trailing zeros."""
    words = np.empty((len(units), 2), dtype=np.int64)  # a decimal is 128 bits wide, low word first
    words[:, 0] = units
    words[:, 1] = units >> 63
    column = pa.Array.from_buffers(pa.decimal128(38, places), len(units), [None, pa.py_buffer(words)])
    return pc.utf8_rtrim(pc.utf8_rtrim(pc.cast(column, pa.string()), "0"), ".")


def _top(column: Column) -> int:
    """Return the largest absolute unit of an integer column, 0 if it is empty."""
    units = column.units
    return max(int(units.max()), -int(units.min())) if len(units) else 0


def _column(value: Any, rows: int) -> Column:
    """Return a column unchanged, or a number repeated in every row."""
    if isinstance(value, Column):
        return value
    value = Fraction(value)
    if value.denominator <= _MAX_SCALE and abs(value.numerator) <= _INT64:
        return Column(np.broadcast_to(np.int64(value.numerator), rows), value.denominator)
    return Column(_objects([value] * rows))


def _divisor(value: Any, rows: int) -> Column:
    """Return a divisor as a column; raise ZeroDivisionError at a 0, since numpy would only warn and return 0."""
    column = _column(value, rows)
    if not column.units.all():
        raise ZeroDivisionError("a row divides by 0")
    return column


def _reduced(units: np.ndarray, scale: int) -> Column:
    """Return a column over the smallest scale, so that repeated products do not overflow."""
    if scale == 1 or not units.any():
        return Column(units)
    common = gcd(int(np.gcd.reduce(units)), scale)
    if scale // common > _MAX_SCALE:
        return Column(_fractions(Column(units, scale)))
    return Column(units // common, scale // common)


def _aligned(a: Column, b: Column) -> tuple[Column, Column]:
    """Return both columns over a common scale, or both as fractions if that would overflow."""
    if a.exact and b.exact:
        if a.scale == b.scale:
            return a, b
        scale = lcm(a.scale, b.scale)
        if scale <= _MAX_SCALE and max(_top(a) * (scale // a.scale), _top(b) * (scale // b.scale)) <= _INT64:
            return Column(a.units * (scale // a.scale), scale), Column(b.units * (scale // b.scale), scale)
    return Column(_fractions(a)), Column(_fractions(b))


class ColumnState(State):
    """The state of many traces at once, which differ in numbers and names alone; values are columns, a row per trace."""

    def require(self, claim: Any, code: str, reason: str) -> None:
        """Raise TraceError naming the first row for which the claim is false."""
        if isinstance(claim, np.ndarray) and not claim.all():
            raise TraceError(code, f"in row {int(np.argmin(claim))}: {reason}")
        if isinstance(claim, bool) and not claim:
            raise TraceError(code, reason)

    def fits(self, value: Any) -> Any:
        """Return whether all numbers are within `number.LIMIT`."""
        return value.bounded if isinstance(value, Column) else super().fits(value)
