"""Language, licence, name and tags of a dataset, which its page on the Hub states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import msgspec

from solver.document import Node, load
from solver.files import read_text
from solver.licence import Licensed, joint_licence, known_licence, licensed
from solver.refusal import InputError, did_you_mean

KEYS = {
    "language": "the language of the questions, or a list: a code such as `es`, `spa` or `es-MX`. English if all patterns are shipped ones, else not stated",
    "license": "the licence of the dataset: an identifier of the Hub, such as `cc-by-4.0`. `apache-2.0` if all patterns are shipped ones, else not stated",
    "license_name": "the name of a licence that the Hub does not list, with `license: other`",
    "license_link": "the address of such a licence, or `LICENSE` for a file in the repository",
    "pretty_name": "the title of the page; by default, `wirework` and the preset's name",
    "tags": "a list of further tags for the page",
}
"""The keys of a preset file that its page needs, and their meanings."""
OTHER = "other"
"""The Hub's identifier of all licences that it does not list."""
_SPECIAL = ("code", "multilingual")
"""The words that the Hub takes for a language."""
_TAG = re.compile(r"([a-z]{2,3})((?:-[A-Za-z0-9]{1,8})+)?")
"""A code of ISO 639, alone or as the first part of a tag of BCP 47."""


@dataclass(frozen=True)
class About:
    """The facts that a dataset's author states about it; empty or None where nothing is stated."""

    language: tuple[str, ...] = ()
    license: str | tuple[str, ...] | None = None
    """Several where each holds for some of the rows."""
    license_name: str | None = None
    license_link: str | None = None
    pretty_name: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def licences(self) -> list[str]:
        """The licences that hold for the rows, or for some of them."""
        stated = self.license or ()
        return [stated] if isinstance(stated, str) else list(stated)

    @property
    def codes(self) -> list[str]:
        """The codes of ISO 639 of the languages, each once."""
        return list(dict.fromkeys(tag.partition("-")[0] for tag in self.language))

    @property
    def regional(self) -> list[str]:
        """The languages with a region or a script, which the Hub wants apart."""
        return [tag for tag in self.language if "-" in tag]

    @property
    def languages(self) -> str:
        """The names of the languages for a reader."""
        names = [languages().get(tag.partition("-")[0], tag) for tag in self.language]
        told = [f"{name} ({tag})" if "-" in tag else name for name, tag in zip(names, self.language, strict=True)]
        return ", ".join(told)


SHIPPED = About(language=("en",), license="apache-2.0")
"""The language and the licence of the shipped patterns."""
WIREWORK = licensed("wirework", "apache-2.0", "the authors of wirework")
"""The shipped patterns as a source."""


def stated(about: About, *, shipped_alone: bool, sources: Sequence[Licensed] = ()) -> About:
    """Return the facts with the defaults of a dataset that draws from shipped patterns alone; others have none.

    The licence of patterns that were made from sources is that of their sources.
    """
    if shipped_alone:
        return replace(about, language=about.language or SHIPPED.language, license=about.license or SHIPPED.license)
    return replace(about, license=about.license or (joint_licence(sources) if sources else None))


def unstated(about: About) -> str | None:
    """Return a sentence on the facts that a page will lack, or None if it has them."""
    lacking = [key for key in ("language", "license") if not getattr(about, key)]
    if not lacking:
        return None
    verb = "is" if len(lacking) == 1 else "are"
    return f"{' and '.join(lacking)} {verb} not stated on the page; set {'it' if len(lacking) == 1 else 'them'} in the preset"


@cache
def languages() -> dict[str, str]:
    """Return the English names of languages by their two-letter codes of ISO 639-1."""
    return msgspec.convert(load(read_text(Path(__file__).with_name("languages.yaml"))), dict[str, str])


def read_about(node: dict[str, Node]) -> About:
    """Return the facts of a preset; raise InputError, whose message begins with the key."""
    about = About(
        language=tuple(map(known_language, _list(node, "language"))),
        license=_text(node, "license"),
        license_name=_text(node, "license_name"),
        license_link=_text(node, "license_link"),
        pretty_name=_text(node, "pretty_name"),
        tags=tuple(_list(node, "tags")),
    )
    if isinstance(about.license, str):
        try:
            known_licence(about.license)
        except InputError as error:
            raise InputError(f"{error}; or write other, and license_name") from None
    if (about.license == OTHER) is not bool(about.license_name):
        raise InputError("license_name goes with license: other; write both or neither")
    if about.license_link and about.license != OTHER:
        raise InputError("license_link goes with license: other; leave it out")
    return about


def _text(node: dict[str, Node], key: str) -> str | None:
    """Return the text of a key, or None if the key is left out."""
    value = node.get(key)
    if key not in node:
        return None
    if not isinstance(value, str) or not value.strip() or "\n" in value.strip():
        raise InputError(f"{key} is empty or not text; write one line, or leave the key out")
    return value.strip()


def _list(node: dict[str, Node], key: str) -> list[str]:
    """Return the texts of a key: those of a list, each once, or one; none if the key is left out."""
    value = node.get(key, [])
    items = value if isinstance(value, list) else [value]
    found = [_text({key: item}, key) for item in items]
    return list(dict.fromkeys(item for item in found if item is not None))


def known_language(word: str) -> str:
    """Return a language as it is written; raise InputError if it is no code that the Hub takes."""
    found = _TAG.fullmatch(word)
    if word in _SPECIAL or (found and (len(found[1]) == 3 or found[1] in languages())):
        return word
    code = next((code for code, name in languages().items() if name.lower() == word.lower()), None)
    hint = f"write {code}" if code else did_you_mean(word, languages())
    raise InputError(f"language {word} is no code of ISO 639; {hint}")
