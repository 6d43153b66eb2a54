"""Checks the types of the arguments of public functions, so that a wrong one is a clear error before any work."""

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import wraps
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, get_args, get_origin

from .refusal import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_KINDS = {
    None: "None",
    bool: "True or False",
    int: "a whole number",
    str: "text",
    Path: "a path",
    Mapping: "a mapping",
    Sequence: "a list",
    Callable: "a function",
}
"""The types that public functions take, as messages call them."""


def checked(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Make a function raise InputError at an argument whose type is not the annotated one."""
    signature = inspect.signature(function)

    @wraps(function)
    def with_checks(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            _check(name, value, signature.parameters[name].annotation)
        return function(*args, **kwargs)

    return with_checks


def check_fields(value: "DataclassInstance") -> None:
    """Raise InputError at a field of a dataclass whose type is not the annotated one."""
    for field in fields(value):
        _check(field.name, getattr(value, field.name), field.type)


def _check(name: str, value: object, annotation: Any) -> None:
    kinds = _kinds(annotation)
    if not any(_fits(value, kind) for kind in kinds):
        known = " or ".join(_KINDS.get(kind, getattr(kind, "__name__", str(kind))) for kind in kinds)
        raise InputError(f"{name} is {_short(value)}; give {known}")


def _kinds(annotation: Any) -> list[Any]:
    """Return the types of an annotation: those of a union, each without its type arguments."""
    parts = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    kinds = [None if part is type(None) else get_origin(part) or part for part in parts]
    return [Callable if kind is get_origin(Callable[[], None]) else kind for kind in kinds]


def _fits(value: object, kind: Any) -> bool:
    """Return whether a value has a type: True is no number, and any path is a path."""
    if kind is None:
        return value is None
    if kind is int:
        return type(value) is int
    if kind is Callable:
        return callable(value)
    return isinstance(value, os.PathLike if kind is Path else kind)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
