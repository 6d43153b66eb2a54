"""Licences of the sources of a dataset: their terms, and the licence of what is made of several sources."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from .dataset import recipe_path
from .files import read_json, read_text
from .refusal import InputError, did_you_mean
from .values import typed

UNKNOWN = "unknown"
"""The Hub's identifier where no licence is stated."""


@dataclass(frozen=True)
class Licensed:
    """A source of a dataset with its licence, as recipe, manifest and card list it."""

    name: str
    licence: str
    """An identifier of the Hub."""
    notice: str
    """The line that names the authors; empty if none was given."""
    terms: str
    share_alike: bool
    """Whether a dataset that is made of it must be under the same licence."""
    derivatives: bool | None
    """Whether changed copies may be passed on; None if that is not known."""


class _Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The terms that some licences share."""

    licences: tuple[str, ...]
    terms: str
    share_alike: bool = False
    commercial: bool = True
    derivatives: bool | None = True

    def admit(self, other: "_Terms") -> bool:
        """Return whether a dataset under these terms may hold a source under others."""
        return bool(other.derivatives) and not other.share_alike and (other.commercial or not self.commercial)


@cache
def _known() -> dict[str, _Terms]:
    path = Path(__file__).with_name("licences.yaml")
    groups = msgspec.yaml.decode(read_text(path), type=list[_Terms])
    return {licence: group for group in groups for licence in group.licences}


def known_licence(licence: str) -> str:
    """Return an identifier of the Hub as it is; raise InputError for any other text."""
    if licence not in _known():
        hint = did_you_mean(licence, _known())
        raise InputError(f"license {licence!r} is not one of the Hub's; {hint}")
    return licence


def licensed(name: str, licence: str, notice: str, terms: str = "", *, derivatives: bool | None = None) -> Licensed:
    """Return a source with the terms of its licence; `terms` and `derivatives` are for a licence that has its own."""
    known = _known()[known_licence(licence)]
    allowed = known.derivatives if derivatives is None else derivatives
    return Licensed(name, licence, notice, terms or known.terms, known.share_alike, allowed)


def dataset_sources(location: str | Path) -> tuple[Licensed, ...] | None:
    """Return the sources that a dataset's recipe names, in its folder or on the Hub; None for a dataset without a recipe.

    Raises InputError if the dataset does not exist, or its recipe cannot be read.
    """
    path = recipe_path(location)
    return sources_of(read_json(read_text(path), str(path)), str(path)) if path else None


def sources_of(values: Any, path: str) -> tuple[Licensed, ...]:
    """Return the sources that the values of a recipe name; raise InputError naming the file if they are none."""
    if not isinstance(values, dict):
        raise InputError(f"{path}: not a recipe of wirework: it is no mapping")
    earlier, about = earlier_source(values), values.get("about")
    stated = about.get("license") if isinstance(about, dict) else None
    if earlier:
        return (earlier,)
    if "sources" not in values and isinstance(stated, str):
        return (licensed(str(values.get("preset")), stated, ""),)
    return typed(values.get("sources", []), tuple[Licensed, ...], f"{path}: not a recipe of wirework: sources")


def earlier_source(values: Mapping[str, Any]) -> Licensed | None:
    """Return the one source of an import whose recipe is of an earlier version; None for any other recipe."""
    if "licence" not in values or "sources" in values:
        return None
    return licensed(*(str(values.get(key, "")) for key in ("source", "licence", "notice")))


def joint_licence(sources: Iterable[Licensed]) -> str | tuple[str, ...]:
    """Return the licence of a dataset of some sources: the one that must be passed on, or all that hold for parts of it."""
    licences = tuple(dict.fromkeys(one.licence for one in sources))
    if len(licences) == 1:
        return licences[0]
    shared = [one for one in licences if _known()[one].share_alike and all(_fits(one, other) for other in licences)]
    return shared[0] if shared else licences


def refuse_wider(licence: str, sources: Iterable[Licensed]) -> None:
    """Raise InputError if a dataset under a licence may not hold one of its sources."""
    for one in sources:
        if not _fits(licence, one.licence):
            raise InputError(
                f"license {licence}: {one.name} is under {one.licence} ({one.terms}); "
                f"write license: {one.licence}, or leave the key out"
            )


def obstacles(sources: Iterable[Licensed]) -> list[str]:
    """Return why a dataset of some sources may not be passed on: terms that forbid it, are not known, or exclude each other."""
    sources = told_apart(sources)
    found = [f"{one.name} ({one.licence}): {one.terms}" for one in sources if not one.derivatives]
    clashes = [
        f"{one.name} is under {one.licence}, and so must be the whole, but {other.name} is under {other.licence}"
        for one in sources
        for other in sources
        if one.share_alike and other.derivatives and not _fits(one.licence, other.licence)
    ]
    return [*found, *clashes]


def remedies(sources: Iterable[Licensed], *, stated: str = "") -> str:
    """Return how data with obstacles, or a model of it, can be published all the same.

    `stated` says where a user states the licence of a source, as a phrase; empty if that would not help.
    """
    sources = told_apart(sources)
    unknown = [one.name for one in sources if one.licence == UNKNOWN and not one.derivatives] if stated else []
    unread = [one.name for one in sources if one.licence != UNKNOWN and one.derivatives is None]
    hints = [f"if you know the licence of {name}, state it {stated}" for name in dict.fromkeys(unknown)]
    hints += [f"read the terms of {name}" for name in dict.fromkeys(unread)]
    permitted = "they or the owners permit it" if unread else "the owners permit it"
    return ", ".join([*hints, f"give --with-permission if {permitted}"])


def told_apart(sources: Iterable[Licensed]) -> list[Licensed]:
    """Return sources with a number behind each name that several of them have."""
    sources = list(sources)
    names = [one.name for one in sources]
    return [
        replace(one, name=f"{one.name} ({names[: place + 1].count(one.name)})") if names.count(one.name) > 1 else one
        for place, one in enumerate(sources)
    ]


def licence_table(sources: Iterable[Licensed]) -> str:
    """Return the table of a card that lists sources, in Markdown."""
    rows = [(one.name, one.licence, one.notice or "not stated", one.terms) for one in told_apart(sources)]
    lines = [f"| {' | '.join(map(_cell, row))} |\n" for row in rows]
    return "| source | licence | notice | terms |\n| --- | --- | --- | --- |\n" + "".join(lines)


def _cell(text: str) -> str:
    """Return a text of somebody else as a cell of a table: no sign in it is read as Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def notice_text(sources: Iterable[Licensed]) -> str:
    """Return the text of a file that names the sources of rows which are stored without their card."""
    lines = [
        f"{one.name} ({one.licence}): {one.notice or 'no notice is stated'}; {one.terms}\n"
        for one in told_apart(sources)
    ]
    return "The rows are made of these sources, whose licences hold for every copy.\n\n" + "".join(lines)


def _fits(licence: str, other: str) -> bool:
    """Return whether a dataset under a licence may hold a source under another one."""
    return licence == other or _known()[licence].admit(_known()[other])
