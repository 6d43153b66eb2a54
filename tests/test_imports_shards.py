"""Imports of any size: the same bytes for any number of workers and after any interruption, in flat memory."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from conversion import PROBLEMS
from datasets import load_dataset
from folders import rows_of

from datasets_cards import write_card
from finetune.runs.rows import read_training_rows
from generators.__main__ import main
from generators.finished.audit import audit
from generators.finished.export import export
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from generators.imports.survey import repeated
from solver.dataset import open_dataset
from solver.refusal import InputError
from solver.schema import content_hash

SHARD = 15
"""Problems per shard, so that the extract of 40 problems has three."""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The extract of GSM-8K with its second problem once more in the middle, and a line that is no JSON."""
    lines = (PROBLEMS / "gsm8k.jsonl").read_text(encoding="utf-8").splitlines()
    path = tmp_path_factory.mktemp("source") / "some.jsonl"
    path.write_text("\n".join([*lines[:20], "no json", lines[1].replace("Weng", "WENG"), *lines[20:]]))
    return str(path)


@pytest.fixture(scope="module")
def sharded(source, tmp_path_factory):
    """The folder of that file, imported by one process."""
    return import_problems(
        Request("gsm8k", origin=source), tmp_path_factory.mktemp("sharded") / "d", shard_rows=SHARD, workers=1
    ).folder


def contents(folder):
    """Return the bytes of every file of a folder, but for its page."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "README.md"
    }


def lines_of(folder):
    """Return the lines of dropped.jsonl."""
    return [json.loads(line) for line in (folder / "dropped.jsonl").read_text(encoding="utf-8").splitlines()]


def test_shards_hold_the_rows_of_one_file_in_its_order(source, sharded, tmp_path):
    """Rows, reasons, and funnel are the same in three shards as in one."""
    whole = import_problems(Request("gsm8k", origin=source), tmp_path / "whole")
    many = json.loads((sharded / "manifest.json").read_text())

    assert sorted(contents(sharded))[:3] == [f"data/train-0000{k}-of-00003.parquet" for k in range(3)]
    assert rows_of(whole.folder) == open_dataset(sharded, "train").to_pylist()
    assert lines_of(whole.folder) == lines_of(sharded)
    assert many["funnel"] == [list(pair) for pair in whole.manifest.funnel]


def test_two_workers_write_the_bytes_of_one(source, sharded, tmp_path):
    """Every file is the same for any number of workers."""
    folder = import_problems(Request("gsm8k", origin=source), tmp_path / "d", shard_rows=SHARD, workers=2).folder

    assert contents(folder) == contents(sharded)


def stopping(after):
    """Return a report that stops an import as Ctrl-C does, after so many problems."""

    def report(done, _total):
        if done >= after:
            raise KeyboardInterrupt

    return report


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_import_resumes(source, sharded, tmp_path, workers):
    """A second run keeps the shards that are there, and the bytes are those of a run that was left alone."""
    out = tmp_path / "d"
    with pytest.raises(KeyboardInterrupt):
        import_problems(
            Request("gsm8k", origin=source), out, shard_rows=SHARD, workers=workers, report=stopping(2 * SHARD)
        )
    shard = out / "data" / "train-00000-of-00003.parquet"
    before = shard.stat().st_mtime_ns

    import_problems(Request("gsm8k", origin=source), out, shard_rows=SHARD, workers=workers)

    assert shard.stat().st_mtime_ns == before
    assert contents(out) == contents(sharded)


@pytest.mark.parametrize("lost", [["manifest.json"], ["dropped.jsonl"], ["data/train-00001-of-00003.parquet"]])
def test_an_import_mends_what_was_lost(source, sharded, tmp_path, lost):
    """Whatever file is missing is made again, and a whole folder stays as it is."""
    folder = shutil.copytree(sharded, tmp_path / "copy")
    for name in lost:
        (folder / name).unlink()

    for _ in range(2):
        import_problems(Request("gsm8k", origin=source), folder, shard_rows=SHARD)
        assert contents(folder) == contents(sharded)


def test_the_first_of_equal_questions_wins_across_shards(source, sharded):
    """A question in a later shard is dropped though other letters are capitals, and the first stays."""
    twice = [line["id"] for line in lines_of(sharded) if line["reason"].startswith("twice")]

    assert twice == ["gsm8k/train/21"]
    assert "gsm8k/train/1" in [row["id"] for row in open_dataset(sharded, "train", ["id"]).to_pylist()]


def test_repeated_hashes_are_found_in_the_order_of_the_file():
    """Of equal hashes all but the first are found, also across the blocks in which they are compared."""
    drawn = np.random.default_rng(7).integers(0, 60_000, 250_000)
    seen, expected = set(), []
    for place, value in enumerate(drawn.tolist()):
        expected += [place] if value in seen else []
        seen.add(value)

    assert repeated(b"".join(value.to_bytes(16, "little") for value in drawn.tolist())).tolist() == expected


def test_a_late_column_decides_how_earlier_entries_are_read(tmp_path):
    """Columns are those of all entries: where a later one has the exact name, an entry without it has no question."""
    asked = {"answer": "2+3=<<2+3=5>>5\n#### 5"}
    question = "Ann has 2 hats and buys 3. How many hats has she?"
    rows = [asked | {"Question": question}, asked | {"question": question}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))

    folder = import_problems(Request("gsm8k", origin=tmp_path / "rows.jsonl"), tmp_path / "d").folder

    assert [row["id"] for row in rows_of(folder)] == ["gsm8k/train/1"]


def test_a_source_without_a_row_leaves_nothing(tmp_path):
    """Where no problem becomes a row, the commonest reason is told, and neither a file nor a folder is left."""
    (tmp_path / "rows.jsonl").write_text(
        '{"question": "Q?", "answer": "none"}\n' * 3 + '{"question": 1, "answer": 2}\n'
    )

    with pytest.raises(InputError, match=r"most are dropped, as gsm8k/train/0 is: answer: the solution has no ####"):
        import_problems(Request("gsm8k", origin=tmp_path / "rows.jsonl"), tmp_path / "d", shard_rows=2)

    assert not (tmp_path / "d").exists()


def test_finished_shards_are_used_as_those_of_a_build(sharded, tmp_path, capsys):
    """verify, card, export, training and other readers of datasets take an import of several shards."""
    found = audit(sharded)
    page = write_card(shutil.copytree(sharded, tmp_path / "copy"), plots=False).read_text()
    rows = len(open_dataset(sharded, "train"))

    assert (found.faults, found.rows["train"]) == ([], rows)
    assert f"| problems | {rows + len(lines_of(sharded)):,} |" in page
    assert export(sharded, tmp_path / "chat", "chat") == {"train.jsonl": rows}
    assert export(sharded, tmp_path / "verl", "verl") == {"train.parquet": rows}
    assert read_training_rows(str(sharded), None)["id"].to_pylist() == [row["id"] for row in rows_of(sharded)]
    assert main(["verify", str(tmp_path / "copy")]) == 0


def test_a_shard_without_rows_is_a_file_all_the_same(tmp_path):
    """Where all problems of a shard are dropped, its file has no rows, and the folder loads and is sound."""
    lines = (PROBLEMS / "gsm8k.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "rows.jsonl").write_text("\n".join([*["no json"] * 4, *lines[:2]]))

    folder = import_problems(Request("gsm8k", origin=tmp_path / "rows.jsonl"), tmp_path / "d", shard_rows=2).folder

    assert [pq.read_metadata(path).num_rows for path in sorted((folder / "data").iterdir())] == [0, 0, 2]
    assert audit(folder).faults == []
    assert content_hash(open_dataset(folder, "train"))


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
def test_a_shard_without_rows_is_loaded_and_trained_on(tmp_path, streaming):
    """Wherever a shard without rows stands, `datasets` loads or streams the others, and so does training."""
    lines = (PROBLEMS / "gsm8k.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "rows.jsonl").write_text("\n".join([*["no json"] * 2, *lines[:2], *["no json"] * 2, lines[2]]))
    folder = import_problems(Request("gsm8k", origin=tmp_path / "rows.jsonl"), tmp_path / "d", shard_rows=2).folder
    expected = [f"gsm8k/train/{number}" for number in (2, 3, 6)]

    loaded = load_dataset(str(folder), split="train", streaming=streaming, cache_dir=str(tmp_path / "cache"))

    assert [row["id"] for row in loaded] == read_training_rows(str(folder), None)["id"].to_pylist() == expected


def test_the_first_reading_is_reported(tmp_path):
    """While the problems are counted, their number so far is told, before the first of them is converted."""
    (tmp_path / "rows.jsonl").write_text('{"question": "How many?", "answer": "#### 7"}\n' * 2_500)
    told = []
    request = Request("gsm8k", origin=tmp_path / "rows.jsonl", split="test", eval_only=True)

    import_problems(request, tmp_path / "d", workers=1, reading=told.append, report=lambda done, of: told.append(of))

    assert told[:3] == [1_000, 2_000, 2_500]


def test_a_wrong_engine_is_told(source, tmp_path):
    """Options of the engine are those of a build."""
    with pytest.raises(InputError, match="no engine rey"):
        import_problems(Request("gsm8k", origin=source), tmp_path / "d", engine="rey")


def test_a_place_that_cannot_be_written_is_told(source, tmp_path):
    """An import into a folder that cannot be made is one line, not a traceback."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(InputError, match="below: cannot be written"):
        import_problems(Request("gsm8k", origin=source), tmp_path / "file" / "below")
