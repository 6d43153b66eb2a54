"""Names numbers after the subject that they are equal to: 'his score is 8', 'the number of koi is 8'."""

from generators.imports.question.clauses import Subject
from generators.text.lexicon import word_set
from generators.text.words import safe_slug
from solver.stems import stem

from .money_words import MEANING, says_nothing, sum_equal_to
from .noun_case import NounCase

_AMOUNTS = ("number", "total", "amount", "sum", "count")


def equal_money(case: NounCase) -> str | None:
    """Names the 8 of 'the rent is 8' rent in a question about dollars."""
    subject = _equated(case)
    money = subject and stem(subject.head.text) in MEANING and "$" in case.text
    return sum_equal_to(subject) if subject and money else None


def equal_count(case: NounCase) -> str | None:
    """Names the 8 of 'the number of koi is 8' koi and the 7 of 'her lucky number is 7' number."""
    subject = _equated(case)
    if subject is None or subject.head.text not in _AMOUNTS:
        return None
    if subject.of is None:
        return "number" if subject.head.text == "number" else ""
    summed = _is_total(subject) or subject.head.text in ("total", "sum")
    return f"{'total_' if summed else ''}{safe_slug(subject.of.text)}" if subject.of.noun else ""


def equal_noun(case: NounCase) -> str | None:
    """Names the 7 of "Jo's shoe size is 7" shoe_size."""
    subject = _equated(case)
    noun = subject.head if subject else None
    if subject is None or noun is None or not noun.noun or says_nothing(noun) or noun.text in word_set("kin"):
        return None
    modifier = [word.text for word in subject.modifiers[-1:] if word.noun and not says_nothing(word)]
    return "_".join(map(safe_slug, [*(["total"] if _is_total(subject) else []), *modifier, noun.text]))


EQUAL_RULES = (equal_money, equal_count, equal_noun)


def _equated(case: NounCase) -> Subject | None:
    """Return the subject that a number without a noun is equal to."""
    return case.equated if case.nounless else None


def _is_total(subject: Subject) -> bool:
    """Return whether a subject is a total."""
    return any(word.text in ("total", "combined") for word in subject.modifiers)
