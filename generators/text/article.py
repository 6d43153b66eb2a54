"""Chooses the indefinite article of a word or a number by its sound: an hour, a ukulele, an 18 % tip."""

import re
import unicodedata

_NUMBER = re.compile(r"\$?([0-9][0-9,]*)")
_SPELLED = re.compile(r"[A-Z](?:[A-Z0-9]*(?![a-z])|(?=-))|[a-z](?=-)")
"""A first letter that is said by its name: LED lamp, X-ray, T-shirt, e-book."""
_SPELLED_VOWELS = "AEFHILMNORSX"
"""The letters whose names begin with a vowel: ef, aitch, el, em, ..."""
_SILENT_H = re.compile(r"hour|hono|honest|heir|hors d", re.IGNORECASE)
_CONSONANT = re.compile(
    r"e[uw]|on(?:e|ce)(?![a-z])|ouija|u(?:bi|fo|k[er]?|sb|ni(?!n|m|dent|ssu)|s(?:[au]|e)|t[eio]|r(?:an|in|ol|ug)|v)",
    re.IGNORECASE,
)
"""Vowels that sound as consonants: European, ewe, one-way, uniform, ukulele, used, utensil."""


def article(text: str) -> str:
    """Return `a` or `an`, whichever goes before a text."""
    plain = unicodedata.normalize("NFKD", text)
    if number := _NUMBER.match(plain):
        figures = number[1].replace(",", "")
        eleven = len(figures) % 3 == 2 and figures[:2] in ("11", "18")
        return "an" if eleven or figures[0] == "8" else "a"
    if (spelled := _SPELLED.match(plain)) and (len(spelled[0]) > 1 or plain[1:2] == "-"):
        return "an" if plain[0].upper() in _SPELLED_VOWELS else "a"
    if _SILENT_H.match(plain):
        return "an"
    return "a" if _CONSONANT.match(plain) or plain[:1].lower() not in "aeiou" else "an"
