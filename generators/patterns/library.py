"""Loads libraries of patterns: the shipped folder, a user's folder beside it, or the texts in a recipe."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from solver.constants import CONSTANTS, Constant, own_constants, read_constants
from solver.document import MAX_TEXT, load
from solver.files import decode, local
from solver.garbage import rarely_collected
from solver.grounding import ENGLISH
from solver.progress import Report
from solver.refusal import FormatError, InputError, did_you_mean

from .checks import check, scaffold_clashes
from .extension import extend, extended_id, is_extension
from .joint import SEARCH, Search
from .overlap import overlap
from .pattern import FOLDERS, Pattern, read_pattern
from .places import told
from .uniqueness import Clash, question_clashes
from .vocabulary import Vocabulary, read_vocabularies
from .wording import MAX_FILE, Wording

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
VOCABULARY = "vocabulary.yaml"
MAX_VOCABULARY = 131_072
"""The most bytes a vocabulary file may have."""
SUFFIX = ".jinja"
"""The ending of a pattern file."""
OWN = "own "
"""The prefix of a user's vocabularies, constants and files that extend a pattern: shipped files may have the same names."""


@dataclass(frozen=True, eq=False)
class Library:
    """Checked patterns by id, and the file texts they were made from."""

    patterns: dict[str, Pattern]
    texts: dict[str, str]
    """The text of every file, by its path in its folder: `comparison/times_more.jinja`, `vocabulary.yaml`, ..."""
    own: frozenset[str] = frozenset()
    """The ids of the patterns in a user's folder."""

    @property
    def ids(self) -> Collection[str]:
        """The ids of all patterns in the files, also of those that were not read."""
        return _ids(self.texts)

    def texts_of(self, ids: Collection[str]) -> dict[str, str]:
        """Return the files that some patterns need, by path: their own, those that extend them, and all vocabularies."""
        used = {path for path in _extensions(self.texts) if extended_id(self.texts[path]) in ids}
        used |= {f"{name}{SUFFIX}" for name in ids}
        return {path: text for path, text in self.texts.items() if path in used or not path.endswith(SUFFIX)}

    def shipped_alone(self, ids: Collection[str]) -> bool:
        """Return whether no text of some patterns comes from a user's folder."""
        return self.own.isdisjoint(ids) and not any(w.file for name in ids for w in self.patterns[name].wordings)

    def __getitem__(self, name: str) -> Pattern:
        """Return a pattern by id, or by name if only one has it; raise InputError if none or several match."""
        return self.patterns[find(name, self)]


@dataclass(frozen=True)
class Files:
    """The files of the shipped patterns and of a user's folder, not yet read as patterns."""

    texts: dict[str, str]
    folder: Path | None = None

    @property
    def ids(self) -> Collection[str]:
        """The ids of all patterns."""
        return _ids(self.texts)

    @property
    def own(self) -> frozenset[str]:
        """The ids of the patterns in the user's folder."""
        return frozenset(name for name in self.ids if f"{name}{SUFFIX}" not in shipped())

    def shown(self, path: str) -> str:
        """Return the path of a text as messages show it: a user's file with its folder."""
        return path if self.folder is None or path in shipped() else str(self.folder / path.removeprefix(OWN))

    def library(self, only: frozenset[str], language: str = ENGLISH, most: int | None = None) -> Library:
        """Return the library of some patterns in a language; raise InputError if one is not sound, or two clash.

        `most` is as in `read_library`.
        """
        found = read_library(self.texts, only, self.shown, language, most)
        refuse_copies(found.patterns, self.shown)
        return Library(found.patterns, found.texts, self.own)


def _ids(texts: Iterable[str]) -> list[str]:
    return [path.removesuffix(SUFFIX) for path in texts if path.endswith(SUFFIX) and not path.startswith(OWN)]


def _extensions(texts: Iterable[str]) -> list[str]:
    """Return the paths of files that extend patterns, in order of their names."""
    return sorted(path for path in texts if path.endswith(SUFFIX) and path.startswith(OWN))


def find(name: str, known: Library | Files) -> str:
    """Return the id of a pattern given by id, or by name if only one has it; raise InputError if none or several match."""
    found = [one for one in known.ids if name in (one, one.partition("/")[2])]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"several patterns are called {name}: {', '.join(sorted(found))}; give EXPERT/NAME")
    names = known.ids if "/" in name else [one.partition("/")[2] for one in known.ids]
    yours = "" if known.own else "; a pattern of yours needs --patterns DIR"
    raise InputError(f"no pattern {name}; {did_you_mean(name, names)}; python -m generators list shows all{yours}")


def read_library(
    texts: Mapping[str, str],
    only: frozenset[str] | None = None,
    shown: Callable[[str], str] = str,
    language: str = ENGLISH,
    most: int | None = None,
    *,
    search: Search = SEARCH,
) -> Library:
    """Return the library of these texts; raise InputError naming a file that is not sound, or that clashes with another.

    `only` limits it to some ids. `shown` turns the path of a text into the path in messages. If two files clash, the
    message names the later one. `language` is that of the questions. `most` limits the shipped files among them, all of
    whose wordings a test checks, to that many training wordings; it saves the time of reading the others.
    `search` bounds the number tuples of patterns with conditions.
    """
    patterns = _patterns(texts, only, shown, language, most, search=search)
    clash = _first_clash(tuple(patterns.values()))
    if clash:
        raise told(place(clash.pattern, clash.wording, shown), clash.pattern.source, clash.error)
    return Library(dict(sorted(patterns.items())), dict(texts))


def clashes(patterns: Iterable[Pattern]) -> Iterator[Clash]:
    """Yield the patterns that no dataset can have together with an earlier one: another scaffold, or the same question."""
    patterns = list(patterns)
    return chain(scaffold_clashes(patterns), question_clashes(patterns))


@lru_cache(maxsize=8)
def _first_clash(patterns: tuple[Pattern, ...]) -> Clash | None:
    """Return the first clash, or None; cached, since a recipe reads the patterns that its preset has just read."""
    return next(clashes(patterns), None)


def _patterns(
    texts: Mapping[str, str],
    only: frozenset[str] | None,
    shown: Callable[[str], str],
    language: str = ENGLISH,
    most: int | None = None,
    *,
    search: Search = SEARCH,
    report: Report | None = None,
) -> dict[str, Pattern]:
    """Return the patterns of these texts by id, in the order of the texts; raise InputError at the first bad file."""
    with rarely_collected():
        patterns, faults = try_patterns(texts, only, shown, language, most, search=search, report=report)
    if faults:
        raise faults[0]
    return patterns


def try_patterns(
    texts: Mapping[str, str],
    only: frozenset[str] | None,
    shown: Callable[[str], str],
    language: str = ENGLISH,
    most: int | None = None,
    *,
    search: Search = SEARCH,
    report: Report | None = None,
) -> tuple[dict[str, Pattern], list[InputError]]:
    """Return the sound patterns among these texts by id, each checked by itself, and the faults of the other files.

    `report` is called with the number of files that are done, and of all.
    """
    shared = tuple((path, text) for path, text in texts.items() if path.endswith((VOCABULARY, CONSTANTS)))
    errors = _shared_errors(shared)
    patterns = {}
    ids = frozenset(_ids(texts))
    for done, (path, text) in enumerate(texts.items()):
        if report:
            report(done, len(texts))
        expert, _, file = path.rpartition("/")
        name = file.removesuffix(SUFFIX)
        if f"{expert}/{name}" in ids and (only is None or f"{expert}/{name}" in only):
            try:
                limit = most if shipped().get(path) == text else None
                patterns[f"{expert}/{name}"] = _pattern(expert, name, text, shared, language, most=limit, search=search)
            except (ValueError, ArithmeticError) as error:
                errors.append((path, error))
    for path in _extensions(texts):
        try:
            name = extended_id(texts[path])
            if name in patterns:
                patterns[name] = _extended(patterns[name], texts[path], shown(path), shared, language)
            elif name not in ids:
                found = (
                    f"{name}, which is no pattern; {did_you_mean(name, ids)}" if name else "nothing; write EXPERT/NAME"
                )
                raise InputError(f"extends {found}").at("extends")
        except (ValueError, ArithmeticError) as error:
            errors.append((path, error))
    return patterns, [told(shown(path), texts[path], error) for path, error in errors]


def _shared_errors(shared: Iterable[tuple[str, str]]) -> list[tuple[str, Exception]]:
    """Return the errors of files of vocabularies and constants with their paths, also of names that an earlier file has."""
    names: set[tuple[str, str]] = set()
    errors: list[tuple[str, Exception]] = []
    for path, text in shared:
        vocabularies, constants, bad = _shared(path, text)
        read = [*(("vocabulary", name) for name in vocabularies), *(("constant", one.name) for one in constants)]
        taken = [
            InputError(f"{kind} {name} exists already; choose another name").at(name)
            for kind, name in read
            if (kind, name) in names
        ]
        errors += [(path, error) for error in (*bad, *taken)]
        names.update(read)
    return errors


@lru_cache(maxsize=64)
def _shared(path: str, text: str) -> tuple[dict[str, Vocabulary], tuple[Constant, ...], list[Exception]]:
    """Return the vocabularies or the constants of a file, and its faults.

    All patterns that are read with the same text share them.
    """
    faults: list[Exception] = []
    if path.endswith(CONSTANTS):
        return {}, read_constants(text, faults), faults
    try:
        return read_vocabularies(load(text, MAX_VOCABULARY), faults), (), faults
    except (FormatError, InputError) as error:
        return {}, (), [error]


@lru_cache(maxsize=1 << 14)
def _pattern(
    expert: str,
    name: str,
    text: str,
    shared: tuple[tuple[str, str], ...],
    language: str,
    *,
    most: int | None,
    search: Search,
) -> Pattern:
    """Return a checked pattern; cached, since a recipe reads the texts that its preset has just read."""
    return check(read_pattern(expert, name, text, *_joined(shared), most=most, search=search, keep=True), language)


@lru_cache(maxsize=1 << 14)
def _extended(pattern: Pattern, text: str, file: str, shared: tuple[tuple[str, str], ...], language: str) -> Pattern:
    """Return a checked pattern with the wordings of a file added; cached as `_pattern` is."""
    return extend(pattern, text, file, _joined(shared)[0], language)


def _joined(shared: Iterable[tuple[str, str]]) -> tuple[dict[str, Vocabulary], tuple[Constant, ...]]:
    read = [_shared(path, text) for path, text in shared]
    vocabularies = {name: one for found, _, _ in read for name, one in found.items()}
    return vocabularies, tuple(one for _, constants, _ in read for one in constants)


def place(pattern: Pattern, wording: Wording | None, shown: Callable[[str], str]) -> str:
    """Return the file of a pattern, or of a wording that another file adds to it, as messages show it."""
    return wording.file if wording and wording.file else shown(pattern.id + SUFFIX)


def folder_texts(folder: Path, prefix: str = "") -> dict[str, str]:
    """Return the texts of a folder of patterns, vocabularies and constants; raise InputError at bad files."""
    texts, faults = try_folder(folder, prefix)
    if faults:
        raise faults[0]
    return texts


def try_folder(folder: Path, prefix: str = "") -> tuple[dict[str, str], list[InputError]]:
    """Return the texts of a folder that can be read, and the faults of the other files; raise InputError without a pattern."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of patterns")
    texts: dict[str, str] = {}
    faults: list[InputError] = []
    shared = {VOCABULARY: MAX_VOCABULARY, CONSTANTS: MAX_TEXT}
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix == SUFFIX or path.name in shared]
    if not any(path.suffix == SUFFIX for path in paths):
        raise InputError(f"{folder}: no pattern found; write EXPERT/NAME.jinja, EXPERT one of {', '.join(FOLDERS)}")
    for path in paths:
        inside = path.relative_to(folder)
        try:
            if path.suffix != SUFFIX:
                texts[f"{prefix}{inside}"] = _text(path, shared[path.name])
                continue
            text = _text(path, MAX_FILE)
            extends = is_extension(text)
            if inside.parts[0] not in FOLDERS or (len(inside.parts) != 2 and not extends):
                hint = did_you_mean(inside.parts[0], FOLDERS)
                raise InputError(f"{path}: a pattern lies in a folder named after its expert; {hint}")
            texts[f"{OWN if extends else ''}{inside.as_posix()}"] = text
        except InputError as error:
            faults.append(error)
    return texts, faults


def folder_constants(folder: Path) -> tuple[Constant, ...]:
    """Return the constants of a user's folder; raise InputError at a bad file of constants or words."""
    no_pattern: frozenset[str] = frozenset()
    found = read_library(folder_texts(folder), no_pattern, lambda path: str(folder / path))
    return own_constants(found.texts)


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
            raise InputError(f"{path}: more than {most} bytes; shorten it")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    return decode(content, str(path))


@cache
def shipped() -> dict[str, str]:
    """Return the texts of the shipped patterns, by path."""
    return folder_texts(SHIPPED)


def files(folder: Path | None = None) -> Files:
    """Return the files of the shipped patterns and of a user's folder; raise InputError if two have the same id."""
    known, faults = try_files(folder)
    if faults:
        raise faults[0]
    return known


def try_files(folder: Path | None = None) -> tuple[Files, list[InputError]]:
    """Return the files of the shipped patterns and those of a user's folder that can be used, and the faults of the others."""
    folder = None if folder is None else local(folder)
    own, faults = try_folder(folder, OWN) if folder else ({}, [])
    taken = [path for path in own if path in shipped()]
    faults += [InputError(f"{folder}/{path}: a shipped pattern has this name; choose another") for path in taken]
    return Files(shipped() | {path: text for path, text in own.items() if path not in taken}, folder), faults


def library(folder: Path | None = None, report: Report | None = None) -> Library:
    """Return the shipped patterns and those of a user's folder, which a dataset need not be able to have together.

    `report` is called with the number of files that are read, and of all.
    """
    known = files(folder)
    patterns = _patterns(known.texts, None, known.shown, report=report)
    refuse_copies(patterns, known.shown)
    return Library(dict(sorted(patterns.items())), known.texts, known.own)


def one_pattern(name: str, folder: Path | None = None) -> Pattern:
    """Return a pattern by id, or by name if only one has it, without reading the others; raise InputError as `find` does."""
    known = files(folder)
    found = find(name, known)
    return known.library(frozenset({found})).patterns[found]


def refuse_copies(patterns: Mapping[str, Pattern], shown: Callable[[str], str]) -> None:
    """Raise InputError at a wording that is a near copy of another; a recipe that stores some can still be verified."""
    for pattern in patterns.values():
        if found := overlap(pattern):
            raise InputError(f"{place(pattern, found[0], shown)}: {found[1]}")
