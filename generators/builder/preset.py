"""Reads presets, and apportions rows to patterns by their weights (P8).

A preset is a YAML file. Rows are apportioned by Webster's method, so a larger dataset only adds rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heapify, heappop, heappush
from pathlib import Path

from generators.patterns.library import Files, Library, files, find
from generators.patterns.pattern import FOLDERS
from solver.document import Node, Odd, load
from solver.experts import system_line
from solver.files import local, read_text, there
from solver.grounding import Reading
from solver.refusal import FormatError, InputError, did_you_mean

from .about import KEYS as ABOUT
from .about import About, read_about
from .wordings import Phrasings, most_read, read_phrasings

FOLDER = Path(__file__).parents[1] / "presets"
SPLITS = ("train", "validation", "test")
MIN_QUESTIONS = 500_000
"""The default of `min_questions`; every shipped pattern has as many."""
MINE, SHIPPED = "mine", "shipped"
"""The words that stand for all patterns of a user's folder, and for all shipped ones, in a preset's `patterns`."""
KEYS = {
    "rows": "the number of training rows; `--rows` overrides it",
    "validation": "the number of validation rows",
    "test": "the number of test rows",
    "max_len": "the most tokens that a row may have, prompt and completion together; `--max-len` overrides it",
    "weights": "the share of each expert and of `composition`, in percent; the weights add up to 100",
    "patterns": "the patterns to use, all by default, and their weights within their expert: see [Choose patterns](#choose-patterns)",
    "min_questions": f"patterns with fewer distinct questions are listed, with the most rows that they can give; {MIN_QUESTIONS} by default",
    "phrasings": "how many of a pattern's training wordings are used, from the first, or `all`; 1 by default. `{train: all, held_out: true}` gives validation and test held-out wordings alone. `--phrasings` overrides the number",
    **ABOUT,
    "system": "the system line of every prompt; by default, the line that names the experts",
}
"""The keys of a preset file and their meanings."""
TEXTS = ("system", *ABOUT)
"""The keys whose values are text."""


@dataclass(frozen=True)
class Preset:
    """The content of a preset file; `rows` counts rows per split, `weights` are percents per expert."""

    name: str
    path: str
    text: str
    rows: dict[str, int]
    max_len: int
    phrasings: Phrasings
    system: str
    weights: dict[str, int]
    patterns: dict[str, int]
    """Weights of single patterns within their expert, by name or id, and of `mine` and `shipped`."""
    about: About = field(default_factory=About)
    """The language, licence, name and tags that the preset states."""
    listed: bool = False
    """Whether `patterns` lists the patterns to use; if not, all are used, with weight 1 unless it weighs them."""
    min_questions: int = MIN_QUESTIONS

    def library(self, folder: Path | None = None) -> Library:
        """Return the patterns that the preset takes, of the shipped ones and of a user's folder.

        Raises InputError if one is not sound, two of them clash, or the preset names one that does not exist.
        """
        known = files(folder)
        language = Reading.of(self.about.language, {}).language
        return known.library(frozenset(self.shares(known)), language, most_read(self.phrasings))

    def shares(self, known: Library | Files) -> dict[str, Fraction]:
        """Return the share of the rows of each pattern that is used, by id; they sum to 1.

        Raises InputError naming the file and the line.
        """
        weights = self._weights(known)
        shares = {}
        for expert, weight in self.weights.items():
            within = {name: own for name, own in weights.items() if own and name.partition("/")[0] == expert}
            total = 100 * sum(within.values())
            if weight and not within:
                hint = "" if known.own else ", or add yours with --patterns DIR"
                raise InputError(
                    f"{locate(self.path, self.text, expert)}: {expert} has weight {weight} and no pattern; "
                    f"give a pattern a weight{hint}, or set {expert} to 0"
                )
            for name, own in within.items():
                if weight:
                    shares[name] = Fraction(weight * own, total)
        return dict(sorted(shares.items()))

    def idle(self, known: Library | Files) -> str | None:
        """Return a sentence on the patterns that the preset names and that get no rows, or None if all get some."""
        named = [find(name, known) for name, weight in self.patterns.items() if weight and name not in (MINE, SHIPPED)]
        idle = [name for name in named if not self.weights.get(name.partition("/")[0])]
        if not idle:
            return None
        more = f" and {len(idle) - 3} more" if len(idle) > 3 else ""
        return f"{', '.join(idle[:3])}{more}: named, but without rows, because the expert has weight 0"

    def _weights(self, known: Library | Files) -> dict[str, int]:
        """Return the weight of every known pattern within its expert, by id.

        A list takes what it names. A list of shipped patterns alone also takes all of the user's, as it always did.
        """
        named: dict[str, int] = {}
        own = known.own
        for name, weight in self.patterns.items():
            if name not in (MINE, SHIPPED):
                try:
                    found = find(name, known)
                except InputError as error:
                    raise InputError(f"{place(self.path, self.text, name)}: {error}") from None
                if found in named:
                    raise InputError(f"{place(self.path, self.text, name)}: {found} is named twice; name it once")
                named[found] = weight
        if self.patterns.get(MINE) and not own:
            raise InputError(
                f"{place(self.path, self.text, MINE)}: {MINE} are the patterns of --patterns DIR; give it, or leave out {MINE}"
            )
        names_mine = SHIPPED in self.patterns or not own.isdisjoint(named)
        shipped = self.patterns.get(SHIPPED, 0 if self.listed else 1)
        mine = self.patterns.get(MINE, 0 if self.listed and names_mine else 1)
        return {name: named.get(name, mine if name in own else shipped) for name in known.ids}


def known_presets() -> list[str]:
    """Return the names of the shipped presets, run10 after run9."""
    return sorted((path.stem for path in FOLDER.glob("*.yaml")), key=lambda name: (len(name), name))


def read_preset(given: str | Path | Mapping[str, object]) -> Preset:
    """Return a shipped preset by name, the preset in a file, or the one whose keys a mapping has.

    Raises InputError naming the file and the line.
    """
    if isinstance(given, Mapping):
        keys = {str(key): _node(value, figures=key not in TEXTS) for key, value in given.items()}
        return _Reader("", "preset").preset(keys)
    name = str(given)
    path = FOLDER / f"{name}.yaml" if name in known_presets() else local(name)
    if not there(path):
        raise InputError(f"{name}: neither a preset nor a preset file; {did_you_mean(name, known_presets())}")
    text = read_text(path)
    try:
        node = load(text, unique=True)
    except FormatError as error:
        raise InputError(f"{path}: {error}") from None
    return _Reader(text, str(path)).preset(node)


def _node(value: object, *, figures: bool) -> Node:
    """Return a value of Python as the node that a preset file has for it; `figures` says whether numbers may stand there."""
    if isinstance(value, Mapping):
        return {str(key): _node(item, figures=figures) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_node(item, figures=figures) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) or (figures and isinstance(value, int | float)):
        return str(value)
    return Odd(f"of type {type(value).__name__}")


class _Reader:
    """Parses the nodes of a preset; errors name the file and the line of the key."""

    def __init__(self, text: str, path: str):
        self.text = text
        self.path = path

    def preset(self, node: Node) -> Preset:
        if not isinstance(node, dict):
            raise InputError(f"{self.path}: not a mapping; a preset has {', '.join(KEYS)}")
        for key in node:
            if key not in KEYS:
                hint = f"write it below weights: {key}: SHARE" if key in FOLDERS else did_you_mean(key, KEYS)
                raise self.error(key, f"unknown key {key}; {hint}")
        weights = self.numbers(node, "weights")
        for expert in weights:
            if expert not in FOLDERS:
                raise self.error(expert, f"no expert {expert}; {did_you_mean(expert, FOLDERS)}")
        if sum(weights.values()) != 100:
            raise self.error("weights", f"weights sum to {sum(weights.values())}; make them sum to 100")
        system = node.get("system", system_line())
        if not isinstance(system, str) or not system.strip():
            raise self.error("system", "system is empty or not text; write one line, or leave the key out")
        return Preset(
            name=Path(self.path).stem,
            path=self.path,
            text=self.text,
            rows={split: self.number(node, "rows" if split == "train" else split, 0) for split in SPLITS},
            max_len=self.number(node, "max_len", 1),
            phrasings=self.phrasings(node.get("phrasings", "1")),
            system=system,
            weights=weights,
            patterns=self.patterns(node.get("patterns", {})),
            listed=not isinstance(node.get("patterns", {}), dict),
            about=self.about(node),
            min_questions=self.number(node, "min_questions", 1) if "min_questions" in node else MIN_QUESTIONS,
        )

    def phrasings(self, node: Node) -> Phrasings:
        try:
            return read_phrasings(node)
        except InputError as error:
            raise self.error("phrasings", str(error)) from None

    def about(self, node: dict[str, Node]) -> About:
        try:
            return read_about(node)
        except InputError as error:
            raise self.error(str(error).partition(" ")[0], str(error)) from None

    def patterns(self, node: Node) -> dict[str, int]:
        """Return the weights of `patterns`: a mapping, a list of names and of `name: weight`, or one name."""
        if isinstance(node, dict):
            return self.numbers({"patterns": node}, "patterns")
        found: dict[str, int] = {}
        for entry in [node] if isinstance(node, str) else node if isinstance(node, list) else [Odd("")]:
            weighed = {entry: "1"} if isinstance(entry, str) else entry
            if not isinstance(weighed, dict) or len(weighed) != 1:
                raise self.error("patterns", "patterns has an entry that is no name; write - NAME, or - NAME: WEIGHT")
            (name,) = weighed
            if name in found:
                raise InputError(f"{place(self.path, self.text, name)}: {name} is named twice; name it once")
            found[name] = self.number(weighed, name, 0)
        return found

    def numbers(self, node: Mapping[str, Node], key: str) -> dict[str, int]:
        inner = node.get(key)
        if not isinstance(inner, dict):
            raise self.error(key, f"{key} is missing or not a mapping; write name: weight")
        return {name: self.number(inner, name, 0) for name in inner}

    def number(self, node: Mapping[str, Node], key: str, least: int) -> int:
        value = node.get(key)
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,12}", value) or int(value) < least:
            found = f"is {value}" if isinstance(value, str) else "is missing or not a number"
            raise self.error(key, f"{key} {found}; write a whole number of at least {least}")
        return int(value)

    def error(self, key: str, fault: str) -> InputError:
        return InputError(f"{locate(self.path, self.text, key)}: {fault}")


def locate(path: str, text: str, key: str) -> str:
    """Return the location of a key for a message: the file and, if it is found, the line."""
    found = re.search(rf"^[ \t]*(?:- )?['\"]?{re.escape(key)}['\"]?[ \t]*(?::|$)", text, re.MULTILINE)
    return f"{path}, line {text.count(chr(10), 0, found.start()) + 1}" if found else path


def place(path: str, text: str, name: str) -> str:
    """Return where `patterns` names a pattern, for a message: its line, or that of `patterns` if it is in brackets."""
    found = locate(path, text, name)
    return locate(path, text, "patterns") if found == path else found


def apportion(shares: Mapping[str, Fraction], rows: int) -> dict[str, int]:
    """Return the number of each pattern's rows among the first `rows` rows.

    Webster's method apportions the rows to experts first, and then each expert's rows to its patterns. So the weights
    of experts are met exactly if they can be: 30 % of 500 rows are 150. Counts never shrink as `rows` grows.
    """
    experts: dict[str, Fraction] = {}
    for name, share in shares.items():
        expert = name.partition("/")[0]
        experts[expert] = experts.get(expert, Fraction()) + share
    counts: dict[str, int] = {}
    for expert, count in seats(experts, rows).items():
        within = {name: share / experts[expert] for name, share in shares.items() if name.partition("/")[0] == expert}
        counts |= seats(within, count)
    return counts


def seats(shares: Mapping[str, Fraction], rows: int) -> dict[str, int]:
    """Return the number of each pattern's rows among the first `rows` rows, by Webster's method.

    A pattern's k-th row, from 0, has priority share / (2k + 1); rows are given out by priority, ties by id. So counts
    never shrink as `rows` grows. Rounding the quotas gives Webster's counts for almost `rows` rows; the few missing or
    surplus rows are then added or removed one by one.
    """
    counts = {name: int(rows * share + Fraction(1, 2)) for name, share in sorted(shares.items())}
    spare = rows - sum(counts.values())
    step = 1 if spare > 0 else -1

    def turn(place: int, name: str) -> tuple[Fraction, int, str]:
        """Return the key by which patterns take turns, the least first: to gain a row, or to lose one."""
        return -step * shares[name] / (2 * counts[name] + step), step * place, name

    turns = [turn(place, name) for place, name in enumerate(counts) if spare > 0 or counts[name]] if spare else []
    heapify(turns)
    for _ in range(abs(spare)):
        _, place, name = heappop(turns)
        counts[name] += step
        if counts[name]:
            heappush(turns, turn(step * place, name))
    return counts
