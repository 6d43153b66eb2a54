"""A row of a finished dataset is found by its id and shown as it is stored: in its wording, not in the first."""

from pathlib import Path

import pytest
from folders import rows_of

from generators import build
from generators.__main__ import main
from generators.finished.stored_row import stored_row
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from solver.refusal import InputError

PROBLEMS = Path(__file__).parent / "problems"


@pytest.fixture(scope="module")
def worded(tmp_path_factory):
    """Return a dataset of run8 in all wordings, in several files."""
    return build(
        "run8", rows=200, seed=3, phrasings="all", shard_rows=70, out=tmp_path_factory.mktemp("worded") / "d"
    ).folder


def test_every_row_is_found_as_it_is_stored(worded):
    """The row has its split, seed and columns, and its wording's literals are in its question."""
    places = set()
    for split in ("train", "validation", "test"):
        for row in rows_of(worded, split)[::9]:
            found = stored_row(worded, row["id"])
            wording = found.pattern.wordings[found.place]

            assert (found.split, found.seed, found.values) == (split, 3, row)
            assert all(piece in row["question"] for piece in wording.plan if isinstance(piece, str))
            places.add(found.place)
    assert len(places) > 5


def test_the_command_prints_the_stored_question(worded, capsys):
    """`show ID --from DIR` prints the stored question and trace, the wording and the distractors."""
    row = next(row for row in rows_of(worded, "test") if "distractors" in row["metadata"])

    assert main(["show", row["id"], "--from", str(worded)]) == 0

    printed = " ".join(capsys.readouterr().out.replace("\u2502", " ").split())
    assert row["question"] in printed
    assert "split test seed 3 wording" in printed
    assert "no step uses " in printed


def test_a_row_of_an_import_is_shown(tmp_path, capsys):
    """An import has no wordings and no seed; an evaluation row has no trace."""
    import_problems(Request("svamp", origin=PROBLEMS / "svamp.json", eval_only=True), tmp_path / "d")
    row = rows_of(tmp_path / "d", "train")[0]

    assert main(["show", row["id"], "--from", str(tmp_path / "d")]) == 0

    printed = capsys.readouterr().out
    assert f"answer    {row['answer']}" in printed
    assert "wording" not in printed


@pytest.mark.parametrize("row_id", ["times_more", "comparison/times_more/99999999999", "", "x" * 9000])
def test_an_id_that_is_not_there(worded, row_id):
    """Any other id is refused with the name of the folder."""
    with pytest.raises(InputError, match="has no row"):
        stored_row(worded, row_id)
