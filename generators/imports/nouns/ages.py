"""Names ages: 'is 8 years old', 'turned 18', 'when she is 25'."""

import re
from functools import cache

from generators.text.lexicon import word_set

from .noun_case import NounCase

_WHEN = re.compile(r"\b(?:[Ww]hen|until|since|after) (?:he|she|they|[A-Z][a-z]+) (?:is|was|turns|turned) $")
_YEARS_OLD = re.compile(r"^[\s-]*years?[\s-]+old\b", re.IGNORECASE)
_TURNED = re.compile(r"\b(?:turned|turns|turn|aged)\s+$", re.IGNORECASE)
_YEARS = re.compile(r"^ years(?:,| now\b|\.| and\b)")
_AGE_WORD = re.compile(r"\b(?:old|older|oldest|younger|youngest|ages?|aged)\b", re.IGNORECASE)


@cache
def _someone_is() -> re.Pattern[str]:
    """Return the pattern of a person in front of an age: 'Ann is', 'her mother was'."""
    kin = "|".join(sorted(word_set("kin")))
    return re.compile(
        rf"\b(?:[A-Z]\w+|[Hh]e|[Ss]he|I|who|age|{kin})\s+(?:is|was|am|will be)\s+"
        r"(?:now |currently |only |already |just )?$"
    )


def age_in_clause(case: NounCase) -> str | None:
    """Names the 18 of 'when he is 18' age."""
    return "age" if case.bare and _WHEN.search(case.ahead) and not case.tail.lstrip().startswith("%") else None


def years_old(case: NounCase) -> str | None:
    """Names the 8 of 'Rona is 8 years old' age."""
    return "age" if _YEARS_OLD.match(case.tail) else None


def age_turned(case: NounCase) -> str | None:
    """Names the 18 of 'Ann turned 18' age."""
    return "age" if _TURNED.search(case.ahead) else None


def age_in_years(case: NounCase) -> str | None:
    """Names the 24 of 'Jo is 24 years now' age."""
    return "age" if _YEARS.match(case.tail) and _someone_is().search(case.ahead) else None


def age_alone(case: NounCase) -> str | None:
    """Names the 9 of 'John is 40 years old and Ann is 9' age."""
    alone = case.bare and _someone_is().search(case.ahead) and _AGE_WORD.search(case.text)
    return "age" if alone else None


AGE_RULES = (age_in_clause, years_old, age_turned, age_in_years, age_alone)
