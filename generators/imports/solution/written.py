"""The origins of numbers that a program writes down itself: a number of the question, an earlier result, a constant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """A number of the question, by its span there."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an earlier step."""

    step: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that the program brings along, such as the 100 of percent."""


@dataclass(frozen=True, slots=True)
class ByValue:
    """A number of a program that names no place: the one number of the question that has its value, if there is one."""


Written = Slot | Result | Constant | ByValue
