"""That no two rows ask the same: a question shows all that varies, is read in one way, and is no other pattern's."""

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
    """Check that every question shows, or determines, every slot; raise InputError naming a hidden one."""
    for plan in pattern.questions:
        known = {ref.slot for ref in refs(plan)}
        while True:
            found = {
                missing[0]
                for name in known
                if isinstance(slot := pattern.slots[name], Derived)
                and len(missing := [used for used in dict.fromkeys(slot.expression.names) if used not in known]) == 1
                and slot.expression.solvable_for(missing[0], pattern.ends)
            }
            if not found:
                break
            known |= found
        hidden = [name for name, slot in pattern.slots.items() if not isinstance(slot, Derived) and name not in known]
        if hidden:
            raise InputError(f"the question does not show {hidden[0]}; two rows could ask the same")


def check_read(pattern: Pattern) -> None:
    """Check that a question's text tells what each slot holds, read from left to right; raise InputError.

    That is so unless a slot holds both a text and the start of it (`ice`, `ice cream`) and what follows the
    slot can be what the longer text goes on with. Behind the last slot both texts have ends of their own.
    """
    for plan in pattern.questions:
        shown = refs(plan)
        for left, right in pairwise(plan):
            if isinstance(left, Ref) and isinstance(right, Ref):
                raise InputError(f"question: {left.slot} and {right.slot} touch; put text between them")
            for ref, beside in ((left, str(right)[:1]), (right, str(left)[-1:])):
                if isinstance(ref, Ref) and _is_words(pattern, ref) and beside.isalpha():
                    raise InputError(f"question: letters touch {ref.slot}; put a space or a mark between them")
        follows = [(left, right) for left, right in pairwise(plan) if isinstance(left, Ref)]
        for (left, text), following in zip(follows, shown[1:], strict=False):
            if _reads_on(pattern, left, str(text)):
                raise InputError(
                    f"question: {left.slot} and {following.slot} can be read in two ways; put other text between them"
                )


def _reads_on(pattern: Pattern, ref: Ref, text: str) -> bool:
    """Return whether a text of the slot may go on where a shorter one ends, with what the question says there."""
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
    """Return whether a slot shows letters: a word, or a number in words."""
    return isinstance(pattern.slots[ref.slot], Words) or ref.form == "words"


def check_apart(patterns: Iterable[Pattern], vocabularies: Mapping[str, Vocabulary]) -> None:
    """Check that no question is another's, of the same or of another pattern; raise InputError naming the later.

    A question's words that no vocabulary has, its marks and where numbers stand are the same in all its rows.
    Where two questions agree in these, they are told apart if only one slot holds other words in one of them.
    """
    words = {
        token
        for vocabulary in vocabularies.values()
        for word in vocabulary.words
        for token in _tokens(f"{word} {word.singular} a an")
    }
    patterns = list(patterns)
    if any(ref.form == "words" for pattern in patterns for plan in pattern.questions for ref in refs(plan)):
        words |= {*UNITS, *TENS}
    met: dict[tuple[str, ...], list[tuple[Pattern, Plan]]] = {}
    for pattern in patterns:
        for plan in pattern.questions:
            text = "".join(piece if isinstance(piece, str) else _stand_in(pattern, piece) for piece in plan)
            alike = met.setdefault(tuple(token for token in _tokens(text) if token not in words), [])
            for other, earlier in alike:
                if not _differ((pattern, plan), (other, earlier)):
                    what = "another phrasing" if other is pattern else other.id
                    raise InputError(
                        f"{pattern.id}.jinja: its question can be that of {what}; word one of them differently"
                    )
            alike.append((pattern, plan))


def _tokens(text: str) -> list[str]:
    """Return a text's words in lower case and its marks, but hyphens and apostrophes; each number is a `#`."""
    told = ["#" if found[1] else found[0] for found in _TOKEN.finditer(text.lower())]
    return [word for word in told if word not in "-'\u2019"]


def _stand_in(pattern: Pattern, ref: Ref) -> str:
    return "" if _is_words(pattern, ref) else FORMS.get(ref.form, str)("1")


def _differ(one: tuple[Pattern, Plan], other: tuple[Pattern, Plan]) -> bool:
    """Return whether two questions have the same literals, and in one place words of which they share none."""
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
