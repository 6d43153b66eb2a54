"""`verify` finds the wording of each row from its question, and checks that the row's split may have it."""

import pyarrow as pa
import pytest
from folders import table_of

from generators.builder.dataset import make
from generators.builder.recipe import Recipe
from generators.finished.audit import audit
from generators.finished.wordings import wording_faults
from generators.patterns.library import read_library
from solver import arrow
from solver.schema import SCHEMA

MORE = (
    "---\n{{ fewer }} owns {{ count }} {{ item }}, and {{ more }} {{ times }} times that. By how many is {{ more }} ahead?\n"
    "--- held out\nBy how much do the {{ item }} of {{ more }} exceed the {{ count }} of {{ fewer }}, at {{ times }} times as many?\n"
)
CONSUME = (
    "--- held out\nOf {{ had }} {{ item }}, {{ who }} spent {{ first }} early and {{ then }} late. How many remain?\n"
)


@pytest.fixture(scope="module")
def held_out(texts, cook, tmp_path_factory):
    """Return a dataset whose test rows have held-out wordings, and its recipe."""
    library = read_library(
        texts
        | {"comparison/times_more.jinja": texts["comparison/times_more.jinja"] + MORE}
        | {"entity_track/consume.jinja": texts["entity_track/consume.jinja"] + CONSUME}
    )
    recipe = cook(library, phrasings={"train": "all", "held_out": True})
    return make(recipe, tmp_path_factory.mktemp("held") / "d").folder, recipe


def test_a_sound_dataset_has_no_such_fault(held_out):
    """Each split has its wordings, and the audit finds nothing."""
    folder, recipe = held_out

    for split in ("train", "validation", "test"):
        assert list(wording_faults(recipe, split, table_of(folder, split))) == []
    assert audit(folder).faults == []


@pytest.mark.parametrize(
    ("rows", "split", "reason"),
    [("test", "train", ", which is held out"), ("train", "test", ", which is not held out")],
)
def test_a_wording_of_another_split_is_named(held_out, rows, split, reason):
    """Every row in another split's wording is named by its id, with the number of the wording."""
    folder, recipe = held_out
    table = table_of(folder, rows)

    faults = list(wording_faults(recipe, split, table))

    assert len(faults) == len(table)
    assert {fault.partition(":")[0] for fault in faults} == set(table["id"].to_pylist())
    assert all(f"a row of {split} has wording " in fault and fault.endswith(reason) for fault in faults)


def test_a_wording_beyond_the_number_is_named(held_out, cook):
    """A recipe that uses one training wording has no row in the second."""
    folder, recipe = held_out
    fewer = cook(recipe.library, phrasings=1)

    faults = list(wording_faults(fewer, "train", table_of(folder)))

    assert faults
    assert all("has wording 2, and the recipe uses the first 1 training" in fault for fault in faults)


def test_the_wording_is_found_and_not_trusted(held_out, monkeypatch):
    """An audit by code that chooses held-out wordings for training finds every such row."""
    folder, _ = held_out
    monkeypatch.setattr(Recipe, "used_wordings", lambda self, pattern, split: (len(pattern.wordings) - 1,))
    recipe = Recipe.read(folder)
    spoiled = make(recipe, folder.parent / "spoiled")
    monkeypatch.undo()

    faults = audit(spoiled.folder).faults

    assert sum("has wording 3, which is held out" in fault for fault in faults) > 100


@pytest.mark.parametrize(
    "row_id", ["", "x", "comparison/none/3", f"comparison/times_more/{10**30}", "comparison/times_more/" + "9" * 5000]
)
def test_foreign_ids_are_passed_over(held_out, row_id):
    """A row whose id the recipe does not know is another check's business."""
    folder, recipe = held_out
    table = table_of(folder, "test").slice(0, 1)
    foreign = table.set_column(SCHEMA.get_field_index("id"), "id", pa.chunked_array([arrow.texts([row_id])]))

    assert list(wording_faults(recipe, "train", foreign)) == []
