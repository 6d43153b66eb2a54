"""Chooses the indefinite article of a word or a number by its sound: an hour, a ukulele, an 18 % tip."""

import re
import unicodedata

_NUMBER = re.compile(r"\$?([0-9][0-9,]*)")
_SPELLED = re.compile(
    r"(?!(?:FIFA|LEGO|NASA|NASCAR|NATO|RAM|ROM|SIM|SWAT)\b)[A-Z](?:[A-Z0-9]*(?![a-z])|(?=[-.&]))|[a-z](?=-)"
)
"""A first letter that is said by its name: LED lamp, X-ray, T-shirt, M&M, e-book; acronyms that are said as words not."""
_SPELLED_VOWELS = "AEFHILMNORSX"
"""The letters whose names begin with a vowel: ef, aitch, el, em, ..."""
_SILENT_H = re.compile(r"hour|hono(?!lul)|honest|heir|hors d", re.IGNORECASE)
_CONSONANT = re.compile(
    r"e[uw]|on(?:e|ce)(?![a-z])|onesie|oui|u(?:bi|fo|gan|k[er]?|sb|lys|nani|ni(?!n|m|dent|roned|ssu)|s(?:[aiu]|e)|t[aeio]|"
    r"r(?:a[ln]|ea|in|ol|ug)|v)",
    re.IGNORECASE,
)
"""Vowels that sound as consonants: European, ewe, one-way, uniform, ukulele, used, utensil."""
_VOWEL_Y = re.compile(r"y(?:[b-df-hj-np-tv-xz])", re.IGNORECASE)
"""A y that sounds as a vowel: Yvonne, yttrium."""


def article(text: str) -> str:
    """Return `a` or `an`, whichever goes before a text."""
    plain = unicodedata.normalize("NFKD", text)
    if number := _NUMBER.match(plain):
        figures = number[1].replace(",", "")
        eleven = len(figures) % 3 == 2 and figures[:2] in ("11", "18")
        return "an" if eleven or figures[0] == "8" else "a"
    if (spelled := _SPELLED.match(plain)) and (len(spelled[0]) > 1 or plain[1:2] in ("-", ".", "&")):
        return "an" if plain[0].upper() in _SPELLED_VOWELS else "a"
    if _SILENT_H.match(plain):
        return "an"
    vowel = plain[:1].lower() in "aeiou\u0153" or _VOWEL_Y.match(plain)
    return "an" if vowel and not _CONSONANT.match(plain) else "a"
