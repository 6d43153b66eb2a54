"""Checks that different rows always have different questions, within and across patterns."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

import pyarrow.compute as pc

from solver.numerals import FORMS, TENS, UNITS
from solver.refusal import InputError

from .pattern import Pattern
from .render import Plan, Ref, refs
from .slots import Derived, Vocabulary, Words

_TOKEN = re.compile(r"([0-9]+(?:[.,/][0-9]+)*)|[^\W\d_]+|[^\w\s]")


def check_shown(pattern: Pattern) -> None:
    """Check that every question shows or determines every slot; raise InputError naming a hidden one."""
    for plan in pattern.questions:
        known = {ref.slot for ref in refs(plan)}
        while found := _determined(pattern, known):
            known |= found
        hidden = [name for name, slot in pattern.slots.items() if not isinstance(slot, Derived) and name not in known]
        if hidden:
            raise InputError(f"the question does not show {hidden[0]}; two rows could ask the same")


def _determined(pattern: Pattern, known: set[str]) -> set[str]:
    """Return the slots that can be solved for, each from a known derived slot whose other slots are known."""
    return {
        missing[0]
        for name in known
        if isinstance(slot := pattern.slots[name], Derived)
        and len(missing := [used for used in dict.fromkeys(slot.expression.names) if used not in known]) == 1
        and slot.expression.solvable_for(missing[0], pattern.ends)
    }


def check_read(pattern: Pattern) -> None:
    """Check that a question determines the text of each slot, read from left to right; raise InputError.

    It is ambiguous if one text of a slot is the beginning of another (`ice`, `ice cream`), and the literal after the
    slot can continue the shorter text as the longer one does. The last slot is never ambiguous: the question's end
    decides.
    """
    for plan in pattern.questions:
        shown = refs(plan)
        for left, right in pairwise(plan):
            if isinstance(left, Ref) and isinstance(right, Ref):
                raise InputError(f"question: {left.slot} and {right.slot} touch; put text between them")
            for ref, neighbour in ((left, str(right)[:1]), (right, str(left)[-1:])):
                if isinstance(ref, Ref) and _is_words(pattern, ref) and neighbour.isalpha():
                    raise InputError(f"question: letters touch {ref.slot}; put a space or a mark between them")
        follows = [(left, right) for left, right in pairwise(plan) if isinstance(left, Ref)]
        for (left, text), following in zip(follows, shown[1:], strict=False):
            if _reads_on(pattern, left, str(text)):
                raise InputError(
                    f"question: {left.slot} and {following.slot} can be read in two ways; put other text between them"
                )


def _reads_on(pattern: Pattern, ref: Ref, text: str) -> bool:
    """Return whether `text`, the literal after a slot, can continue one of its texts into a longer one."""
    texts = pattern.texts(ref)
    if _is_words(pattern, ref):
        known = set(texts.to_pylist())
        rests = {word[end:] for word in known for end in range(1, len(word)) if word[:end] in known}
        return any(rest.startswith(text) or text.startswith(rest) for rest in rests)
    left_open = isinstance(pattern.slots[ref.slot], Derived) and ref.slot not in pattern.ends
    signs = [
        sign for sign in ("./," if ref.form else "./") if left_open or pc.any(pc.match_substring(texts, sign)).as_py()
    ]
    return text[0].isdecimal() or (text[0] in signs and (len(text) == 1 or text[1].isdecimal()))


def _is_words(pattern: Pattern, ref: Ref) -> bool:
    """Return whether a slot is shown in letters: a word, or a number in words."""
    return isinstance(pattern.slots[ref.slot], Words) or ref.form == "words"


def check_apart(patterns: Iterable[Pattern], vocabularies: Mapping[str, Vocabulary]) -> None:
    """Check that no two phrasings, of one pattern or of two, have a question in common; raise InputError at the later.

    All rows of a phrasing share its skeleton: its tokens that no vocabulary has, with `#` for each number. Two phrasings
    with the same skeleton still differ if they have the same literals, and some slot draws from disjoint words.
    """
    patterns = list(patterns)
    words = _slot_tokens(patterns, vocabularies)
    seen: dict[tuple[str, ...], list[tuple[Pattern, Plan]]] = {}
    for pattern in patterns:
        for plan in pattern.questions:
            text = "".join(piece if isinstance(piece, str) else _stand_in(pattern, piece) for piece in plan)
            skeleton = tuple(token for token in _tokens(text) if token not in words)
            rivals = seen.setdefault(skeleton, [])
            for other, earlier in rivals:
                if not _differ((pattern, plan), (other, earlier)):
                    clash = "another phrasing" if other is pattern else other.id
                    raise InputError(
                        f"{pattern.id}.jinja: its question can be that of {clash}; word one of them differently"
                    )
            rivals.append((pattern, plan))


def _slot_tokens(patterns: Iterable[Pattern], vocabularies: Mapping[str, Vocabulary]) -> set[str]:
    """Return the tokens that slots can show: those of vocabularies, and number words if any question writes them."""
    tokens = {
        token
        for vocabulary in vocabularies.values()
        for word in vocabulary.words
        for token in _tokens(f"{word} {word.singular} a an")
    }
    if any(ref.form == "words" for pattern in patterns for plan in pattern.questions for ref in refs(plan)):
        tokens |= {*UNITS, *TENS}
    return tokens


def _tokens(text: str) -> list[str]:
    """Return a text's words in lower case and its marks, without hyphens and apostrophes; each number becomes `#`."""
    tokens = ["#" if found[1] else found[0] for found in _TOKEN.finditer(text.lower())]
    return [word for word in tokens if word not in "-'\u2019"]


def _stand_in(pattern: Pattern, ref: Ref) -> str:
    """Return a text for a slot in a skeleton: nothing for words, a number for numbers."""
    return "" if _is_words(pattern, ref) else FORMS.get(ref.form, str)("1")


def _differ(one: tuple[Pattern, Plan], other: tuple[Pattern, Plan]) -> bool:
    """Return whether two plans have the same literals, and a slot in the same position with disjoint words."""
    if len(one[1]) != len(other[1]):
        return False
    apart = False
    for left, right in zip(one[1], other[1], strict=True):
        if isinstance(left, Ref) and isinstance(right, Ref):
            ours, theirs = _words(one[0], left), _words(other[0], right)
            apart = apart or bool(ours and theirs and ours.isdisjoint(theirs))
        elif left != right:
            return False
    return apart


def _words(pattern: Pattern, ref: Ref) -> set[str]:
    slot = pattern.slots[ref.slot]
    return set(slot.vocabulary.column(ref.form).to_pylist()) if isinstance(slot, Words) else set()
