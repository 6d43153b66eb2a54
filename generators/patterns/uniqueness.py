"""Checks that different rows always have different questions, within and across patterns."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from solver.document import Place
from solver.refusal import InputError

from .filters import Form, changed, count_of, in_figures
from .pattern import Pattern
from .render import Ref, refs
from .slots import Derived, Slot, Words
from .vocabulary import Vocabulary
from .wording import Wording

_TOKEN = re.compile(r"([0-9]+(?:[.,/][0-9]+)*)|[^\W\d_]+|[^\w\s]")


def check_shown(pattern: Pattern, wording: Wording) -> None:
    """Check that a wording shows or determines every slot, and shows its own; raise InputError naming a hidden one."""
    known, _ = _known(pattern, wording)
    drawn = [name for name, slot in pattern.slots.items() if not isinstance(slot, Derived)]
    for name in [*drawn, *wording.slots]:
        if name not in known:
            raise InputError(f"the question does not show {name}; two rows could ask the same")


def shown_slots(pattern: Pattern, wording: Wording) -> frozenset[str]:
    """Return the slots whose values a wording tells: it writes different ones differently."""
    return _known(pattern, wording)[1]


@lru_cache(maxsize=64)  # several checks ask, one after another
def _known(pattern: Pattern, wording: Wording) -> tuple[frozenset[str], frozenset[str]]:
    """Return the slots whose values follow from a wording, and among them those that it tells."""
    telling = [ref for ref in dict.fromkeys(refs(wording.plan)) if _tells(pattern, ref, wording.slots)]
    shown: set[str] = set()
    known: set[str] = set()
    while True:
        shown |= {ref.slot for ref in telling if (count_of(ref.form) or ref.slot) in {*known, ref.slot}}
        found = (shown | _determined(pattern, known)) - known
        if not found:
            return frozenset(known), frozenset(shown)
        known |= found


def _tells(pattern: Pattern, ref: Ref, own: Mapping[str, Slot]) -> bool:
    """Return whether different values of a slot always have different texts in a form, given the count it agrees with."""
    slot = pattern.slot(ref.slot, own)
    if isinstance(slot, Words):
        return slot.vocabulary.distinct(ref.form)
    return in_figures(ref.form) or len(texts := pattern.texts(ref, own)) == len(texts.unique())


def _determined(pattern: Pattern, known: set[str]) -> set[str]:
    """Return the slots that can be solved for, each from a known derived slot whose other slots are known."""
    return {
        missing[0]
        for name in known
        if isinstance(slot := pattern.slots.get(name), Derived)
        and len(missing := [used for used in dict.fromkeys(slot.expression.names) if used not in known]) == 1
        and slot.expression.solvable_for(missing[0], pattern.ends)
    }


def check_read(pattern: Pattern, wording: Wording) -> None:
    """Check that a wording determines the text of each slot, read from left to right; raise InputError.

    It is ambiguous if one text of a slot is the beginning of another (`ice`, `ice cream`), and the literal after the
    slot can continue the shorter text as the longer one does. The last slot is never ambiguous: the question's end
    decides.
    """
    plan = wording.plan
    for left, right in pairwise(plan):
        if isinstance(left, Ref) and isinstance(right, Ref):
            raise InputError(f"{left.slot} and {right.slot} touch; put text between them")
        for ref, neighbour in ((left, str(right)[:1]), (right, str(left)[-1:])):
            if isinstance(ref, Ref) and _in_letters(pattern, ref, wording.slots) and neighbour.isalnum():
                raise InputError(f"letters touch {ref.slot}; put a space or a mark between them")
    follows = [(left, right) for left, right in pairwise(plan) if isinstance(left, Ref)]
    for (left, text), following in zip(follows, refs(plan)[1:], strict=False):
        if _reads_on(pattern, left, wording.slots, str(text)):
            raise InputError(f"{left.slot} and {following.slot} can be read in two ways; put other text between them")


def _reads_on(pattern: Pattern, ref: Ref, own: Mapping[str, Slot], text: str) -> bool:
    """Return whether `text`, the literal after a slot, can continue one of its texts into a longer one."""
    slot, texts = pattern.slot(ref.slot, own), pattern.texts(ref, own)
    if _in_letters(pattern, ref, own):
        rests = _word_rests(slot.vocabulary, ref.form) if isinstance(slot, Words) else _rests(texts)
        return any(rest.startswith(text) or text.startswith(rest) for rest in rests)
    left_open = isinstance(slot, Derived) and ref.slot not in pattern.ends
    signs = [
        sign for sign in ("./," if ref.form else "./") if left_open or pc.any(pc.match_substring(texts, sign)).as_py()
    ]
    return text[0].isdecimal() or (text[0] in signs and (len(text) == 1 or text[1].isdecimal()))


@lru_cache(maxsize=1024)
def _word_rests(vocabulary: Vocabulary, form: Form) -> frozenset[str]:
    return _rests(vocabulary.column(form))


def _rests(texts: pa.Array) -> frozenset[str]:
    """Return the ends by which one text goes on from another: "cream" if "ice" and "ice cream" are both texts."""
    known = set(texts.to_pylist())
    return frozenset(word[end:] for word in known for end in range(1, len(word)) if word[:end] in known)


def _in_letters(pattern: Pattern, ref: Ref, own: Mapping[str, Slot]) -> bool:
    """Return whether some text of a slot has letters: a word, or a number in words."""
    return isinstance(pattern.slot(ref.slot, own), Words) or not in_figures(ref.form)


@dataclass(frozen=True)
class Clash:
    """Two patterns that no dataset can have together: the later one, the earlier one, and the fault of the later."""

    pattern: Pattern
    other: Pattern
    fault: str
    wording: Wording | None = None
    """The wording of the later one, if it is at fault."""
    place: Place = ()
    """The place of the fault in the front matter; a fault of a wording says its line itself."""

    @property
    def error(self) -> InputError:
        """The fault of the later pattern, without its file."""
        return InputError(self.fault).at(*self.place)


def question_clashes(patterns: Iterable[Pattern]) -> Iterator[Clash]:
    """Yield the patterns with a wording that has a question in common with an earlier one, of any of the patterns.

    All questions of a wording share its skeleton: its tokens that no slot can show. Wordings with one skeleton are
    compared token by token. Numbers are left out of both, since every form of a number has its own figures.
    """
    shown = [(pattern, wording, _tokens(pattern, wording)) for pattern in patterns for wording in pattern.wordings]
    slots = {id(piece): piece for _, _, text in shown for piece in text if not isinstance(piece, str)}
    words = {token for texts in slots.values() for tokens in texts for token in tokens}
    seen: dict[tuple[str, ...], list[tuple[Pattern, Wording, _Text]]] = {}
    for pattern, wording, text in shown:
        skeleton = tuple(piece for piece in text if isinstance(piece, str) and piece not in words)
        rivals = seen.setdefault(skeleton, [])
        for other, earlier, theirs in rivals:
            if _can_meet(text, theirs):
                clash = earlier.seen_from(wording) if other is pattern else f"{other.id}, {earlier.where}"
                fault = f"{wording.where}: its question can be that of {clash}; word one of them differently"
                yield Clash(pattern, other, fault, wording)
        rivals.append((pattern, wording, text))


_Texts = frozenset[tuple[str, ...]]
"""The texts of a slot, as tokens."""
_Text = tuple[str | _Texts, ...]
"""The tokens of a wording; a slot in letters stands as the set of its texts."""
_SLOT = "\ue000"
"""A private character, the stand-in for a slot in letters."""


def _tokens(pattern: Pattern, wording: Wording) -> _Text:
    """Return the tokens of a wording, numbers left out."""
    slots = [ref for ref in refs(wording.plan) if _in_letters(pattern, ref, wording.slots)]
    texts = iter([_token_texts(pattern, ref, wording.slots) for ref in slots])
    stand_in = {ref: _SLOT if ref in slots else changed("1", ref.form) for ref in refs(wording.plan)}
    text = "".join(piece if isinstance(piece, str) else stand_in[piece] for piece in wording.plan)
    return tuple(next(texts) if token == _SLOT else token for token in _split(text))


def _token_texts(pattern: Pattern, ref: Ref, own: Mapping[str, Slot]) -> _Texts:
    slot = pattern.slot(ref.slot, own)
    return _word_texts(slot.vocabulary, ref.form) if isinstance(slot, Words) else _split_all(pattern.texts(ref, own))


@lru_cache(maxsize=1024)
def _word_texts(vocabulary: Vocabulary, form: Form) -> _Texts:
    return _split_all(vocabulary.column(form))


def _split_all(texts: pa.Array) -> _Texts:
    return frozenset(tuple(_split(text)) for text in texts.to_pylist())


def _split(text: str) -> list[str]:
    """Return a text's words in lower case and its marks, without numbers, hyphens and apostrophes."""
    return [found[0] for found in _TOKEN.finditer(text.lower()) if not found[1] and found[0] not in "-'\u2019"]


def _can_meet(one: _Text, other: _Text) -> bool:
    """Return whether two wordings can have the same tokens, whatever their slots hold.

    A state is the position in each wording, and the tokens that one of them has ahead of the other.
    """
    states: list[tuple[int, int, tuple[str, ...], tuple[str, ...]]] = [(0, 0, (), ())]
    seen = set(states)
    while states:
        at, their_at, ahead, theirs = states.pop()
        shared = next((k for k, pair in enumerate(zip(ahead, theirs, strict=False)) if pair[0] != pair[1]), -1)
        if shared >= 0:
            continue
        both = min(len(ahead), len(theirs))
        ahead, theirs = ahead[both:], theirs[both:]
        if not ahead and at < len(one):
            found = [(at + 1, their_at, tokens, theirs) for tokens in _texts_of(one[at], theirs)]
        elif not theirs and their_at < len(other):
            found = [(at, their_at + 1, ahead, tokens) for tokens in _texts_of(other[their_at], ahead)]
        elif not ahead and not theirs:
            return True
        else:
            continue
        new = set(found) - seen
        seen |= new
        states += new
    return False


def _texts_of(piece: str | _Texts, ahead: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Return the token texts of a piece that do not differ from the other side's tokens at once."""
    texts: Iterable[tuple[str, ...]] = [(piece,)] if isinstance(piece, str) else piece
    return [tokens for tokens in texts if not (tokens and ahead) or tokens[0] == ahead[0]]
