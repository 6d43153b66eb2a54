"""A wording's own slots are distractors: no step uses them, and no other row moves when one is added."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from generators.builder.dataset import make
from generators.builder.length import Ruler
from generators.builder.rows import make_group
from generators.finished.audit import audit
from generators.patterns.library import read_library
from generators.patterns.question import plain_questions, questions, questions_each, with_own
from generators.patterns.render import render
from solver.refusal import InputError

TOLD = "{{ more }} has {{ times }} times as many {{ item }} as {{ fewer }}, who has {{ count }}. How many more?"
DISTRACTING = f"slots: {{age: 3..12, pal: person}}\n{{{{ pal }}}}, aged {{{{ age }}}}, looks on. {TOLD}\n"


@pytest.fixture
def worded(texts):
    """Return the function that reads the tiny library with more wordings of times_more."""

    def read(*wordings):
        source = texts["comparison/times_more.jinja"] + "".join(f"---\n{wording}" for wording in wordings)
        return read_library(texts | {"comparison/times_more.jinja": source})

    return read


def test_a_distractor_is_no_number_of_its_problem(worded):
    """It differs from every number slot and from the answer, takes all its values, and is drawn evenly."""
    pattern = worded(DISTRACTING)["times_more"]
    draw = pattern.draw(np.arange(20_000))

    full = with_own(pattern, pattern.wordings[1], draw)
    ages = full.numbers["age"].units
    for numbers in (draw.numbers["count"], draw.numbers["times"], pattern.answer(draw.numbers)):
        assert not (ages == numbers.units).any()
    values, counts = np.unique(ages, return_counts=True)
    assert values.tolist() == list(range(3, 13))
    assert counts.min() > 1_000
    assert (full.words["pal"] != full.words["more"]).all()
    assert (full.words["pal"] != full.words["fewer"]).all()


def test_columns_with_distractors_are_what_plain_jinja_writes(worded):
    """Columns and plain Jinja2 draw the same distractors, for rows together, alone, and in any order."""
    pattern = worded(DISTRACTING)["times_more"]
    wording = pattern.wordings[1]
    draw = pattern.draw(np.arange(0, 9_000, 30))

    together = questions(pattern, wording, draw).to_pylist()
    assert together == plain_questions(pattern, wording, draw)
    assert together[::-1] == questions(pattern, wording, draw.take(np.arange(draw.rows)[::-1])).to_pylist()
    assert together[7:8] == questions(pattern, wording, draw.slice(7)).to_pylist()


MANY = [
    "Of {{ fewer }} and {{ more }}, one owns {{ count }} {{ item }} and the other {{ times | words }} times that. By how many do they differ?\n",
    DISTRACTING,
    "{{ item | upper_first }}: {{ count | commas }} are with {{ fewer }}, {{ times }} times as many with {{ more }}. Who has how many more?\n",
    "slots: {age: 20..60}\nAged {{ age }}, {{ fewer }} has {{ count }} {{ item | of(count) }}, {{ more }} {{ times }} times that. How many more?\n",
]


@pytest.mark.parametrize(
    "places", [[0], [2], [0, 1, 3], [2, 4], [0, 1, 2, 3, 4]], ids=["one", "distractor", "none", "all", "mixed"]
)
@pytest.mark.parametrize("rows", [1, 7, 400])
def test_each_row_has_its_own_wording(worded, places, rows):
    """Rows in several wordings, a few or many, are those of each wording alone."""
    pattern = worded(*MANY)["times_more"]
    draw = pattern.draw(np.arange(rows) * 11)
    which = np.random.default_rng(rows).choice(places, rows)

    alone = {place: questions(pattern, pattern.wordings[place], draw).to_pylist() for place in places}

    assert questions_each(pattern, which, draw).to_pylist() == [
        alone[place][row] for row, place in enumerate(which.tolist())
    ]


def test_a_wording_is_rendered_for_its_own_rows(worded, monkeypatch):
    """A wording with distractors that three rows have draws those of three rows; one that none has draws none."""
    pattern = worded(*MANY)["times_more"]
    drawn = []
    monkeypatch.setattr(
        "generators.patterns.question.with_own",
        lambda pattern, wording, draw: drawn.append((wording.number, draw.rows)) or with_own(pattern, wording, draw),
    )

    questions_each(pattern, np.array([0, 2, 1, 2, 0, 2, 3]), pattern.draw(np.arange(7)))

    assert drawn == [(3, 3)]


def test_no_other_row_moves(worded):
    """A wording with distractors changes no trace and no other wording, nor do other wordings change its draws."""
    before, after = worded(), worded(f"Say. {TOLD}\n", DISTRACTING)
    one, other = before["times_more"], after["times_more"]
    draw, again = one.draw(np.arange(500)), other.draw(np.arange(500))

    assert render(one.trace, draw) == render(other.trace, again)
    assert questions(one, one.wordings[0], draw) == questions(other, other.wordings[0], again)
    alone = worded(DISTRACTING)["times_more"]
    assert questions(alone, alone.wordings[1], draw) == questions(other, other.wordings[2], again)


def test_a_dataset_with_distractors_is_proved(worded, cook, tmp_path):
    """The rows say which numbers no step uses, and the audit makes the same rows again."""
    built = make(replace(cook(worded(DISTRACTING)), phrasings=2), tmp_path / "d")

    assert audit(built.folder).faults == []
    rows = pq.read_table(built.folder / "data").to_pylist()
    distracted = [row for row in rows if ", aged " in row["question"]]
    assert distracted
    for row in rows:
        expected = {"distractors": ["age"]} if row in distracted else {}
        assert json.loads(row["metadata"]) == expected


def test_large_spaces_have_distractors(worded, cook, texts):
    """A pattern whose rows have indices beyond 64 bits draws distractors, too."""
    wide = "".join(f"  w{k}: 1..1000\n" for k in range(5))
    shown = ", ".join(f"{{{{ w{k} }}}}" for k in range(5))
    source = texts["comparison/times_more.jinja"].replace("  times: 2..5\n", f"  times: 2..5\n{wide}")
    source = (
        source.replace("as many", f"as many ({shown})") + "---\n" + DISTRACTING.replace("as many", f"as many ({shown})")
    )
    library = read_library(texts | {"comparison/times_more.jinja": source})
    recipe = replace(cook(library), phrasings=2)
    pattern = library["times_more"]

    group = make_group(recipe, pattern, recipe.indices(pattern, "train", range(40)), Ruler("", 2_048))

    assert 0 < sum(", aged " in question for question in group.questions.to_pylist()) < 40


REFUSED = {
    "in the trace": ("value: $count", "value: $age", "trace uses age, which no slot declares"),
    "in the answer": ("answer: count", "answer: age + count", "answer uses age, which no slot declares"),
    "too few values": ("age: 3..12", "age: 3..5", "slot age has 3 values; give it 4"),
    "not shown": (", aged {{ age }},", "", "line 19, wording 2: the question does not show age"),
    "a person not named": ("{{ pal }}, aged", "Somebody aged", "line 19, wording 2: the question does not show pal"),
    "shown by another wording": ("---\n{{ more }}", "---\n{{ age }} {{ more }}", "wording 1: the question uses age"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_distractor_that_is_none_is_refused(texts, case):
    """Own slots stay out of trace, answer and other wordings, and their wording shows them all."""
    old, new, told = REFUSED[case]
    source = f"{texts['comparison/times_more.jinja']}---\n{DISTRACTING}"
    assert old in source

    with pytest.raises(InputError, match=told):
        read_library(texts | {"comparison/times_more.jinja": source.replace(old, new, 1)})
