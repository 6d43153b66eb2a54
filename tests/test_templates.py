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
from generators.patterns.question import plain_questions, questions, with_own
from generators.patterns.render import Ref, render
from generators.patterns.slots import Draw, Words
from generators.patterns.weaknesses import weaknesses
from generators.text.article import article
from solver import fence, judge
from solver.numerals import NUMBER_FILTERS
from solver.ops import Compute, Init
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
        for number in re.findall(r"value: ([0-9./]+)|amount: ([0-9./]+)", trace):
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


def in_order(pattern):
    """Yield what breaks the order and the names of steps: a model can only learn a rule that every pattern keeps."""
    for trace in pattern.program:
        if pattern.expert != "arithmetic":
            continue
        given = {step.var: step for step in trace.steps if isinstance(step, Init)}
        expected = []
        for step in (step for step in trace.steps if isinstance(step, Compute)):
            expected += [given.pop(name) for name in step.args if name in given]
            expected.append(step)
        if [*expected, trace.steps[-1]] != list(trace.steps):
            yield "an init does not stand directly before the step that first takes it, in the order of its args"
    for trace in pattern.program:
        computed = [step.var for step in trace.steps if isinstance(step, Compute)]
        names = [*(f"step{number}" for number in range(1, len(computed))), "result"][-len(computed) or 1 :]
        if pattern.expert in ("arithmetic", "entity_track") and computed != names[: len(computed)]:
            yield f"the computed variables are {', '.join(computed)}, not {', '.join(names)}"


def well_named(pattern):
    """Yield the names of given numbers that are not those of the text's things."""
    text = set(re.findall(r"[a-z]+", re.sub(r"\{\{.*?\}\}", " ", pattern.bodies[0]).lower()))
    for trace in pattern.program if pattern.expert in ("arithmetic", "entity_track") else ():
        for step in (step for step in trace.steps if isinstance(step, Init)):
            if step.var == "factor":
                yield "factor is the scaffold's name of the fixed-shape experts; name the thing"
            noun = re.search(r"(?:^|_)([a-z]+[^su]s)$", step.var)
            if (
                noun
                and noun[1] not in {"less", "others", "times", "parts"}
                and not any(word[:4] == noun[1][:4] for word in text)
            ):
                yield f"{step.var} is no thing of the first wording"


PER = re.compile(r"\b(?:per|each|every|apiece|hourly|daily|weekly|an? (?:second|minute|hour|day|week|month|year))\b")
COMPARED = re.compile(
    r"\b(?:than|as (?:many|much|fast|far|long|old|heavy|tall)|twice|times|difference|half|more|fewer|less)\b"
)


def by_its_text(pattern):
    """Yield why the text of a pattern is that of another expert."""
    numbers, computes = (
        sum(isinstance(step, kind) for trace in pattern.program for step in trace.steps) for kind in (Init, Compute)
    )
    amounts = [step.amount[1:] for trace in pattern.program for step in trace.steps if hasattr(step, "amount")]
    for wording in pattern.wordings:
        text = re.sub(r"\{\{.*?\}\}", "{}", wording.body).lower()
        percent = "%" in text or "percent" in text
        if percent and pattern.expert not in ("percentage", "composition"):
            yield f"{wording.where}: a percent; percentage or composition"
        if pattern.expert == "percentage" and not percent:
            yield f"{wording.where}: no percent"
        if pattern.expert == "rate_equation" and not PER.search(text):
            yield f"{wording.where}: no per, each, every or an hour"
        if pattern.expert == "comparison" and not COMPARED.search(text):
            yield f"{wording.where}: nothing is compared"
        for slot in amounts:
            if pattern.expert == "entity_track" and re.search(
                rf"\$\{{\{{ {slot}\b|\{{\{{ {slot} \| money", wording.body
            ):
                yield f"{wording.where}: {slot} is money; arithmetic"
    (*_, last) = pattern.program[-1].steps[:-1]
    product = pattern.expert == "arithmetic" and (numbers, computes) == (2, 1) and last.word == "mul"
    if product and PER.search(pattern.bodies[0].lower()):
        yield "a product of two numbers with per, each or every; rate_equation"


PLURAL = re.compile(r" (?:[a-z]+ )?(?!times\b|less\b|is\b|was\b|has\b|as\b)[a-z]+[^\Wsu_]s\b")


def well_written(pattern, first):
    """Yield numbers that can be 1 before a plural, are above 999 without commas, or are dollars with one figure of cents.

    `first` is the number of the wording to begin with: the first one of run8's patterns never changes. Their further
    ones may write thousands with and without commas.
    """
    draw = pattern.draw(np.arange(1_000, dtype=np.int64 if pattern.order.fast else object))
    for wording in pattern.wordings[first:]:
        full = with_own(pattern, wording, draw)
        for before, ref, after in zip(("", *wording.plan), wording.plan, (*wording.plan[1:], ""), strict=False):
            if not isinstance(ref, Ref) or pattern.kind(ref.slot, wording.slots) != "number":
                continue
            numbers = full.numbers[ref.slot]
            if not first and not ref.form and (numbers > 999).any():
                yield f"{wording.where}: {ref.slot} can be above 999; write {ref.slot} | commas"
            if not ref.form and str(before).endswith("$") and ((numbers % 1 != 0) & (numbers * 10 % 1 == 0)).any():
                yield f"{wording.where}: {ref.slot} can be 2.5; write {ref.slot} | money without the $"
            if {call.name for call in ref.form} <= {"words", "upper_first"} and (numbers == 1).any():
                following = wording.plan[wording.plan.index(ref) + 1 :]
                if isinstance(after, str) and PLURAL.match(after):
                    yield f"{wording.where}: {ref.slot} can be 1 before {PLURAL.match(after)[0]!r}; draw from 2"
                elif after == " " and len(following) > 1 and is_plural(pattern, wording, following[1]):
                    noun = following[1].slot
                    yield f"{wording.where}: {ref.slot} can be 1 before {noun}; write {noun} | of({ref.slot})"


def is_plural(pattern, wording, ref):
    """Return whether a slot is shown as a plural."""
    slot = pattern.slot(ref.slot, wording.slots)
    return isinstance(slot, Words) and not ref.form and any(word.singular != word for word in slot.vocabulary.words)


def test_no_pattern_breaks_the_rules():
    """Order and names of steps, names of numbers, experts by the text, agreement and no weaknesses; run8 is exempt."""
    exempt = read_preset("run8").shares(library())
    rules = (in_order, well_named, by_its_text, weaknesses)

    offenders = [
        f"{name}: {told}"
        for name, pattern in PATTERNS.items()
        if name not in exempt
        for rule in rules
        for told in rule(pattern)
    ]
    offenders += [
        f"{name}: {told}" for name, pattern in PATTERNS.items() for told in well_written(pattern, int(name in exempt))
    ]

    assert not offenders, "\n".join(["", *offenders, f"{len(offenders)} offences"])


def test_every_pattern_has_many_wordings():
    """run8's patterns have at least 16 wordings, others at least 4, with two held out; 40 carry a distractor."""
    run8 = read_preset("run8").shares(library())
    few = [
        f"{name}: {len(pattern.wordings)} wordings, {held} held out"
        for name, pattern in PATTERNS.items()
        if (held := sum(wording.held_out for wording in pattern.wordings)) < 2
        or len(pattern.wordings) < (16 if name in run8 else 4)
    ]
    distracting = sum(wording.metadata != "{}" for pattern in PATTERNS.values() for wording in pattern.wordings)

    assert not few, "\n".join(["", *few, f"{len(few)} patterns"])
    assert distracting >= 40


def test_distractors_are_trained_as_they_are_asked():
    """At least a fifth of the training wordings of each pattern of run8 carry a number that no step uses.

    Of the held-out wordings, a quarter to a third do: a model that has rarely met such a number takes it for one it needs.
    """
    rare = [
        f"{name}: {distracting} of {len(trained)}"
        for name in read_preset("run8").shares(library())
        if (trained := [wording for wording in PATTERNS[name].wordings if not wording.held_out])
        and (distracting := sum(wording.metadata != "{}" for wording in trained)) < len(trained) / 5
    ]

    assert not rare, "\n".join(["", *rare, f"{len(rare)} patterns"])
