"""Filters write numbers in words, with commas or as money; a question stays unambiguous and its trace unchanged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import law

from generators import build
from generators.builder.length import Ruler
from generators.builder.rows import row_ids
from generators.finished.audit import audit
from generators.patterns.library import read_library
from generators.patterns.render import reference, render
from solver.number import write_number
from solver.numerals import MAX_WORDS, NUMBER_FILTERS
from solver.refusal import InputError

ASKED = "{{ more }} has {{ times }} times as many {{ item }} as {{ fewer }}, who has {{ count }}."
FILTERED = "{{ more }} has {{ times | words }} times as many {{ item }} as {{ fewer }}, who has {{ count | commas }}."


@pytest.mark.parametrize(
    ("form", "number", "expected"),
    [
        ("words", "0", "zero"),
        ("words", "7", "seven"),
        ("words", "13", "thirteen"),
        ("words", "20", "twenty"),
        ("words", "25", "twenty-five"),
        ("words", "99", "ninety-nine"),
        ("commas", "999", "999"),
        ("commas", "80000", "80,000"),
        ("commas", "1234567.875", "1,234,567.875"),
        ("commas", "-1500", "-1,500"),
        ("money", "12", "$12"),
        ("money", "0.5", "$0.50"),
        ("money", "1200.5", "$1,200.50"),
        ("money", "1200.25", "$1,200.25"),
        ("money", "9" * 40, f"${int('9' * 40):,}"),
    ],
)
def test_a_number_in_a_form(form, number, expected):
    """A form writes a number as people do."""
    assert NUMBER_FILTERS[form](number) == expected


@pytest.mark.parametrize(
    ("form", "number", "told"),
    [
        ("words", "100", "words writes whole numbers of 0 to 99, not 100"),
        ("words", "2.5", "not 2.5"),
        ("words", "-3", "not -3"),
        ("commas", "1/3", "commas cannot write the fraction 1/3"),
        ("money", "2/3", "money cannot write the fraction 2/3"),
        ("money", "2.125", "money writes dollars and whole cents, not 2.125"),
        ("money", "-4", "not -4"),
    ],
)
def test_a_number_that_a_form_cannot_write_is_refused(form, number, told):
    """The error names the number and the remedy."""
    with pytest.raises(InputError, match=f"{told}; leave the filter out"):
        NUMBER_FILTERS[form](number)


@law
@given(st.lists(st.fractions(0, 10**6, max_denominator=1).map(lambda number: number / 100), min_size=2, max_size=2))
def test_different_numbers_are_written_differently(numbers):
    """A form writes different numbers differently, so the question determines the number."""
    one, other = map(write_number, numbers)

    assert all(
        (NUMBER_FILTERS[form](one) == NUMBER_FILTERS[form](other)) == (one == other) for form in ("commas", "money")
    )
    assert len({NUMBER_FILTERS["words"](str(number)) for number in range(MAX_WORDS + 1)}) == MAX_WORDS + 1


@pytest.fixture
def filtered(texts):
    """Return the tiny library with filters in its comparison, and a large count."""
    source = texts["comparison/times_more.jinja"].replace("count: 5..25", "count: 990..1200")
    assert ASKED in source
    return texts | {"comparison/times_more.jinja": source.replace(ASKED, FILTERED)}


def test_a_question_shows_the_form_and_a_trace_the_number(filtered):
    """Columns equal plain Jinja2; the trace keeps the canonical number, and the bound on the length holds."""
    pattern = read_library(filtered)["times_more"]
    draw = pattern.draw(np.arange(200))
    questions, traces = render(pattern.questions[0], draw), render(pattern.trace, draw)
    ruler = Ruler("You wire.", 10_000)

    assert questions.to_pylist() == reference(pattern.bodies[0], draw)
    assert any("four times" in question and ", who has 1,1" in question for question in questions.to_pylist())
    assert any("value: 1100}" in trace for trace in traces.to_pylist())
    assert ruler.lengths(pattern, row_ids(pattern, draw.assignments), questions, traces).max() <= ruler.bound(pattern)


def test_a_dataset_in_forms_is_proved(filtered, tmp_path):
    """A user's pattern with filters builds, and its dataset passes the audit."""
    own = tmp_path / "patterns" / "comparison"
    own.mkdir(parents=True)
    (own / "own_times.jinja").write_text(filtered["comparison/times_more.jinja"].replace("things", "own_things"))
    (tmp_path / "patterns" / "vocabulary.yaml").write_text(
        filtered["vocabulary.yaml"].partition("\n")[2].replace("things", "own_things")
    )
    built = build("run8", rows=200, out=tmp_path / "d", patterns=tmp_path / "patterns")

    assert "comparison/own_times" in built.manifest.splits["train"].patterns
    assert audit(built.folder).passed


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{ more }} has", "{{ more | commas }} has", "filter commas is for numbers, and more is a word"),
        ("{{ count | commas }}", "{{ count | words }}", "count: words writes whole numbers of 0 to 99, not 990"),
        (
            "times: 2..5",
            "x: 1..900\n  y: 1..900\n  times: = x * y",
            "times: it has too many values to try words on all; leave the filter out",
        ),
        ("times: 2..5", "times: = count / 300", "times: words writes whole numbers of 0 to 99, not 3.3; leave the filter"),
        ("{{ times | words }} times", "x{{ times | words }} times", "letters touch times; put a space or a mark"),
        ("who has {{ count | commas }}.", "{{ count | commas }},{{ times }}.", "count and times can be read in two ways"),
        ("{{ times | words }} times", "{{ times | words }}een times", "letters touch times"),
    ],
)  # fmt: skip
def test_a_form_that_does_not_fit_is_told(filtered, old, new, told):
    """A filter must fit its slot, write every value of it, and leave the question unambiguous."""
    source = filtered["comparison/times_more.jinja"]
    assert old in source

    with pytest.raises(InputError, match=told):
        read_library(filtered | {"comparison/times_more.jinja": source.replace(old, new)})
