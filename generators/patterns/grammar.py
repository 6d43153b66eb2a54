"""Checks the grammar around slots: pronouns and what they stand for, verbs that agree, articles by the sound."""

import re
from functools import lru_cache
from itertools import pairwise

from generators.text.article import article
from solver.refusal import InputError

from .filters import Form, is_personal, is_subject, is_verb, written
from .pattern import Pattern
from .render import Ref, refs
from .slots import Derived, Words
from .vocabulary import Vocabulary
from .wording import Wording

_NOT = "(?:n['\u2019]t)?"
_SINGULAR, _PLURAL = f"(?:has|is|was|does){_NOT}", f"(?:have|are|were|do){_NOT}"
_ADVERBS = "(?:(?:already|also|always|just|never|now|often|only|sometimes|still|then|usually)\\s+)?"
_NO_VERBS = "(?!(?:always|as|his|its|perhaps|plus|sometimes|this|thus|us)\\b)"
"""Words in -s behind a pronoun that are no verbs."""
_BEHIND = re.compile(rf"(?:['\u2019](?:re|s|ve)|\s+{_ADVERBS}(?:{_SINGULAR}|{_NO_VERBS}[a-z]+(?<!s)s))\b")
_BEHIND_ALONE = re.compile(rf"\s+{_ADVERBS}{_PLURAL}\b")
"""A plural verb; behind an auxiliary, as in "does she have", it is an infinitive."""
_BEFORE = re.compile(rf"\b(?:{_SINGULAR}|{_PLURAL})\s+$", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:can|could|did|may|might|must|shall|should|will|would)(?:n['\u2019]t)?\s+$", re.IGNORECASE
)
_ARTICLE = re.compile(r"\b(an?)\s+$", re.IGNORECASE)


def check_pronouns(pattern: Pattern, wording: Wording) -> None:
    """Check that each pronoun stands for the person named last before it."""
    named = ""
    for ref in refs(wording.plan):
        if not is_personal(ref.form):
            named = ref.slot if pattern.kind(ref.slot, wording.slots) == "person" else named
        elif ref.slot != named and not is_verb(ref.form):
            last = f"the person named last is {named}" if named else "no person is named before it"
            raise InputError(f"filter {ref.form[0].name} stands for {ref.slot}, but {last}; write the name")


def check_verbs(_: Pattern, wording: Wording) -> None:
    """Check that each verb of a filter belongs to a pronoun, and that no other verb beside a pronoun is she's alone."""
    subject = ""
    shown = refs(wording.plan)
    for ref, following in zip(shown, [*shown[1:], None], strict=True):
        if is_subject(ref.form):
            subject = ref.slot
        elif not is_personal(ref.form):
            subject = "" if ref.slot == subject else subject
        elif is_verb(ref.form):
            inverted = following and following.slot == ref.slot and is_subject(following.form)  # does she ...?
            if not inverted and ref.slot != subject:
                raise InputError(
                    f"filter {ref.form[0].name} agrees with a pronoun of {ref.slot}, and none is its subject; "
                    "write the verb itself behind a name"
                )
    pieces = ("", "", *wording.plan, "")
    for earlier, before, piece, behind in zip(pieces, pieces[1:], pieces[2:], pieces[3:], strict=False):
        if isinstance(piece, Ref) and is_subject(piece.form):
            asked = bool(_AUXILIARY.search(str(before))) or (isinstance(earlier, Ref) and is_verb(earlier.form))
            found = _BEFORE.search(str(before)) or _BEHIND.match(str(behind))
            if found := found or (None if asked else _BEHIND_ALONE.match(str(behind))):
                raise InputError(
                    f"{found[0].strip()!r} beside a pronoun does not agree with both she and they; "
                    f"write a filter for the verb, as {{{{ {piece.slot} | does }}}}"
                )


def check_articles(pattern: Pattern, wording: Wording) -> None:
    """Check that `a` or `an` before a slot is right for all its texts."""
    for left, right in pairwise(wording.plan):
        found = _ARTICLE.search(left) if isinstance(left, str) else None
        if not found or not isinstance(right, Ref):
            continue
        wrong = _articles(pattern, right, wording) - {found[1].lower()}
        if wrong:
            raise InputError(
                f"{found[1]!r} before {right.slot} can have to be {min(wrong)!r}; write {{{{ {right.slot} | a }}}}"
            )


def _articles(pattern: Pattern, ref: Ref, wording: Wording) -> frozenset[str]:
    """Return the articles that the texts of a slot need, or none if it has too many values to compute."""
    slot = pattern.slot(ref.slot, wording.slots)
    if isinstance(slot, Words):
        return _word_articles(slot.vocabulary, ref.form)
    texts = pattern.values(ref.slot) if isinstance(slot, Derived) else slot.texts
    return frozenset() if texts is None else frozenset(map(article, written(texts, ref.form).to_pylist()))


@lru_cache(maxsize=1024)
def _word_articles(vocabulary: Vocabulary, form: Form) -> frozenset[str]:
    return frozenset(map(article, vocabulary.column(form).to_pylist()))
