"""The shipped patterns: one test checks every file, so a new pattern needs no test of its own."""

import json
import re
from contextlib import suppress

import golden
import numpy as np
import pytest

from generators.builder.length import Ruler
from generators.builder.preset import MIN_QUESTIONS, known_presets, read_preset
from generators.patterns.checks import balance, probe
from generators.patterns.library import clashes, library
from generators.patterns.question import plain_questions, questions
from generators.patterns.render import render
from generators.patterns.slots import Draw
from generators.text.article import article
from solver import fence, judge
from solver.numerals import NUMBER_FILTERS
from solver.refusal import InputError

PATTERNS = library().patterns
COUNTS = {"arithmetic": 9, "entity_track": 5, "comparison": 4, "composition": 4, "percentage": 4, "rate_equation": 4}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_every_pattern(pattern):
    """A pattern's rows score 1.0, agree with plain Jinja2 and with the closed form; its golden row is unchanged."""
    draw = pattern.draw(np.linspace(0, pattern.space - 1, 60).astype(np.int64))
    asked, traces = questions(pattern, pattern.wordings[0], draw).to_pylist(), render(pattern.trace, draw).to_pylist()
    answers = pattern.answer(draw.numbers).text().to_pylist()

    for question, trace, answer in zip(asked, traces, answers, strict=True):
        verdict = judge(fence(trace), pattern.experts, answer)
        assert (verdict.reward, verdict.reason, verdict.fits_shape) == (1.0, "", True)
        assert re.fullmatch(r"[A-Z].*\w\?", question)
        for number in re.findall(r"value: ([0-9.]+)|amount: ([0-9.]+)", trace):
            found = [re.search(rf"(?<![\w.,]){re.escape(text)}(?!\w|[.,]\d)", question) for text in written(*number)]
            assert any(found) or "half" in question
    assert balance(pattern, Draw(pattern.slots, probe(pattern, 500)))
    saved = golden.FOLDER / f"{pattern.expert}-{pattern.name}.txt"
    assert golden.text(pattern) == saved.read_text(encoding="utf-8"), "if it is meant: python tests/golden.py"


def written(*numbers):
    """Return the texts of a number in all forms that it has."""
    (number,) = filter(None, numbers)
    texts = {number}
    for form in NUMBER_FILTERS.values():
        with suppress(InputError):
            texts.add(form(number))
    return texts


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_every_wording(pattern):
    """A wording is what plain Jinja2 writes, and reads as clean text with the right articles."""
    draw = pattern.draw(np.linspace(0, pattern.space - 1, 12).astype(np.int64))

    for wording in pattern.wordings:
        asked = questions(pattern, wording, draw).to_pylist()
        assert asked == plain_questions(pattern, wording, draw)
        for text in asked:
            assert re.fullmatch(r"[A-Z0-9$\"].*[\w%)\"][.?!]\"?", text), (wording.where, text)
            assert not re.search(r"[{}]|\$(?!\d)|  | [.,;:?!]|(?<!\.m)[.?!] [a-z]", text), (wording.where, text)
            for found in re.finditer(r"\b(an?) (\"?)([\w$].*)", text, re.IGNORECASE):
                assert found[1].lower() == article(found[3]), (wording.where, text)


def test_all_patterns_can_be_in_one_dataset():
    """No two shipped patterns share a question or differ in a scaffold, and each has enough questions."""
    assert list(clashes(PATTERNS.values())) == []
    assert [name for name, pattern in PATTERNS.items() if pattern.space < MIN_QUESTIONS] == []


def test_run8_has_its_thirty_patterns():
    """Each expert has as many patterns in run8 as in the run 8 of P8."""
    experts = [PATTERNS[name].expert for name in read_preset("run8").shares(library())]

    assert {expert: experts.count(expert) for expert in COUNTS} == COUNTS


def test_run8_is_the_run8_that_people_have(run8):
    """The rows of run8 and their order are those that were published; a change needs a new preset."""
    assert golden.contents(run8) == json.loads(golden.RUN8.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", known_presets())
def test_every_pattern_fits_whole(name):
    """The longest words of every pattern fit the max_len of the presets that use it, so builds need no tokenizer."""
    preset = read_preset(name)
    ruler = Ruler(preset.system, preset.max_len)

    assert [name for name in preset.shares(library()) if ruler.bound(PATTERNS[name]) > preset.max_len] == []


def test_the_vocabulary_is_rich():
    """There are at least 100 given names and 60 countable things."""
    vocabularies = {
        slot.vocabulary.name: slot.vocabulary
        for p in PATTERNS.values()
        for slot in p.slots.values()
        if hasattr(slot, "vocabulary")
    }
    countable = {word for v in vocabularies.values() for word in v.words if word.singular != word}

    assert len(vocabularies["person"].words) >= 100
    assert len(countable) >= 60
