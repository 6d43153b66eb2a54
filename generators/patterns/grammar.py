"""Checks the English grammar around slots: pronouns and what they stand for, verbs that agree, articles by the sound."""

import re
from functools import lru_cache
from itertools import pairwise

from generators.text.article import article
from solver.refusal import InputError

from .filters import Form, in_figures, is_personal, is_subject, is_verb, written
from .pattern import Pattern
from .render import Ref, refs
from .slots import Numbers, Words
from .vocabulary import Vocabulary
from .wording import Wording

_MASK, _NAME = "\0", "\1"
"""The signs that stand for a slot where verbs are looked for: for any slot, and for a name or a subject pronoun."""
_NOT = "(?:n['\u2019]t)?"
_SINGULAR, _PLURAL = f"(?:has|is|was|does){_NOT}", f"(?:have|are|were|do){_NOT}"
_ADVERBS = "(?:(?:already|also|always|just|never|now|often|sometimes|still|then|[a-z]+ly)\\s+)?"
_NO_VERBS = "(?!(?:always|as|his|its|perhaps|plus|sometimes|this|thus|us)\\b)"
"""Words in -s behind a pronoun that are no verbs."""
_BEHIND = re.compile(rf"(?:['\u2019](?:re|s|ve)|\s+{_ADVERBS}(?:{_SINGULAR}|{_NO_VERBS}[a-z]+(?<!s)s))\b")
_BEHIND_ALONE = re.compile(rf"\s+{_ADVERBS}{_PLURAL}\b")
"""A plural verb; behind an auxiliary, as in "does she have", it is an infinitive."""
_BEFORE = re.compile(rf"\b(?:{_SINGULAR}|{_PLURAL})\s+$", re.IGNORECASE)
_VERB = rf"(?:{_SINGULAR}\b|{_NO_VERBS}[a-z]+(?<!s)s(?=\s+(?:{_MASK}|an?\s|another|away|back|it\b|off|out|the\b|them\b|up\b)))"
_JOINED = re.compile(rf"\b(?:and|but|or|then)\s+{_ADVERBS}({_VERB})")
"""A verb in -s that and joins to an earlier one: "and gives 3 away". Without an object behind it, it may be a noun."""
_SENTENCE_END = re.compile(r"[.?!;:]")
_NEW_SUBJECT = re.compile(rf"[.?!;:{_NAME}]|\b(?:that|where|which|while|who|whose)\b")
_FIXED = re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b", re.IGNORECASE)
_GENDERED = re.compile(
    r"\b(?:aunt|boy|brother|dad|daddy|daughter|father|girl|gran|grandad|grandfather|grandma|grandmother|grandpa|granny|"
    r"husband|king|lady|man|men|miss|mom|mother|mr|mrs|ms|mum|nephew|niece|prince|princess|queen|sir|sister|son|uncle|"
    r"wife|woman|women)s?\b",
    re.IGNORECASE,
)
"""Words that a pronoun in the text may stand for."""
_AUXILIARY = re.compile(
    r"\b(?:can|could|did|may|might|must|shall|should|will|would)(?:n['\u2019]t)?\s+$", re.IGNORECASE
)
_ARTICLE = re.compile(r"\b(an?)\s+[^\w\s]*$", re.IGNORECASE)
"""An article before a slot, also with a sign between: a $8 ticket."""
_DETERMINER = re.compile(r"\b(an?|another|each|every|its|my|no|one|our|the|your)\s+$", re.IGNORECASE)
_OPENS_WITH_ARTICLE = re.compile(r"an?\s", re.IGNORECASE)


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


def check_joined_verbs(pattern: Pattern, wording: Wording) -> None:
    """Check that no verb in -s is joined to a verb of a pronoun, as in "they buy 8 and gives 3 away"."""
    for place, piece in enumerate(wording.plan):
        if isinstance(piece, Ref) and is_subject(piece.form):
            before = "".join(_masked(pattern, wording, one) for one in wording.plan[:place])
            if _NAME in _SENTENCE_END.split(before)[-1]:
                continue  # the verb may go on from the name
            clause = "".join(_masked(pattern, wording, after) for after in wording.plan[place + 1 :])
            clause = clause[: end.start()] if (end := _NEW_SUBJECT.search(clause)) else clause
            if found := _JOINED.search(clause):
                raise InputError(
                    f"{found[1]!r} goes on from a pronoun and does not agree with both she and they; "
                    f'write a filter for the verb, as {{{{ {piece.slot} | verb("pays", "pay") }}}}'
                )


def _masked(pattern: Pattern, wording: Wording, piece: str | Ref) -> str:
    """Return a text, or the sign that stands for a slot in it: one for persons who can be a subject, one for others."""
    if isinstance(piece, str):
        return piece
    names = not is_personal(piece.form) and pattern.kind(piece.slot, wording.slots) == "person"
    return _NAME if names or is_subject(piece.form) else _MASK


def check_fixed_pronouns(pattern: Pattern, wording: Wording) -> None:
    """Check that no he or she in the text can stand for a person slot; the names of some rows would not agree."""
    persons = [ref.slot for ref in refs(wording.plan) if pattern.kind(ref.slot, wording.slots) == "person"]
    text = "".join(_masked(pattern, wording, piece) for piece in wording.plan) if persons else ""
    for found in _FIXED.finditer(text):
        if not _GENDERED.search(text, 0, found.start()):
            raise InputError(
                f"{found[0]!r} in the text is not the pronoun of every {persons[0]}; "
                f"write a filter, as {{{{ {persons[0]} | they }}}}, or the name"
            )


_STANDS = re.compile(r"\s*[.,;:?!)]")


def check_possessives(pattern: Pattern, wording: Wording) -> None:
    """Check that her, his and their stand before a noun, and that hers, his and theirs stand before no word slot."""
    plan = (*wording.plan, ".", "")
    for piece, behind, after in zip(plan, plan[1:], plan[2:], strict=False):
        if not isinstance(piece, Ref) or not piece.form or not isinstance(behind, str):
            continue
        if piece.form[0].name == "their" and _STANDS.match(behind):
            raise InputError(f"filter their stands before a noun; write {{{{ {piece.slot} | theirs }}}}")
        noun = isinstance(after, Ref) and pattern.kind(after.slot, wording.slots) != "number"
        if piece.form[0].name == "theirs" and noun and behind.isspace():
            raise InputError(f"filter theirs stands alone; before a noun write {{{{ {piece.slot} | their }}}}")


def check_articles(pattern: Pattern, wording: Wording) -> None:
    """Check that `a` or `an` before a slot is right for all its texts, and that no text brings an article, too."""
    for left, right in pairwise(wording.plan):
        if not isinstance(left, str) or not isinstance(right, Ref):
            continue
        if (found := _DETERMINER.search(left)) and _brings_article(pattern, right, wording):
            raise InputError(f"{found[1]!r} before {right.slot} meets an article; leave one of them out")
        if (found := _ARTICLE.search(left)) and (wrong := _articles(pattern, right, wording) - {found[1].lower()}):
            kept = [str(call) for call in right.form if call.name not in ("one", "upper_first")]
            money, capital = ["money"] * found[0].endswith("$"), ["upper_first"] * found[1].istitle()
            form = " | ".join([right.slot, *kept, *money, "a", *capital])
            raise InputError(f"{found[1]!r} before {right.slot} can have to be {min(wrong)!r}; write {{{{ {form} }}}}")


def _brings_article(pattern: Pattern, ref: Ref, wording: Wording) -> bool:
    """Return whether some text of a slot begins with an article: "a hat", "a third", "a dozen"."""
    if pattern.kind(ref.slot, wording.slots) == "number" and in_figures(ref.form):
        return False
    return any(map(_OPENS_WITH_ARTICLE.match, pattern.texts(ref, wording.slots).to_pylist()))


def _articles(pattern: Pattern, ref: Ref, wording: Wording) -> frozenset[str]:
    """Return the articles that the texts of a slot need, or none if it has too many values to compute."""
    slot = pattern.slot(ref.slot, wording.slots)
    if isinstance(slot, Words):
        return _word_articles(slot.vocabulary, ref.form)
    return frozenset(map(article, _all_texts(pattern, ref, wording)))


def _all_texts(pattern: Pattern, ref: Ref, wording: Wording) -> list[str]:
    """Return the texts of all values of a number slot, or none if it has too many values to compute."""
    slot = pattern.slot(ref.slot, wording.slots)
    texts = slot.texts if isinstance(slot, Numbers) else pattern.values(ref.slot)
    return [] if texts is None else written(texts, ref.form).to_pylist()


@lru_cache(maxsize=1024)
def _word_articles(vocabulary: Vocabulary, form: Form) -> frozenset[str]:
    return frozenset(map(article, vocabulary.column(form).to_pylist()))


_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_UNIT = re.compile(r"\s*(?:dollars?|cents?)\b|\s*\u00a2")


def check_signs(pattern: Pattern, wording: Wording) -> None:
    """Check that the ending of an ordinal is right for all values, and that no amount has its unit twice."""
    plan = ("", *wording.plan, "")
    for before, ref, behind in zip(plan, plan[1:], plan[2:], strict=False):
        if not isinstance(ref, Ref) or pattern.kind(ref.slot, wording.slots) != "number":
            continue
        if any(call.name in ("money", "cents") for call in ref.form):
            if str(before).endswith("$") or _UNIT.match(str(behind)):
                raise InputError(
                    f"filter {ref.form[0].name} writes the unit of {ref.slot} itself; leave it out beside it"
                )
        elif (found := _ORDINAL.match(str(behind))) and in_figures(ref.form):
            wrong = next((one for one in _all_texts(pattern, ref, wording) if _ending(one) != found[0]), None)
            if wrong:
                raise InputError(f"{found[0]!r} behind {ref.slot} is wrong for {wrong}; leave this value out")


def _ending(figures: str) -> str:
    """Return the ending of a number as an ordinal: 1st, 2nd, 3rd, 4th, 11th."""
    return "th" if figures[-2:-1] == "1" else {"1": "st", "2": "nd", "3": "rd"}.get(figures[-1:], "th")


GRAMMAR = (
    check_signs,
    check_verbs,
    check_joined_verbs,
    check_possessives,
    check_fixed_pronouns,
    check_articles,
)
"""The checks of English wordings; other languages have other articles, and words such as her and a that mean more."""
