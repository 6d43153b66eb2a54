"""The filters of questions, `{{ slot | filter }}`: forms of words, of persons and of numbers, which chain.

A filter is a plain function on texts, so that columns and plain Jinja2 use the same one.
"""

from collections.abc import Callable
from typing import NamedTuple, Self

import pyarrow as pa

from generators.text.article import article
from generators.text.slugs import slug
from solver import arrow
from solver.numerals import NUMBER_FILTERS
from solver.refusal import InputError

PRONOUNS = {
    "she": ("she", "her", "her", "hers"),
    "he": ("he", "him", "his", "his"),
    "they": ("they", "them", "their", "theirs"),
}
"""For each pronoun its subject, object, possessive before a noun, and possessive alone."""


class Word(str):
    """A word of a vocabulary, with its singular and, for a person, the pronoun."""

    __slots__ = ("pronoun", "singular")
    singular: str
    pronoun: str

    def __new__(cls, shown: str, singular: str = "", pronoun: str = "they") -> Self:
        word = super().__new__(cls, shown)
        word.singular = singular or shown
        word.pronoun = pronoun
        return word


def one(word: Word) -> Word:
    """The singular: apples, apple."""
    return Word(word.singular, word.singular, word.pronoun)


def a(word: str) -> str:
    """The singular with its article: apples, an apple."""
    text = word.singular if isinstance(word, Word) else word
    return f"{article(text)} {text}"


def upper_first(word: str) -> str:
    """With a capital first letter, to open a sentence."""
    return word[:1].upper() + word[1:]


def of(word: Word, count: str) -> str:
    """The form that agrees with a number slot: 1 apple, 2 apples."""
    return word.singular if count == "1" else str(word)


def they(person: Word) -> str:
    """The pronoun as a subject: she, he or they."""
    return PRONOUNS[person.pronoun][0]


def them(person: Word) -> str:
    """The pronoun as an object: her, him or them."""
    return PRONOUNS[person.pronoun][1]


def their(person: Word) -> str:
    """The possessive before a noun: her, his or their."""
    return PRONOUNS[person.pronoun][2]


def theirs(person: Word) -> str:
    """The possessive that stands alone: hers, his or theirs."""
    return PRONOUNS[person.pronoun][3]


def verb(person: Word, singular: str, plural: str) -> str:
    """The verb that agrees with the pronoun: she pays, they pay."""
    return plural if person.pronoun == "they" else singular


def has(person: Word) -> str:
    """The verb after the pronoun: has or have."""
    return verb(person, "has", "have")


def is_(person: Word) -> str:
    """The verb after the pronoun: is or are."""
    return verb(person, "is", "are")


def was(person: Word) -> str:
    """The verb after the pronoun: was or were."""
    return verb(person, "was", "were")


def does(person: Word) -> str:
    """The verb after the pronoun: does or do."""
    return verb(person, "does", "do")


WORD_FILTERS: dict[str, Callable[..., str]] = {"one": one, "a": a, "upper_first": upper_first, "of": of}
PERSON_FILTERS: dict[str, Callable[..., str]] = {
    "they": they,
    "them": them,
    "their": their,
    "theirs": theirs,
    "has": has,
    "is": is_,
    "was": was,
    "does": does,
    "verb": verb,
}
FILTERS: dict[str, Callable[..., str]] = {**WORD_FILTERS, **PERSON_FILTERS, **NUMBER_FILTERS}
"""Every filter by name."""

_FIRST = {"word": WORD_FILTERS.keys(), "person": WORD_FILTERS | PERSON_FILTERS, "number": NUMBER_FILTERS.keys() | {"a"}}
"""The filters that may stand first, by kind of slot."""
_CAPITALS = FILTERS.keys() - {"upper_first", "commas", "money", "cents", "slash"}
_AFTER = {"upper_first": _CAPITALS, "a": {"words", "commas", "money"}, "times": {"words"}}
"""The filters that may stand behind another, and behind which."""


class Call(NamedTuple):
    """A filter with its arguments: `one`, `of(count)`, `verb("pays", "pay")`."""

    name: str
    args: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.args)})" if self.args else self.name


Form = tuple[Call, ...]
"""The filters behind a slot in order; none for the plain text."""
SLUG: Form = (Call("slug"),)
"""The form of words in variable names; no question can ask for it."""


def check_form(form: Form, kind: str, name: str) -> None:
    """Check that the filters suit a slot of a kind (word, person or number), and one another; raise InputError."""
    if not form:
        return
    first, *others = form
    if first.name not in _FIRST[kind]:
        wanted = "words" if first.name in WORD_FILTERS else "persons" if first.name in PERSON_FILTERS else "numbers"
        known = "" if wanted != "persons" else "; its vocabulary gives no pronouns"
        found = "a number" if kind == "number" else "a word"
        raise InputError(f"filter {first.name} is for {wanted}, and {name} is {found}{known if kind == 'word' else ''}")
    for before, after in zip(form, others, strict=False):
        if before.name not in _AFTER.get(after.name, ()):
            raise InputError(f"filter {after.name} cannot stand after {before.name}; write one of the two")


def is_personal(form: Form) -> bool:
    """Return whether a form is a pronoun or a verb, which does not tell one person from another."""
    return bool(form) and form[0].name in PERSON_FILTERS


def is_subject(form: Form) -> bool:
    """Return whether a form is the pronoun she, he or they."""
    return bool(form) and form[0].name == "they"


def is_verb(form: Form) -> bool:
    """Return whether a form is a verb that agrees with a pronoun."""
    return is_personal(form) and form[0].name not in ("they", "them", "their", "theirs")


def in_figures(form: Form) -> bool:
    """Return whether a form of numbers has no letters; such forms write different numbers differently."""
    return all(call.name in ("commas", "money", "slug") for call in form)


def count_of(form: Form) -> str | None:
    """Return the number slot that a form agrees with, or None."""
    return form[0].args[0] if form and form[0].name == "of" else None


def agreeing(form: Form, single: bool) -> Form:
    """Return a form without its `of`, for a count of 1 or for other counts."""
    return ((Call("one"),) if single else ()) + form[1:] if count_of(form) else form


def changed(text: str, form: Form) -> str:
    """Return a word or a number's canonical text in a form."""
    for call in form:
        text = slug(text) if call.name == "slug" else FILTERS[call.name](text, *call.args)
    return str(text)


def written(texts: pa.Array, form: Form) -> pa.Array:
    """Write a column of canonical numbers in a form; raise InputError if a number has no such form."""
    if not form or form == SLUG:
        return texts
    coded = texts.dictionary_encode()
    return arrow.texts(changed(number, form) for number in coded.dictionary.to_pylist()).take(coded.indices)
