"""The wording of a row follows from the recipe and its place; training never has a held-out one."""

import json

import numpy as np
import pytest
from folders import column, rows_of
from hypothesis import given
from hypothesis import strategies as st

from generators import build
from generators.builder.dataset import make, rebuild
from generators.builder.preset import read_preset
from generators.builder.wordings import HeldOut, overridden, read_phrasings, used_wordings, wordings_of
from generators.finished.audit import audit
from generators.patterns.header import Header
from generators.patterns.library import read_library
from solver.refusal import InputError

TIMES_MORE = {
    "second": "---\n{{ fewer }} owns {{ count }} {{ item }}, and {{ more }} {{ times }} times that. By how many is {{ more }} ahead?\n",
    "third": "---\nTell me how many {{ item }} {{ more }} has beyond those of {{ fewer }}: {{ count }} against {{ times }} times that.\n",
    "held out": "--- held out\nBy how much do the {{ item }} of {{ more }} exceed the {{ count }} of {{ fewer }}, if there are {{ times }} times as many?\n",
    "held out too": "--- held out\nIf {{ more }} has {{ times }} {{ item }} for each of the {{ count }} that {{ fewer }} has, what is the difference?\n",
}
CONSUME = "---\nOf {{ had }} {{ item }}, {{ who }} spent {{ first }} early and {{ then }} late. How many remain?\n"


def worded(texts, *names, consume=""):
    """Return the tiny library with further wordings of times_more, by name, and of consume."""
    more = "".join(TIMES_MORE[name] for name in names)
    return read_library(
        texts
        | {"comparison/times_more.jinja": texts["comparison/times_more.jinja"] + more}
        | {"entity_track/consume.jinja": texts["entity_track/consume.jinja"] + consume}
    )


def openings(folder, split):
    """Return the wordings in a split of times_more, each by the text that only it has."""
    marks = {
        " who has ": "first",
        " owns ": "second",
        "Tell me": "third",
        "By how much": "held out",
        "for each": "held out too",
    }
    questions = [row["question"] for row in rows_of(folder, split) if row["pattern"] == "times_more"]
    return {name for mark, name in marks.items() if any(mark in question for question in questions)}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1", 1),
        (8, 8),
        ("all", "all"),
        ({"train": "all"}, "all"),
        ({"train": "2", "held_out": "false"}, 2),
        ({"train": "all", "held_out": "true"}, HeldOut("all")),
        ({"train": 8, "held_out": True}, HeldOut(8)),
        ("{train: all, held_out: true}", HeldOut("all")),
        ("{train: 3}", 3),
    ],
)
def test_phrasings_are_read(written, read):
    """A preset, a flag and a caller may write the key in each of its forms."""
    assert read_phrasings(written) == read


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("0", "phrasings is 0; write a whole number of at least 1"),
        ("some", "phrasings is some"),
        ("{train: all", "phrasings is {train: all; write a whole number"),
        ("{heldout: true}", "phrasings has an unknown key heldout"),
        (True, "phrasings is True"),
        (1.5, "phrasings is 1.5"),
        (["1"], "phrasings is missing or not a number"),
        ({}, "train of phrasings is missing or not a number"),
        ({"train": "0"}, "train of phrasings is 0"),
        ({"train": "all", "heldout": "true"}, "phrasings has an unknown key heldout; did you mean held_out?"),
        ({"train": "all", "held_out": "yes"}, "held_out of phrasings is yes; write true or false"),
    ],
)
def test_other_phrasings_are_refused(written, message):
    """Anything else is refused, and the message says what may be written."""
    with pytest.raises(InputError) as error:
        read_phrasings(written)

    assert str(error.value).startswith(message)


def test_a_preset_names_the_line(tmp_path):
    """A preset with other phrasings is refused with its file and line."""
    path = tmp_path / "p.yaml"
    path.write_text(
        "rows: 1\nvalidation: 0\ntest: 0\nmax_len: 9\nphrasings: {train: none}\nweights: {arithmetic: 100}\n"
    )

    with pytest.raises(InputError, match=r"p\.yaml, line 5: train of phrasings is none"):
        read_preset(str(path))


@pytest.mark.parametrize(
    ("preset", "by", "then"),
    [
        (1, None, 1),
        (1, "all", "all"),
        (HeldOut("all"), 8, HeldOut(8)),
        (HeldOut("all"), {"train": 8}, 8),
        (1, {"train": 2, "held_out": True}, HeldOut(2)),
    ],
)
def test_a_number_overrides_training_alone(preset, by, then):
    """A number given beside a preset leaves the wordings of validation and test as they are; a mapping replaces all."""
    assert overridden(preset, by) == then


def test_training_has_no_held_out_wording(texts, cook, tmp_path):
    """Training rows have the training wordings, and validation and test rows the held-out ones, each of them."""
    library = worded(texts, *TIMES_MORE, consume=CONSUME.replace("---", "--- held out"))
    built = make(cook(library, rows=600, phrasings={"train": "all", "held_out": True}), tmp_path / "d")

    assert openings(built.folder, "train") == {"first", "second", "third"}
    assert openings(built.folder, "test") == openings(built.folder, "validation") == {"held out", "held out too"}
    assert audit(built.folder).faults == []


@pytest.mark.parametrize(
    ("phrasings", "seen"),
    [
        (1, {"first"}),
        (2, {"first", "second"}),
        (8, {"first", "second", "third"}),
        ("all", {"first", "second", "third"}),
    ],
)
def test_a_count_alone_holds_for_every_split(texts, cook, tmp_path, phrasings, seen):
    """A number, or all, gives every split the same training wordings."""
    built = make(cook(worded(texts, *TIMES_MORE), rows=600, phrasings=phrasings), tmp_path / "d")

    assert [openings(built.folder, split) for split in ("train", "validation", "test")] == [seen] * 3


class Marked:
    """A wording with its mark, and a pattern with its wordings, as far as the choice looks at them."""

    def __init__(self, held_out, *wordings):
        self.held_out = held_out
        self.wordings = wordings
        self.header = Header()


@given(st.lists(st.booleans(), max_size=6), st.integers(1, 7), st.booleans())
def test_adding_a_wording_moves_no_other(marks, place, held_out):
    """A further wording, wherever it stands, leaves the others in their splits, and training never has a held-out one."""
    before = [Marked(False), *map(Marked, marks)]
    added = Marked(held_out)
    after = [*before[:place], added, *before[place:]]

    for split in ("train", "validation", "test"):
        old, new = (
            [wordings[at] for at in used_wordings(Marked(None, *wordings), HeldOut("all"), split)]
            for wordings in (before, after)
        )
        assert [wording for wording in new if wording is not added] == old
        assert {wording.held_out for wording in new} <= {split != "train"}


def test_a_number_keeps_its_rows(texts, cook, tmp_path):
    """Further wordings, held out or not, leave every row of a smaller number as it was."""
    few = make(cook(worded(texts, "second"), phrasings=2), tmp_path / "few")
    many = make(cook(worded(texts, *TIMES_MORE, consume=CONSUME), phrasings=2), tmp_path / "many")

    for split in ("train", "validation", "test"):
        assert [row for row in rows_of(few.folder, split) if row["pattern"] == "times_more"] == [
            row for row in rows_of(many.folder, split) if row["pattern"] == "times_more"
        ]


def test_ids_do_not_depend_on_wordings(texts, cook, tmp_path):
    """The same rows are drawn in the same order, however many wordings are used."""
    built = [make(cook(worded(texts, *TIMES_MORE), phrasings=count), tmp_path / str(count)) for count in (1, 2, "all")]

    assert len({tuple(column(one.folder, "id")) for one in built}) == 1
    assert len({tuple(column(one.folder, "question")) for one in built}) == 3


def test_a_pattern_without_held_out_wordings_gives_no_rows_to_the_test(texts, cook, tmp_path, capsys):
    """The others fill the split, whose number of rows is exact; training has all patterns. This is said once."""
    recipe = cook(worded(texts, *TIMES_MORE), phrasings={"train": "all", "held_out": True})
    built = make(recipe, tmp_path / "d")

    assert built.counts == {"train": 300, "validation": 40, "test": 80}
    assert set(column(built.folder, "pattern", "test")) == {"times_more"}
    assert set(column(built.folder, "pattern")) == {"times_more", "consume"}
    assert recipe.remarks() == [
        "phrasings held_out: 1 of 2 patterns have no held-out wording, and give no rows to validation and test; the first is entity_track/consume"
    ]
    assert audit(built.folder).faults == []


def test_a_split_that_no_pattern_can_fill_is_refused(small, cook):
    """A preset that asks for held-out wordings where there are none is refused."""
    with pytest.raises(InputError, match="validation has 40 rows, and no pattern has a held-out wording"):
        cook(small, phrasings={"train": 1, "held_out": True}).check_spaces()


def test_more_wordings_than_there_are_is_said(texts, cook):
    """A number above that of a pattern's wordings uses all it has, and one line says so."""
    recipe = cook(worded(texts, "second"), phrasings=2)

    assert recipe.remarks() == [
        "phrasings 2: 1 of 2 patterns have fewer training wordings, and use all they have; entity_track/consume has 1"
    ]


def test_a_build_says_it_once(tmp_path, capsys):
    """A build of a preset overridden by more wordings than patterns have says so on stderr, in one line."""
    build("run8", rows=30, phrasings=99, out=tmp_path / "d")

    assert capsys.readouterr().err.count("phrasings 99") == 1


@pytest.mark.parametrize("phrasings", [2, "all", {"train": "all", "held_out": True}])
def test_a_recipe_makes_its_wordings_again(texts, cook, tmp_path, phrasings):
    """recipe.json stores the phrasings in each form, and a build from it has the same rows."""
    library = worded(texts, *TIMES_MORE, consume=CONSUME.replace("---", "--- held out"))
    built = make(cook(library, phrasings=phrasings), tmp_path / "d")

    stored = json.loads((built.folder / "recipe.json").read_text())["phrasings"]
    again = rebuild(built.folder, tmp_path / "again")

    assert stored == phrasings
    assert again.manifest.content == built.manifest.content


def test_wordings_take_turns(texts, cook):
    """The rows of a pattern have each of its wordings equally often, and the index alone decides."""
    which = wordings_of((0, 2, 5), np.arange(9, dtype=np.int64))

    assert which.tolist() == [0, 2, 5] * 3
    assert wordings_of((0, 2, 5), np.arange(9).astype(object)).tolist() == which.tolist()
