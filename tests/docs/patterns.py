"""The generated parts about patterns and presets."""

import re
from pathlib import Path

from generators.builder.preset import KEYS, known_presets, read_preset
from generators.patterns.checks import SAMPLE
from generators.patterns.expression import MAX_LENGTH
from generators.patterns.filters import FILTERS, PERSON_FILTERS, WORD_FILTERS, Word
from generators.patterns.header import KEYS as HEADER
from generators.patterns.joint import FEWEST, SEARCH
from generators.patterns.library import MAX_VOCABULARY, shipped
from generators.patterns.slots import MAX_OPERATIONS, MAX_VALUES, Numbers, Words, read_slots
from generators.patterns.vocabulary import MAX_WORD, read_vocabularies
from generators.patterns.wording import MAX_FILE
from solver.constants import named_constants
from solver.document import load
from solver.number import write_number

from .markdown import cell, code, rows
from .meanings import EXAMPLES, SLOT_FORMS
from .refusals import FILES, first_wording, message

ROOT = Path(__file__).parents[2]


def pattern_limits() -> str:
    """Return the table of limits on pattern and vocabulary files."""
    body = (
        ("assignments that are tried when a pattern is loaded", SAMPLE),
        ("bytes of a pattern file, at most", MAX_FILE),
        ("bytes of a vocabulary file, at most", MAX_VOCABULARY),
        ("values of all ranges and lists of a pattern together, at most", MAX_VALUES),
        ("signs in all computed slots of a pattern together, and in its conditions, at most", MAX_OPERATIONS),
        ("tuples of numbers that satisfy conditions, at most", SEARCH.tuples),
        ("tuples that are tried, at most", SEARCH.tries),
        ("tuples of numbers that satisfy conditions, at least", FEWEST),
        ("characters of an expression, at most", MAX_LENGTH),
        ("characters of a word as part of a variable's name, at most", MAX_WORD),
    )
    return rows("limit", ">value", body=((what, f"{size:,}") for what, size in body))


def slot_forms() -> str:
    """Return the table of slot forms, with the values that the code reads from each."""
    vocabularies = read_vocabularies(load(shipped()["vocabulary.yaml"], MAX_VOCABULARY))
    body = []
    for form, meaning in SLOT_FORMS.items():
        node = load(f"{{left: 1..9, spent: 1..9, slot: {form}}}")
        slot = read_slots(node, vocabularies)["slot"]
        texts = slot.texts.to_pylist() if isinstance(slot, Numbers) else []
        texts = list(slot.vocabulary.words) if isinstance(slot, Words) else texts
        shown = ", ".join(texts) if len(texts) < 5 else ", ".join([*texts[:2], "...", texts[-1]])
        body.append((code(form), meaning, shown))
    return rows("form", "meaning", "values", body=body)


def filters() -> str:
    """Return the table of filters, with what each makes of an example."""
    item, ada = Word("apples", "apple"), Word("Ada", pronoun="she")
    samples = {name: (name, "a word", item, ()) for name in WORD_FILTERS}
    samples |= {name: (name, "a person", ada, ()) for name in PERSON_FILTERS}
    samples |= {name: (name, "a number", text, ()) for name, text in NUMBERS.items()}
    samples["of"] = ("of(count)", "a word", item, ("1",))
    samples["verb"] = ('verb("pays", "pay")', "a person", ada, ("pays", "pay"))
    body = []
    for name, (call, kind, sample, arguments) in samples.items():
        meaning = str(FILTERS[name].__doc__).partition(":")[0].rstrip(".")
        shown = f"{sample} → {FILTERS[name](sample, *arguments)}"
        body.append((code(f"{{{{ slot | {call} }}}}"), kind, _lower(meaning), shown))
    return rows("filter", "for", "writes it", "example", body=body)


NUMBERS = {
    "words": "25",
    "commas": "80000",
    "money": "1200.5",
    "cents": "0.5",
    "times": "2",
    "part": "4",
    "fraction": "0.75",
    "slash": "0.25",
    "dozens": "24",
}
"""An example for each filter of numbers."""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def vocabularies() -> str:
    """Return the table of shipped vocabularies, with the comment that stands above each."""
    text = shipped()["vocabulary.yaml"]
    notes = dict(_notes(text))
    body = []
    for name, vocabulary in read_vocabularies(load(text, MAX_VOCABULARY)).items():
        words = ", ".join(vocabulary.words[:3])
        body.append((code(name), notes[name], len(vocabulary.words), words))
    return rows("vocabulary", "holds", ">words", "such as", body=body)


def _notes(text: str) -> list[tuple[str, str]]:
    return [(name, note) for note, name in re.findall(r"^# (.+)\n([a-z_]+):", text, re.MULTILINE)]


def constants() -> str:
    """Return the table of named constants and the words that allow them."""
    body = ((code(one.name), write_number(one.value), one.trigger) for one in named_constants())
    return rows("constant", ">value", "words that allow it", body=body)


def refusals(part: str) -> str:
    """Return the table of refused files for one part of a file, with the message of each."""
    body = ((wrote, cell(_without_file(message(case))), fix) for wrote, fix, case in FILES[part])
    return rows("mistake", "message", "fix", body=body)


def _without_file(text: str) -> str:
    return re.sub(r"^(own )?[\w/-]+\.(jinja|yaml): (line \d+(, wording \d+)?: )?(question: (?=[^:]*: ))?", "", text)


def header_keys() -> str:
    """Return the table of the optional keys of a pattern."""
    return rows("key", "meaning", body=((code(name), meaning) for name, meaning in HEADER.items()))


def preset_keys() -> str:
    """Return the table of the keys of a preset."""
    return rows("key", "meaning", body=((code(name), meaning) for name, meaning in KEYS.items()))


def presets() -> str:
    """Return the table of shipped presets."""
    body = []
    for name in known_presets():
        preset = read_preset(name)
        held = preset.library().patterns
        weights = ", ".join(f"{expert} {weight}" for expert, weight in preset.weights.items())
        body.append((code(name), *(f"{count:,}" for count in preset.rows.values()), preset.max_len, len(held), weights))
    return rows("preset", ">train", ">validation", ">test", ">max_len", ">patterns", "weights in percent", body=body)


def example(name: str) -> str:
    """Return a shipped file in a code block; of a pattern, its first wording alone."""
    path, language = EXAMPLES[name]
    text = (ROOT / path).read_text(encoding="utf-8")
    shown = first_wording(text) if language == "jinja" else text
    return f"```{language}\n{shown.strip()}\n```"
