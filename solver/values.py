"""Converts the values of a JSON file to types of ours, and says in plain words which of them does not fit."""

import re
from typing import Any, TypeVar

import msgspec

from .refusal import InputError

_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}
"""Our words for the kinds of JSON values that msgspec names."""
_MESSAGE = re.compile(r"(?P<fault>.*?)(?: - at `(?P<place>[^`]*)`)?", re.DOTALL)

Kind = TypeVar("Kind")


def typed(values: Any, kind: type[Kind], name: str) -> Kind:
    """Return JSON values as a type; raise InputError that begins with a name and says which value does not fit."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"{name}: {_told(str(error))}") from None


def _told(message: str) -> str:
    """Return a message of msgspec in plain words.

    >>> _told("Expected `int`, got `str` - at `$.files[...].rows`")
    'files[...].rows is text and not a whole number'
    >>> _told("Object missing required field `format`")
    'it lacks format'
    """
    found = _MESSAGE.fullmatch(message)
    fault, place = (found["fault"], found["place"]) if found else (message, "")
    where = (place or "").removeprefix("$").lstrip(".") or "it"
    words = re.findall(r"`([^`]*)`", fault)
    if fault.startswith("Expected") and ", got" in fault and len(words) == 2:
        wanted, got = (" or ".join(_KINDS.get(kind, kind) for kind in word.split(" | ")) for word in words)
        return f"{where} is {got} and not {wanted}"
    if "missing required field" in fault:
        return f"{where} lacks {words[0]}"
    if "unknown field" in fault:
        return f"{where} has the key {words[0]}, which this version of wirework does not know"
    return f"{where} has a value that does not fit"
