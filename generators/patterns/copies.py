"""Tells which wordings may give copies of guarded questions, so that only their rows need to be read.

A wording stands for all its questions: each slot for all its texts. The gate would refuse a question only if it had
enough triples of a guarded one, or ten of its words in a row. The latter is looked for as seven plain words in a row.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from generators.text.guarded import TRIPLE, Guarded, triple
from generators.text.plain_words import OPENING, plain_words

from .filters import Form, in_figures
from .pattern import Pattern
from .render import Ref
from .slots import Words
from .vocabulary import Vocabulary
from .wording import Wording

RUN = 5
"""The triples of seven plain words in a row, the fewest that count as ten words of a guarded question."""
_MOST = 20_000
"""The most pairs of words that are followed; a wording with more has its rows read."""

_HEAD = re.compile(r"[^\W_]*(?:['\u2019][^\W\d_]+)?")
_TAIL = re.compile(r"[^\W_]*\Z")
_GAP = re.compile(r"[\W_]*\Z")

Texts = frozenset[tuple[str, ...]]
"""The plain words of each text that can stand at a place."""


def may_copy(pattern: Pattern, wording: Wording, guarded: Guarded) -> bool:
    """Return whether a question of a wording could be refused as a copy of a guarded one."""
    met: dict[int, set[int]] = {}
    lasts: dict[tuple[str, ...], dict[int, int]] = {(): {}}
    for texts in _places(pattern, wording):
        after: dict[tuple[str, ...], dict[int, int]] = {}
        for last, lengths in lasts.items():
            for words in texts:
                end, runs = _followed(last, lengths, words, guarded, met)
                known = after.setdefault(end, {})
                for place, length in runs.items():
                    known[place] = max(length, known.get(place, 0))
        lasts = after
        if len(lasts) > _MOST or any(length >= RUN for runs in lasts.values() for length in runs.values()):
            return True
    for last in lasts:
        if len(last) < TRIPLE - 1 or not met:
            _meet(triple(last), guarded, met)
    return any(len(keys) >= guarded.needed(place) for place, keys in met.items())


def _followed(
    last: tuple[str, ...], runs: dict[int, int], words: tuple[str, ...], guarded: Guarded, met: dict[int, set[int]]
) -> tuple[tuple[str, ...], dict[int, int]]:
    """Return the last two words behind some more, and for each guarded question how many triples in a row it has there."""
    for word in words:
        last = (*last, word)
        if len(last) == TRIPLE:
            runs = {place: runs.get(place, 0) + 1 for place in _meet(triple(last), guarded, met)}
            last = last[1:]
    return last, runs


def _meet(key: int, guarded: Guarded, met: dict[int, set[int]]) -> Iterable[int]:
    """Return the guarded questions that have a triple, and note it for each."""
    places = guarded.places.get(key, ())
    for place in places:
        met.setdefault(place, set()).add(key)
    return places


def _places(pattern: Pattern, wording: Wording) -> Iterator[Texts]:
    """Yield the plain words of each literal and of each slot of a wording; letters that touch a slot belong to it."""
    plan = ("", *wording.plan, "")
    opening = True
    for before, piece, behind in zip(plan, plan[1:], plan[2:], strict=False):
        if isinstance(piece, Ref):
            head = _found(_TAIL, before) if isinstance(before, str) else ""
            tail = _found(_HEAD, behind) if isinstance(behind, str) else ""
            yield _texts(pattern, wording, piece, (head, tail), opening=opening)
            opening = False
            continue
        start = len(_found(_HEAD, piece)) if isinstance(before, Ref) else 0
        text = piece[start : len(piece) - len(_found(_TAIL, piece)) if isinstance(behind, Ref) else None]
        yield frozenset([tuple(plain_words(text, opening=opening))])
        gap = _found(_GAP, text)
        opening = OPENING.search(gap) is not None or (opening and gap == text)


def _found(part: re.Pattern[str], text: str) -> str:
    """Return the part of a text, of a form that may be empty."""
    found = part.search(text)
    return found[0] if found else ""


def _texts(pattern: Pattern, wording: Wording, ref: Ref, around: tuple[str, str], *, opening: bool) -> Texts:
    """Return the plain words of all texts of a slot, between letters that touch it."""
    slot = pattern.slot(ref.slot, wording.slots)
    if isinstance(slot, Words):
        return _words(slot.vocabulary, ref.form, around, opening)
    if in_figures(ref.form):
        return frozenset([()])  # a number, whatever letters touch it
    return _read(pattern.texts(ref, wording.slots).unique().to_pylist(), around, opening=opening)


@lru_cache(maxsize=1024)
def _words(vocabulary: Vocabulary, form: Form, around: tuple[str, str], opening: bool) -> Texts:
    """Return the plain words of a vocabulary's words in a form; cached, since many wordings have the same."""
    return _read(vocabulary.column(form).to_pylist(), around, opening=opening)


def _read(texts: Iterable[str], around: tuple[str, str], *, opening: bool) -> Texts:
    before, behind = around
    return frozenset(tuple(plain_words(f"{before}{text}{behind}", opening=opening)) for text in texts)
