"""Numbers as people write them, with their spans: `80,000`, `$1,200.50`, `three`, `a dozen`, `1/2`, `40%`, `5:30`.

Used wherever text is read for its numbers: by imports, by prompts and by the contamination gate. It reads
English and does not guess: what the tables below do not know is left as text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .numerals import TENS, UNITS

SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
WORDS = {word: value for value, word in enumerate(UNITS)} | {word: 20 + 10 * k for k, word in enumerate(TENS)}
WORDS["fourty"] = 40
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
    """A number in a text: where it stands, its exact value, and the kind of writing."""

    start: int
    end: int
    text: str
    value: Fraction
    kind: str
    """plain, word, money, cents, percent, fraction, half, multiple, group, clock or ordinal"""
    top: Fraction = Fraction(1)
    """The numerator as written, or how many groups; of a mixed number, its whole."""
    bottom: int = 1
    """The denominator as written, or the size of a group; of a clock time, its minutes."""


_Make = Callable[..., Quantity]


def _words(names: object) -> str:
    return "|".join(sorted(map(str, names), key=len, reverse=True))  # type: ignore[call-overload]


_SMALL = rf"(?:(?:{_words([*TENS, 'fourty'])})(?:[- ](?:{_words(UNITS[1:10])}))?|{_words(UNITS)})"
_SCALE = _words(SCALES)
_HUNDREDS = rf"(?:{_SMALL}|an?\s+hundred)(?:[\s-]+hundred)?(?:(?<=hundred)[\s-]+(?:and[\s-]+)?{_SMALL})?"
_SPELT = (
    rf"(?:an?\s+(?:thousand|million|billion)|{_HUNDREDS})"
    rf"(?:[\s-]+(?:thousand|million|billion)(?:[\s-]+(?:and[\s-]+)?{_HUNDREDS})?)*(?![a-z])"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_PART = _words([*PARTS, *(f"{part}s" for part in PARTS if part not in ("half", "halves"))])
_QUANTITY = re.compile(
    rf"""(?<![\w.])(?:
      (?P<clock>(?:[01]?\d|2[0-3]):[0-5]\d)(?P<noon>\s*[ap]\.?m\b\.?)?
    | (?P<hour>1[0-2]|0?[1-9])(?P<side>\s*[ap]\.?m\b\.?)
    | (?P<nth>\d+)(?:st|nd|rd|th)\b
    | (?P<tops>{_words(UNITS[1:])}|an?|[1-9])[\s-]+(?P<parts>{_PART})\b(?!\s+(?:of\s+)?(?:dollar|coin)s?\b)
    | (?P<money>(?:US)?\$\s?)?
      (?: (?:(?P<whole>\d+|{_SMALL})(?:\s+and\s+|[\s-]+))?(?P<top>\d+)\s?/\s?(?P<bottom>[1-9]\d*)(?![\d/])
        | (?P<round>\d+)?(?P<glyph>[{''.join(GLYPHS)}])
        | (?P<digits>{_DIGITS})(?:\s*-?\s*(?P<scale>{_SCALE})\b)?
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
    found = (_quantity(match) for match in _QUANTITY.finditer(text))
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
    """Return the number that digits write, commas and a currency sign allowed; raise ValueError for other text."""
    bare = text.strip().removeprefix("$").strip()
    if re.fullmatch(rf"-?{_DIGITS}|-?\d+/[1-9]\d*", bare) is None:
        raise ValueError(f"{text!r} is not a number")
    return Fraction(bare.replace(",", ""))


def _quantity(match: re.Match[str]) -> Quantity | None:  # noqa: PLR0911 - one return for each way of writing
    found = match.groupdict()
    start, end = match.span()
    text = match[0]

    def made(value: Fraction | int, kind: str, top: Fraction | int = 1, bottom: int = 1) -> Quantity:
        return Quantity(start, end, text, Fraction(value), kind, Fraction(top), bottom)

    if found["clock"] or found["hour"]:
        hour, _, minute = (found["clock"] or found["hour"]).partition(":")
        return made(Fraction(int(hour)) + Fraction(int(minute or 0), 60), "clock", int(hour), int(minute or 0))
    if found["nth"]:
        return made(int(found["nth"]), "ordinal")
    if found["top"] or found["glyph"]:
        top, bottom = (int(found["top"]), int(found["bottom"])) if found["top"] else GLYPHS[found["glyph"]]
        whole = found["whole"] or found["round"] or "0"
        count = int(whole) if whole.isdigit() else spelt_number(whole)
        value = count + Fraction(top, bottom)
        return made(value, "fraction", top, bottom) if not count else made(value, "plain")
    if found["digits"]:
        value = Fraction(found["digits"].replace(",", "")) * SCALES.get((found["scale"] or "").lower(), 1)
        return _counted(found, value, made, "", "money" if found["money"] or found["dollars"] else "plain")
    if found["tops"]:
        return _spelt_fraction(match)
    if found["halfdozen"]:
        return made(6, "group", 1, 6)
    if found["spelt"]:
        try:
            return _counted(found, Fraction(spelt_number(found["spelt"])), made, "s", "word")
        except KeyError:
            return None
    return _special(found, made)


def _spelt_fraction(match: re.Match[str]) -> Quantity:
    """Return `two thirds` as a fraction, the six of `six quarters`, which are coins, and the 3 of `3 fourth-grade classes`."""
    part, tops = match["parts"].lower(), match["tops"].lower()
    bottom = PARTS.get(part) or PARTS[part.removesuffix("s")]
    top = int(tops) if tops.isdigit() else 1 if tops in ("a", "an") else WORDS[tops]
    start = match.start()
    counts = top > 1 and part in PARTS and re.match(r"\s+(?:of|as)\b", match.string[match.end() :]) is None
    if top >= bottom or counts:
        kind = "plain" if tops.isdigit() else "word"
        return Quantity(start, start + len(tops), match["tops"], Fraction(top), kind)
    kind = "half" if (top, bottom) == (1, 2) else "fraction"
    return Quantity(start, match.end(), match[0], Fraction(top, bottom), kind, Fraction(top), bottom)


def _counted(found: dict[str, str | None], value: Fraction, made: _Make, suffix: str, kind: str) -> Quantity:
    """Return a number with what may follow it: percent, cents, dozen, `and a half`."""
    if found[f"percent{suffix}"]:
        return made(value, "percent")
    if found[f"cents{suffix}"]:
        return made(value, "cents")
    if found[f"dozens{suffix}"]:
        return made(value * 12, "group", value, 12)
    if found[f"rest{suffix}"]:
        return made(value + Fraction(1, PARTS[str(found[f"resting{suffix}"]).lower()]), kind)
    return made(value, kind)


def _special(found: dict[str, str | None], made: _Make) -> Quantity | None:
    if found["multiple"]:
        word = found["multiple"].lower()
        return made(Fraction(1, 2), "half", 1, 2) if word.startswith("halv") else made(MULTIPLES[word], "multiple")
    if found["half"]:
        return made(Fraction(1, 2), "half", 1, 2)
    if found["group"]:
        size = GROUPS[found["group"].lower()]
        return made(size, "group", 1, size)
    if found["ordinal"]:
        return made(ORDINALS[found["ordinal"].lower()], "ordinal")
    if found["part"]:
        part = found["part"].lower()
        bottom = PARTS.get(part) or PARTS[part.removesuffix("s")]
        return made(Fraction(1, bottom), "half" if bottom == 2 else "fraction", 1, bottom)
    return None
