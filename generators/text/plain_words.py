"""Reads the plain words of a question: all but its numbers, proper names and the pronouns of persons.

A copy of a question with other numbers and names has the same plain words.
"""

import re
from functools import lru_cache

from solver.quantities import GROUPS, MULTIPLES, ORDINALS, PARTS, SCALES, WORDS

from .lexicon import PRONOUNS, function_words, word_class, word_set

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['\u2019][^\W\d_]+)?")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
OPENING = re.compile(r"[.?!:\n\"“”]")
"""A mark behind which a word may be capitalised without being a name."""
_PERSONAL = frozenset(word for word, kind in PRONOUNS.items() if kind in "mfp") | {"theirs", "themselves"}
_NUMBERS = frozenset(
    form
    for table in (WORDS, SCALES, PARTS, MULTIPLES, GROUPS, ORDINALS)
    for word in table
    for form in (word, f"{word}s")
) | {"percent", "once"}


def plain_words(text: str, *, opening: bool = True) -> list[str]:
    """Return the plain words of a text in lower case; `opening` is whether it begins a sentence."""
    words = []
    end = 0
    for found in _WORD.finditer(text):
        opens = (opening and not end) or OPENING.search(text, end, found.start()) is not None
        end = found.end()
        word = _plain(found[0], opens)
        if word:
            words.append(word)
    return words


@lru_cache(maxsize=1 << 16)
def _plain(word: str, opens: bool) -> str:
    """Return a word in lower case, or an empty text if it is a number, a name or a pronoun of a person.

    A capitalised word is a name, unless it opens a sentence and a list has it as a word.
    """
    bare = _POSSESSIVE.sub("", word)
    lower = bare.lower()
    if lower in _NUMBERS or lower in _PERSONAL or any(map(str.isdigit, lower)):
        return ""
    named = bare[:1].isupper() and not (len(bare) > 1 and bare.isupper())
    if not named or lower in function_words() or lower in word_set("titles"):
        return lower
    return lower if opens and word_class(lower) else ""
