"""Loads libraries of patterns: the shipped folder, a user's folder beside it, or the texts in a recipe."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from solver.document import load
from solver.files import decode, local
from solver.refusal import FormatError, InputError, did_you_mean

from .checks import check, check_scaffolds
from .overlap import overlap
from .pattern import FOLDERS, Pattern, read_pattern
from .uniqueness import check_apart
from .vocabulary import Vocabulary, read_vocabularies
from .wording import MAX_FILE

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
VOCABULARY = "vocabulary.yaml"
MAX_VOCABULARY = 131_072
"""The most bytes a vocabulary file may have."""
OWN = "own "
"""The prefix of a user's vocabulary file in a library, since the shipped one has the same name."""


@dataclass(frozen=True, eq=False)
class Library:
    """Checked patterns by id, and the file texts they were made from."""

    patterns: dict[str, Pattern]
    texts: dict[str, str]
    """The text of every file, by its path in its folder: `comparison/times_more.jinja`, `vocabulary.yaml`, ..."""

    def __getitem__(self, name: str) -> Pattern:
        """Return a pattern by id, or by name if only one has it; raise InputError if none or several match."""
        found = [pattern for pattern in self.patterns.values() if name in (pattern.id, pattern.name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"several patterns are called {name}: {', '.join(p.id for p in found)}; give EXPERT/NAME")
        known = self.patterns if "/" in name else [pattern.name for pattern in self.patterns.values()]
        raise InputError(f"no pattern {name}; {did_you_mean(name, known)}; python -m generators list shows all")


def read_library(
    texts: Mapping[str, str], only: frozenset[str] | None = None, shown: Callable[[str], str] = str
) -> Library:
    """Return the checked library of these texts; raise InputError naming the file at fault.

    `only` limits it to some ids. `shown` turns the path of a text into the path in messages. If two files clash, the
    message names the later one.
    """
    vocabularies: dict[str, Vocabulary] = {}
    vocabulary_texts = tuple((path, text) for path, text in texts.items() if path.endswith(VOCABULARY))
    for path, text in vocabulary_texts:
        try:
            read = _vocabularies(text)
        except (FormatError, InputError) as error:
            raise InputError(f"{shown(path)}: {error}") from None
        for name, vocabulary in read.items():
            if name in vocabularies:
                raise InputError(f"{shown(path)}: vocabulary {name} exists already; choose another name")
            vocabularies[name] = vocabulary
    patterns = {}
    for path, text in texts.items():
        expert, _, file = path.rpartition("/")
        name = file.removesuffix(".jinja")
        if file.endswith(".jinja") and (only is None or f"{expert}/{name}" in only):
            try:
                patterns[f"{expert}/{name}"] = _pattern(expert, name, text, vocabulary_texts)
            except (ValueError, ArithmeticError) as error:
                raise InputError(f"{shown(path)}: {error}") from None
    check_scaffolds(patterns.values())
    check_apart(patterns.values(), vocabularies)
    return Library(dict(sorted(patterns.items())), dict(texts))


@lru_cache(maxsize=64)
def _vocabularies(text: str) -> dict[str, Vocabulary]:
    """Return the vocabularies of a file; patterns that are read with the same text share them."""
    return read_vocabularies(load(text, MAX_VOCABULARY, unique=True))


@lru_cache(maxsize=4096)
def _pattern(expert: str, name: str, text: str, vocabulary_texts: tuple[tuple[str, str], ...]) -> Pattern:
    """Return a checked pattern; cached, since a recipe reads the texts that its preset has just read."""
    vocabularies: dict[str, Vocabulary] = {}
    for _, vocabulary_text in vocabulary_texts:
        vocabularies |= _vocabularies(vocabulary_text)
    return check(read_pattern(expert, name, text, vocabularies))


def folder_texts(folder: Path, prefix: str = "") -> dict[str, str]:
    """Return the texts of a folder with `EXPERT/NAME.jinja` and `vocabulary.yaml` files; raise InputError at bad files."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of patterns")
    texts = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix == ".jinja" and (len(inside.parts) != 2 or inside.parts[0] not in FOLDERS):
            hint = did_you_mean(inside.parts[0], FOLDERS)
            raise InputError(f"{path}: a pattern lies in a folder named after its expert; {hint}")
        if path.suffix == ".jinja":
            texts[inside.as_posix()] = _text(path, MAX_FILE)
        elif path.name == VOCABULARY:
            texts[f"{prefix}{inside}"] = _text(path, MAX_VOCABULARY)
    if not any(name.endswith(".jinja") for name in texts):
        raise InputError(f"{folder}: no pattern found; write EXPERT/NAME.jinja, EXPERT one of {', '.join(FOLDERS)}")
    return texts


def _text(path: Path, most: int) -> str:
    """Return a file's text; raise InputError if it is a link, not a file, longer than `most` bytes or not UTF-8.

    The text is stored in the recipe and published with it, so a link in someone's folder must not pull in other files.
    """
    try:
        if path.is_symlink() or not path.is_file():
            raise InputError(f"{path}: cannot be read: not a regular file; put the file itself there")
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise InputError(f"{path}: more than {most} bytes")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    return decode(content, str(path))


@cache
def shipped() -> dict[str, str]:
    """Return the texts of the shipped patterns, by path."""
    return folder_texts(SHIPPED)


def library(folder: Path | None = None, takes: frozenset[str] | None = None) -> Library:
    """Return the shipped patterns and those of a user's folder; raise InputError if two have the same id.

    `takes` limits the shipped patterns to these ids, which saves the time of loading the others.
    """
    folder = None if folder is None else local(folder)
    texts = {
        path: text
        for path, text in shipped().items()
        if takes is None or path == VOCABULARY or path.removesuffix(".jinja") in takes
    }
    for path, text in folder_texts(folder, OWN).items() if folder else ():
        if path in shipped():
            raise InputError(f"{folder}/{path}: a shipped pattern has this name; choose another")
        texts[path] = text

    def shown(path: str) -> str:
        return path if folder is None or path in shipped() else str(folder / path.removeprefix(OWN))

    found = read_library(texts, shown=shown)
    for name, pattern in found.patterns.items():  # a recipe that stores near copies can still be verified
        if fault := overlap(pattern):
            raise InputError(f"{shown(f'{name}.jinja')}: {fault}")
    return found
