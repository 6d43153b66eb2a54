"""Makes the hashes of GSM-8K's test split that the package ships, and measures the gate on altered copies.

Run: python benchmarks/contamination.py make test.jsonl
     python benchmarks/contamination.py measure test.jsonl train.jsonl
"""

import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from generators.files.entries import read_entries
from generators.patterns.copies import may_copy
from generators.patterns.library import library
from generators.patterns.pattern import Pattern
from generators.patterns.question import questions
from generators.patterns.wording import Wording
from generators.text.guarded import SHIPPED, Guarded, grams
from generators.text.proper_names import proper_names
from generators.text.words import read_words

ROWS = 20_000
"""The rows of each wording that may copy a test question, whose words are no sign of a copy."""
COMMON = 12
"""The most questions of the split that have a triple which is a sign of a copy: not "how many more"."""
NAMES = [
    "Olivia",
    "Liam",
    "Priya",
    "Mateo",
    "Aisha",
    "Kenji",
    "Fatima",
    "Lucas",
    "Ingrid",
    "Omar",
    "Yuki",
    "Diego",
    "Nadia",
    "Viktor",
    "Amara",
    "Felix",
]
NOUNS = [
    "lamp",
    "chair",
    "ticket",
    "bottle",
    "shell",
    "melon",
    "candle",
    "stamp",
    "ribbon",
    "kettle",
    "pencil",
    "basket",
]
SENTENCES = (
    "It was a sunny day in the middle of the week.",
    "A neighbour walked past with two dogs and waved.",
    "The shop around the corner had been closed for a month.",
    "Nobody knew yet that it would rain later.",
    "Last year the same thing took a little longer.",
    "The radio played an old song in the background.",
    "There was also a red bicycle that leaned against the wall.",
)
GENDERS = {"he": "she", "she": "he", "his": "her", "her": "his", "him": "her"}

Change = Callable[[str, random.Random], str]


def numbers(question: str, rng: random.Random) -> str:
    """Return a question with other numbers of as many figures."""
    return re.sub(
        r"[0-9]+", lambda found: str(rng.randint(10 ** (len(found[0]) - 1), 10 ** len(found[0]) - 1)), question
    )


def names(question: str, rng: random.Random) -> str:
    """Return a question with other names and the pronouns of the other gender."""
    out, end = "", 0
    new: dict[str, str] = {}
    for start, stop, name in proper_names(question):
        out += question[end:start] + new.setdefault(name, rng.choice(NAMES))
        end = stop
    swapped = re.compile(rf"\b(?:{'|'.join(GENDERS)})\b", re.IGNORECASE)
    return swapped.sub(lambda found: _as(found[0], GENDERS[found[0].lower()]), out + question[end:])


def _as(old: str, new: str) -> str:
    return new.capitalize() if old[0].isupper() else new


def sentences(question: str) -> list[str]:
    """Return the sentences of a question."""
    return re.split(r"(?<=[.?!])\s+", question.strip())


def added(question: str, rng: random.Random) -> str:
    """Return a question with one sentence more, before its last one."""
    parts = sentences(question)
    parts.insert(rng.randrange(len(parts)), rng.choice(SENTENCES))
    return " ".join(parts)


def left_out(question: str, rng: random.Random) -> str:
    """Return a question without one of its sentences, if it has three or more."""
    parts = sentences(question)
    if len(parts) > 2:
        parts.pop(rng.randrange(len(parts) - 1))
    return " ".join(parts)


def asks_other(question: str, _rng: random.Random) -> str:
    """Return a question with another last sentence."""
    return " ".join([*sentences(question)[:-1], "Work out the final amount and give it as a number."])


def in_other_order(question: str, rng: random.Random) -> str:
    """Return a question with its sentences in another order, the last one apart."""
    *told, asked = sentences(question)
    return " ".join([*rng.sample(told, len(told)), asked])


def nouns(question: str, rng: random.Random) -> str:
    """Return a question with other nouns for its three most frequent ones."""
    found = [word.text for word in read_words(question) if word.noun]
    most = sorted(dict.fromkeys(found), key=lambda word: -found.count(word))[:3]
    new = {word: rng.choice(NOUNS) for word in most}
    return re.sub(r"[A-Za-z]+", lambda word: new.get(word[0].lower(), word[0]), question)


def some_words(question: str, rng: random.Random) -> str:
    """Return a question in which every tenth word, by chance, is another."""
    return " ".join(word if rng.random() > 0.1 else rng.choice(NOUNS) for word in question.split(" "))


def _all(*changes: Change) -> Change:
    def changed(question: str, rng: random.Random) -> str:
        for change in changes:
            question = change(question, rng)
        return question

    return changed


KINDS: dict[str, Change] = {
    "new numbers": numbers,
    "new names and pronouns": names,
    "one sentence added": added,
    "all three": _all(numbers, names, added),
    "sentences in another order": in_other_order,
    "all three, one sentence left out": _all(numbers, names, added, left_out),
    "all three, a tenth of the words changed": _all(numbers, names, added, some_words),
    "all three, another last sentence": _all(numbers, names, asks_other, added),
    "all three, three nouns changed": _all(numbers, names, added, nouns),
}


def texts(path: str) -> list[str]:
    """Return the questions of a file."""
    return [entry["question"] for entry in read_entries(path, None, "test")[0] if not isinstance(entry, str)]


def make(path: str) -> Guarded:
    """Return the hashes of the test split, without common triples and ten words that shipped patterns write by chance."""
    guarded = Guarded.of("GSM-8K test", texts(path), read_entries(path, None, "test")[1])
    signs = {key for key, places in guarded.places.items() if len(places) <= COMMON}
    print(
        f"{len(guarded.places) - len(signs)} of {len(guarded.places):,} triples are left out: too many questions have them"
    )
    guarded = replace(
        guarded, sketches=tuple(tuple(key for key in sketch if key in signs) for sketch in guarded.sketches)
    )
    chance = {key for question in written(guarded) for _, key in grams(question)}
    shared = guarded.tens & chance
    print(f"{len(shared)} of {len(guarded.tens):,} sequences of ten words are left out: shipped patterns write them")
    return replace(guarded, tens=guarded.tens - shared)


def written(guarded: Guarded) -> Iterator[str]:
    """Yield questions of the shipped wordings that may copy a guarded one."""
    for pattern, wording in near(guarded):
        rows = np.arange(min(ROWS, pattern.space), dtype=np.int64 if pattern.order.fast else object)
        yield from questions(pattern, wording, pattern.draw(rows)).to_pylist()


def near(guarded: Guarded) -> Iterator[tuple[Pattern, Wording]]:
    """Yield the shipped wordings that may copy a guarded question, each with its pattern."""
    for pattern in library().patterns.values():
        yield from ((pattern, wording) for wording in pattern.wordings if may_copy(pattern, wording, guarded))


def measure(test: str, train: str) -> None:
    """Print the share of altered copies that is refused, of training questions, and of shipped wordings that may copy one."""
    guarded = Guarded.read(SHIPPED)
    sketches = replace(guarded, tens=frozenset())
    held = texts(test)
    print("| altered copies of the 1,319 test questions | refused | by the sketch alone |\n| --- | --- | --- |")
    for kind, change in KINDS.items():
        copies = [change(question, random.Random(f"{kind} {place}")) for place, question in enumerate(held)]
        shares = [sum(one.refuses(copy) is not None for copy in copies) / len(copies) for one in (guarded, sketches)]
        print(f"| {kind} | {shares[0]:.1%} | {shares[1]:.1%} |")
    rows = texts(train)
    reasons = [(guarded.refuses(question), question) for question in rows]
    refused = [(reason, question) for reason, question in reasons if reason]
    print(f"{len(refused)} of {len(rows):,} training questions are refused ({len(refused) / len(rows):.2%}):")
    for reason, question in refused:
        print(f"- {reason}: {question}")
    wordings = sum(len(pattern.wordings) for pattern in library().patterns.values())
    copies = sum(guarded.refuses(question) is not None for question in written(guarded))
    print(
        f"{sum(1 for _ in near(guarded))} of {wordings:,} shipped wordings are read row by row; {copies} rows are refused"
    )


if __name__ == "__main__":
    verb, *paths = sys.argv[1:]
    if verb == "make":
        make(paths[0]).write(Path(SHIPPED))
    else:
        measure(*paths)
