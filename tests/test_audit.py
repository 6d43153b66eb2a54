"""`verify` finds what is wrong with a finished dataset from its files alone."""

import hashlib
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generators import build
from generators.audit import audit
from generators.dataset import write_table
from generators.rows import content_hash
from solver.refusal import InputError

TEST = "data/test-00000-of-00001.parquet"
TRAIN = "data/train-00000-of-00001.parquet"


@pytest.fixture
def folder(run8, tmp_path):
    """Return a copy of run8, to spoil."""
    return shutil.copytree(run8.folder, tmp_path / "run8")


def spoil(folder, name, change):
    """Rewrite a Parquet file through `change` and mend every hash, as a forger would."""
    rows = change(pq.read_table(folder / name).to_pylist())
    table = pa.Table.from_pylist(rows, schema=pq.read_schema(folder / name).remove_metadata())
    with (folder / name).open("wb") as file:
        write_table(table, file, {})
    manifest = json.loads((folder / "manifest.json").read_text())
    data = (folder / name).read_bytes()
    manifest["files"][name] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "rows": len(rows)}
    entry = manifest["splits"][name.removeprefix("data/").partition("-")[0]]
    entry |= {"rows": len(rows), "content": hashlib.sha256(content_hash(table).encode()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_an_honest_dataset_is_sound(run8):
    """Every row of an untouched dataset passes."""
    found = audit(run8.folder)

    assert found.faults == []
    assert dict(found.rows) == run8.counts


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("name", [TEST, TRAIN])
def test_one_flipped_byte_is_found(folder, name, share):
    """One flipped bit anywhere in a data file is found."""
    data = bytearray((folder / name).read_bytes())
    data[int((len(data) - 1) * share)] ^= 1
    (folder / name).write_bytes(data)

    assert audit(folder).faults == [f"{name}: changed since it was built (sha256 differs)"]


def test_missing_and_foreign_files_are_found(folder):
    """A data file that is gone and one that does not belong are both named."""
    (folder / TEST).rename(folder / "data" / "extra.parquet")

    assert audit(folder).faults == ["data/extra.parquet: not a file of this dataset", f"{TEST}: missing"]


def test_a_changed_recipe_is_found(folder):
    """A recipe that is not the one the rows were made from is found."""
    recipe = (folder / "recipe.json").read_text()
    (folder / "recipe.json").write_text(recipe.replace('"seed": 0', '"seed": 1'))

    assert audit(folder).faults == ["recipe.json: is not the recipe the manifest names"]


def edited(key, change):
    """Return a forger's change of one value of row 3."""

    def change_row(rows):
        rows[3][key] = change(rows[3][key])
        return rows

    return change_row


FORGED = {
    "answer": edited("answer", lambda answer: f"1{answer}"),
    "trace": edited("trace", lambda trace: trace.replace("value: ", "value: 1", 1)),
    "question": edited("question", lambda question: question.replace(" ", "  ", 1)),
    "prompt": edited("prompt", lambda turns: [*turns[:-1], {"role": "user", "content": "What is 1 + 1?"}]),
    "completion": edited("completion", lambda turns: [{"role": "assistant", "content": "42"}]),
    "experts": edited("experts", lambda names: [*names, "arithmetic"]),
    "steps": edited("steps", lambda steps: steps + 1),
    "id": edited("id", lambda name: f"{name}9"),
    "id of nothing": edited("id", lambda name: "arithmetic/nothing/3"),
    "row twice": lambda rows: [*rows[:-1], rows[3]],
    "row less": lambda rows: rows[:-1],
    "rows swapped": lambda rows: [rows[1], rows[0], *rows[2:]],
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_row_is_found_even_with_mended_hashes(folder, what):
    """A changed value is found by reading, solving and making the row again, and the row is named."""
    before = pq.read_table(folder / TEST)["id"].to_pylist()
    spoil(folder, TEST, FORGED[what])

    found = audit(folder)

    assert not found.passed
    if what not in ("row less", "rows swapped", "row twice", "id", "id of nothing"):
        assert any(before[3] in fault for fault in found.faults)


def test_a_row_of_another_split_is_found(folder):
    """A test row in the training split is found, though the row itself is honest."""
    stray = pq.read_table(folder / TEST).to_pylist()[0]
    spoil(folder, TRAIN, lambda rows: [*rows[:-1], stray])

    assert any("not in the slice that train draws from" in fault for fault in audit(folder).faults)


def test_verify_needs_nothing_but_the_folder(tmp_path, texts):
    """A dataset made with a stranger's patterns is audited when they are gone."""
    own = tmp_path / "patterns" / "entity_track"
    own.mkdir(parents=True)
    (own / "own_pattern.jinja").write_text(texts["entity_track/consume.jinja"].replace("things", "own_things"))
    words = texts["vocabulary.yaml"].partition("\n")[2].replace("things", "own_things")
    (tmp_path / "patterns" / "vocabulary.yaml").write_text(words)
    built = build("run8", rows=60, out=tmp_path / "d", patterns=tmp_path / "patterns")
    shutil.rmtree(tmp_path / "patterns")

    assert "entity_track/own_pattern" in built.manifest["splits"]["train"]["patterns"]
    assert audit(built.folder).passed


def test_an_unfinished_folder_is_no_dataset(folder):
    """A folder without a manifest is told how to go on, one without a recipe is none of ours."""
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match="the build was not finished; run it again to resume"):
        audit(folder)

    (folder / "recipe.json").unlink()
    with pytest.raises(InputError, match="not a dataset folder of wirework"):
        audit(folder)
