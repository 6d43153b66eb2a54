"""Writes words as slugs, their form in variable names."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "Ae", "\u0131": "i"}
)


def slug(word: str) -> str:
    """Return a word in lower-case ASCII letters, digits and underscores: 'José O'Brien' is `jose_obrien`."""
    plain = unicodedata.normalize("NFKD", word.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"['\u2019]", "", plain.lower())).strip("_")
