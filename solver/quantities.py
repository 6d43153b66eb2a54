"""Reads the numbers of an English text with their spans: `80,000`, `$1,200.50`, `three`, `a dozen`, `1/2`, `40%`, `5:30`.

Imports, pattern checks and the contamination gate read numbers with it. It does not guess: a word that the tables
below do not list is not a number.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .number import LIMIT
from .numerals import TENS, UNITS

SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
WORDS = {word: value for value, word in enumerate(UNITS)} | {word: 20 + 10 * k for k, word in enumerate(TENS)}
WORDS["fourty"] = 40  # a common misspelling
PARTS = {
    "half": 2, "halves": 2, "third": 3, "fourth": 4, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "fifteenth": 15, "sixteenth": 16, "twentieth": 20,
    "hundredth": 100,
}  # fmt: skip
MULTIPLES = {
    "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "thrice": 3, "triple": 3, "triples": 3,
    "tripled": 3, "tripling": 3, "quadruple": 4, "quadruples": 4, "quadrupled": 4, "quintuple": 5, "halve": 2,
    "halved": 2, "halves": 2, "halving": 2,
}  # fmt: skip
GROUPS = {"dozen": 12, "dozens": 12, "pair": 2, "pairs": 2, "couple": 2}
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
GLYPHS = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text with its span, its exact value and its kind."""

    start: int
    end: int
    text: str
    value: Fraction
    kind: str
    """plain, word, money, cents, percent, fraction, half, multiple, group, clock or ordinal"""
    top: Fraction = Fraction(1)
    """The numerator of a fraction, the number of groups, or the hour of a clock time."""
    bottom: int = 1
    """The denominator of a fraction, the size of a group, or the minutes of a clock time."""


def _words(names: Iterable[str]) -> str:
    """Return an alternation of words, the longest first."""
    return "|".join(sorted(names, key=len, reverse=True))


_SMALL = rf"(?:(?:{_words([*TENS, 'fourty'])})(?:[- ](?:{_words(UNITS[1:10])}))?|{_words(UNITS)})"
_SCALE = _words(SCALES)
_HUNDREDS = rf"(?:{_SMALL}|an?\s+hundred)(?:[\s-]+hundred)?(?:(?<=hundred)[\s-]+(?:and[\s-]+)?{_SMALL})?"
_SPELT = (
    rf"(?:an?\s+(?:thousand|million|billion)|{_HUNDREDS})"
    rf"(?:[\s-]+(?:thousand|million|billion)(?:[\s-]+(?:and[\s-]+)?{_HUNDREDS})?)*(?![a-z])"
)
DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
"""A number in figures."""
_PART = _words([*PARTS, *(f"{part}s" for part in PARTS if part not in ("half", "halves"))])
_STARTS = _words({word[:3] for table in (UNITS, TENS, PARTS, MULTIPLES, GROUPS, ORDINALS) for word in table})
_MOST = len(str(LIMIT)) - 1
TOO_LONG = re.compile(rf"\d{{{_MOST + 1},}}|\d{{1,3}}(?:,\d{{3}}){{{_MOST // 3 + 1},}}")
"""Figures of numbers that are too large for a trace; Python does not even convert those of thousands of digits."""
_MAY_START = rf"[\d$.{''.join(GLYPHS)}]|us\$|an?\b|{_STARTS}"
"""How a number may start; other places are left at once, which saves a third of the time."""
_QUANTITY = re.compile(
    rf"""(?<![\w.])(?={_MAY_START})(?:
      (?P<clock>(?:[01]?\d|2[0-3]):[0-5]\d)(?P<noon>\s*[ap]\.?m\b\.?)?
    | (?P<hour>1[0-2]|0?[1-9])(?P<side>\s*[ap]\.?m\b\.?)
    | (?P<nth>\d+)(?:st|nd|rd|th)\b
    | (?P<tops>{_words(UNITS[1:])}|an?|[1-9])[\s-]+(?P<parts>{_PART})\b(?!\s+(?:of\s+)?(?:dollar|coin)s?\b)
    | (?P<money>(?:US)?\$\s?)?
      (?: (?:(?P<whole>\d+|{_SMALL})(?:\s+and\s+|[\s-]+))?(?P<top>\d+)\s?/\s?(?P<bottom>[1-9]\d*)(?![\d/])
        | (?P<round>\d+)?(?P<glyph>[{''.join(GLYPHS)}])
        | (?P<digits>{DIGITS})(?:\s*-?\s*(?P<scale>{_SCALE})\b)?
      )
      (?: (?P<percent>\s?%|[\s-]+per\s?cent(?:age)?\b) | (?P<cents>\s?¢|[\s-]+cents?\b) | [\s-]+(?P<dozens>dozens?)\b | (?P<dollars>\s?\$)(?!\d) | (?P<rest>\s+and\s+(?:an?|one|1)[\s-]+(?P<resting>half|quarter|third|fourth)\b) )?
    | (?P<some>an?\s+)?(?P<halfdozen>half(?:\s+an?)?\s+dozen)\b
    | (?P<spelt>{_SPELT})
      (?: (?P<percents>\s?%|[\s-]+per\s?cent\b) | (?P<centss>[\s-]+cents?\b) | [\s-]+(?P<dozenss>dozens?)\b | (?P<rests>\s+and\s+(?:an?|one)[\s-]+(?P<restings>half|quarter|third|fourth)\b) )?
    | (?P<multiple>{_words(MULTIPLES)})\b
    | (?P<half>half|one-half)\b
    | (?:an?\s+)?(?P<group>{_words(GROUPS)})\b(?!['\u2019]s)
    | (?<!per\ )(?<!\ba\ )(?<!each\ )(?<!every\ )(?<!one\ )(?P<ordinal>{_words(ORDINALS)})\b(?!\s+of\b)
    | (?P<part>{_PART})\b(?=\s+of\b|\s+as\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip


@lru_cache(maxsize=8)
def read_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text in order; no two overlap."""
    readable = TOO_LONG.sub(lambda match: "#" * len(match[0]), text)
    found = (_quantity(match) for match in _QUANTITY.finditer(readable))
    return tuple(quantity for quantity in found if quantity is not None)


def spelt_number(text: str) -> int:
    """Return the number that words spell, such as `two hundred and five`; raise KeyError for other words."""
    total = current = 0
    for word in re.split(r"[\s-]+", text.lower()):
        if word == "and":
            continue
        if word in ("a", "an"):
            current = 1
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in SCALES:
            total += max(current, 1) * SCALES[word]
            current = 0
        else:
            current += WORDS[word]
    return total + current


def plain_number(text: str) -> Fraction:
    """Return the number that figures write, commas and a dollar sign allowed; raise ValueError for other text."""
    bare = text.strip().removeprefix("$").strip()
    if re.fullmatch(rf"-?{DIGITS}|-?\d+/[1-9]\d*", bare) is None:
        raise ValueError(f"{text!r} is not a number")
    return Fraction(bare.replace(",", ""))


def _quantity(match: re.Match[str]) -> Quantity | None:
    """Return the quantity of a match by the first form of writing that applies."""
    for writing in WRITINGS:
        quantity = writing(match)
        if quantity is not None:
            return quantity
    return None


def _made(match: re.Match[str], value: Fraction | int, kind: str, top: Fraction | int = 1, bottom: int = 1) -> Quantity:
    return Quantity(match.start(), match.end(), match[0], Fraction(value), kind, Fraction(top), bottom)


def _denominator(part: str) -> int:
    """Return the denominator that a word names, singular or plural: 3 for `thirds`."""
    return PARTS.get(part) or PARTS[part.removesuffix("s")]


def _extended(match: re.Match[str], value: Fraction, kind: str, suffix: str = "") -> Quantity:
    """Return a number with the word behind it that changes its kind or value: percent, cents, dozen, `and a half`."""
    if match[f"percent{suffix}"]:
        return _made(match, value, "percent")
    if match[f"cents{suffix}"]:
        return _made(match, value, "cents")
    if match[f"dozens{suffix}"]:
        return _made(match, value * 12, "group", value, 12)
    if match[f"rest{suffix}"]:
        return _made(match, value + Fraction(1, PARTS[match[f"resting{suffix}"].lower()]), kind)
    return _made(match, value, kind)


def clock_time(match: re.Match[str]) -> Quantity | None:
    """Read a time of day in hours: `5:30`, `8 a.m.`."""
    time = match["clock"] or match["hour"]
    if not time:
        return None
    hour, _, minute = time.partition(":")
    return _made(match, int(hour) + Fraction(int(minute or 0), 60), "clock", int(hour), int(minute or 0))


def ordinal_figures(match: re.Match[str]) -> Quantity | None:
    """Read an ordinal in figures: `3rd`."""
    return _made(match, int(match["nth"]), "ordinal") if match["nth"] else None


def fraction_figures(match: re.Match[str]) -> Quantity | None:
    """Read a fraction or a mixed number in figures: `1/2`, `1 1/2`, `5½`."""
    if match["top"]:
        top, bottom = int(match["top"]), int(match["bottom"])
    elif match["glyph"]:
        top, bottom = GLYPHS[match["glyph"]]
    else:
        return None
    whole = match["whole"] or match["round"] or "0"
    count = int(whole) if whole.isdigit() else spelt_number(whole)
    value = count + Fraction(top, bottom)
    return _made(match, value, "plain") if count else _made(match, value, "fraction", top, bottom)


def figures(match: re.Match[str]) -> Quantity | None:
    """Read a number in figures, with its scale and currency: `80,000`, `3 million`, `$5`, `40%`."""
    if not match["digits"]:
        return None
    value = Fraction(match["digits"].replace(",", "")) * SCALES.get((match["scale"] or "").lower(), 1)
    return _extended(match, value, "money" if match["money"] or match["dollars"] else "plain")


def spelt_fraction(match: re.Match[str]) -> Quantity | None:
    """Read a fraction in words: `two-thirds`, `a quarter`.

    In `six quarters` and `3 fourth-grade classes` only the count is a number.
    """
    if not match["tops"]:
        return None
    part, tops = match["parts"].lower(), match["tops"].lower()
    bottom = _denominator(part)
    top = int(tops) if tops.isdigit() else 1 if tops in ("a", "an") else WORDS[tops]
    start = match.start()
    counts = top > 1 and part in PARTS and re.match(r"\s+(?:of|as)\b", match.string[match.end() :]) is None
    if top >= bottom or counts:
        kind = "plain" if tops.isdigit() else "word"
        return Quantity(start, start + len(tops), match["tops"], Fraction(top), kind)
    return _made(match, Fraction(top, bottom), "half" if (top, bottom) == (1, 2) else "fraction", top, bottom)


def half_dozen(match: re.Match[str]) -> Quantity | None:
    """Read `half a dozen` as one group of six."""
    return _made(match, 6, "group", 1, 6) if match["halfdozen"] else None


def number_words(match: re.Match[str]) -> Quantity | None:
    """Read a number in words, with what extends it: `two hundred and five`, `fifty percent`, `one and a half`."""
    if not match["spelt"]:
        return None
    try:
        return _extended(match, Fraction(spelt_number(match["spelt"])), "word", suffix="s")
    except KeyError:
        return None


def multiple(match: re.Match[str]) -> Quantity | None:
    """Read a word that multiplies or halves: `twice`, `tripled`, `halved`."""
    if not match["multiple"]:
        return None
    word = match["multiple"].lower()
    if word.startswith("halv"):
        return _made(match, Fraction(1, 2), "half", 1, 2)
    return _made(match, MULTIPLES[word], "multiple")


def half(match: re.Match[str]) -> Quantity | None:
    """Read `half` and `one-half`."""
    return _made(match, Fraction(1, 2), "half", 1, 2) if match["half"] else None


def group(match: re.Match[str]) -> Quantity | None:
    """Read one group of a known size: `a dozen`, `a pair`."""
    if not match["group"]:
        return None
    size = GROUPS[match["group"].lower()]
    return _made(match, size, "group", 1, size)


def ordinal_word(match: re.Match[str]) -> Quantity | None:
    """Read an ordinal in words: `the second`."""
    return _made(match, ORDINALS[match["ordinal"].lower()], "ordinal") if match["ordinal"] else None


def bare_part(match: re.Match[str]) -> Quantity | None:
    """Read a part without a numerator as one part: `the remaining third of`."""
    if not match["part"]:
        return None
    bottom = _denominator(match["part"].lower())
    return _made(match, Fraction(1, bottom), "half" if bottom == 2 else "fraction", 1, bottom)


WRITINGS: tuple[Callable[[re.Match[str]], Quantity | None], ...] = (
    clock_time,
    ordinal_figures,
    fraction_figures,
    figures,
    spelt_fraction,
    half_dozen,
    number_words,
    multiple,
    half,
    group,
    ordinal_word,
    bare_part,
)
"""The forms in which a number is written, one for each alternative of the pattern."""
