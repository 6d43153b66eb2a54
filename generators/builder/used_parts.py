"""Lists the parts of pattern and vocabulary files on which rows depend, to compare recipes by."""

from collections.abc import Callable, Iterable

from generators.patterns.filters import SLUG, Form
from generators.patterns.pattern import Pattern
from generators.patterns.render import refs
from generators.patterns.slots import Words
from generators.patterns.vocabulary import Vocabulary
from generators.patterns.wording import split

Places = Callable[[Pattern], Iterable[int]]
"""Returns the places of a pattern's wordings that some row may have."""


def used_parts(patterns: Iterable[Pattern], places: Places) -> dict[str, tuple[str, ...]]:
    """Return the lines on which the rows of some patterns depend, by pattern and by vocabulary.

    Wordings and vocabularies that no row can have are left out, and so are forms of words, comments and blank lines.
    Constants are left out, too: they decide whether a pattern is sound, and change no row.
    """
    found: dict[str, tuple[str, ...]] = {}
    forms: dict[Vocabulary, set[Form]] = {}
    for pattern in patterns:
        used = sorted(places(pattern))
        found[f"pattern {pattern.id}"] = tuple(_pattern_lines(pattern, used))
        for vocabulary, form in _forms(pattern, used):
            forms.setdefault(vocabulary, {(), SLUG}).add(form)
    for vocabulary, asked in sorted(forms.items(), key=lambda item: item[0].name):
        found[f"vocabulary {vocabulary.name}"] = tuple(_vocabulary_lines(vocabulary, asked))
    return found


def _pattern_lines(pattern: Pattern, used: list[int]) -> list[str]:
    wordings = [pattern.wordings[at] for at in used]
    texts = [split(pattern.source)[0]]
    texts += [f"{'--- held out' if wording.held_out else '---'}\n{wording.source}" for wording in wordings]
    lines = [line.rstrip() for text in texts for line in text.splitlines()]
    return [line for line in lines if line and not line.lstrip().startswith("#")]


def _forms(pattern: Pattern, used: list[int]) -> Iterable[tuple[Vocabulary, Form]]:
    """Yield the vocabularies from which a pattern draws, with the forms in which its used wordings show their words."""
    for slot in pattern.slots.values():
        if isinstance(slot, Words):
            yield slot.vocabulary, ()
    for wording in (pattern.wordings[at] for at in used):
        for ref in refs(wording.plan):
            slot = pattern.slot(ref.slot, wording.slots)
            if isinstance(slot, Words):
                yield slot.vocabulary, ref.form


def _vocabulary_lines(vocabulary: Vocabulary, forms: set[Form]) -> Iterable[str]:
    """Yield the texts of each word in some forms."""
    columns = [vocabulary.column(form).to_pylist() for form in sorted(forms)]
    size = len(vocabulary.words)
    for place in range(size):
        yield ", ".join(dict.fromkeys(column[at] for column in columns for at in range(place, len(column), size)))
