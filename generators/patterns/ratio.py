"""Columns of exact quotients that are not reduced, so that a division searches for no common denominator."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from solver.columns import Column

Part = Column | Fraction
"""A side of a quotient: a number per row, or one number for all."""
ONE = Fraction(1)


class Ratio:
    """A column of quotients `top / bottom`; a row that divides by zero is undefined, and no comparison with it holds.

    Raises OverflowError where a side leaves 64-bit integers.
    """

    __slots__ = ("bottom", "top", "undefined")

    def __init__(self, top: Part, bottom: Part = ONE, *undefined: np.ndarray | None):
        self.top = _fast(top)
        self.bottom = _fast(bottom)
        masks = [mask for mask in undefined if mask is not None]
        self.undefined = np.logical_or.reduce(masks) if masks else None

    @property
    def bounded(self) -> bool:
        """Whether every number is in bounds; the constructor refuses others."""
        return True

    def __add__(self, other: Any) -> "Ratio":
        return self._sum(other, 1)

    __radd__ = __add__

    def __sub__(self, other: Any) -> "Ratio":
        return self._sum(other, -1)

    def __rsub__(self, other: Any) -> "Ratio":
        return ratio(other) - self

    def __mul__(self, other: Any) -> "Ratio":
        other = ratio(other)
        masks = self.undefined, other.undefined
        return Ratio(_product(self.top, other.top), _product(self.bottom, other.bottom), *masks)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Ratio":
        other = ratio(other)
        top, divisor, zero = _product(self.top, other.bottom), other.top, None
        if isinstance(divisor, Fraction):
            return Ratio(top / divisor, self.bottom, self.undefined, other.undefined)
        signs = np.sign(divisor.units)
        if len(signs) and signs.min() < 1:
            zero = signs == 0
            top = _product(top, Column(signs))
            divisor = Column(np.where(zero, divisor.scale, np.abs(divisor.units)), divisor.scale)
        return Ratio(top, _product(self.bottom, divisor), self.undefined, other.undefined, zero)

    def __rtruediv__(self, other: Any) -> "Ratio":
        return ratio(other) / self

    def __floordiv__(self, other: Any) -> "Ratio":
        quotient = self / other
        whole = quotient.top // quotient.bottom
        return Ratio(whole if isinstance(whole, Column) else Fraction(whole), ONE, quotient.undefined)

    def __rfloordiv__(self, other: Any) -> "Ratio":
        return ratio(other) // self

    def __mod__(self, other: Any) -> "Ratio":
        return self - ratio(other) * (self // other)

    def __rmod__(self, other: Any) -> "Ratio":
        return ratio(other) % self

    def compared(self, other: "Ratio", comparison: Callable[[Any, Any], Any]) -> Any:
        """Return where a comparison of two ratios holds: an array, or one bool if both are one number for all rows."""
        holds = comparison(_product(self.top, other.bottom), _product(other.top, self.bottom))
        return _defined(holds, self, other)

    def whole(self) -> Any:
        """Return where the quotient is a whole number."""
        return _defined(self.top % self.bottom == 0, self)

    def take(self, rows: np.ndarray) -> "Ratio":
        """Return the ratios of some rows, given by their positions."""
        top, bottom = (part.take(rows) if isinstance(part, Column) else part for part in (self.top, self.bottom))
        return Ratio(top, bottom, None if self.undefined is None else self.undefined[rows])

    def _sum(self, other: Any, sign: int) -> "Ratio":
        other = ratio(other)
        left, right = _product(self.top, other.bottom), _product(other.top, self.bottom)
        top = left + right if sign > 0 else left - right
        return Ratio(top, _product(self.bottom, other.bottom), self.undefined, other.undefined)


def _fast(part: Part) -> Part:
    if isinstance(part, Column) and not part.exact:
        raise OverflowError("computes numbers of more than 18 digits; use smaller ranges")
    return part


def ratio(value: Any) -> Ratio:
    """Return a ratio unchanged, or a number or column as one."""
    return value if isinstance(value, Ratio) else Ratio(value if isinstance(value, Column) else Fraction(value))


def _product(left: Part, right: Part) -> Any:
    """Return a product, without work if a side is one."""
    return left if right is ONE else right if left is ONE else left * right


def _defined(holds: Any, *ratios: Ratio) -> Any:
    for ratio in ratios:
        holds = holds if ratio.undefined is None else holds & ~ratio.undefined
    return holds
