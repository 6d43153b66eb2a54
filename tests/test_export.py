"""An export has the columns of its trainer and every row of the folder, and is atomic."""

import importlib.util
import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from folders import preset, rows_of

from generators import build
from generators.__main__ import main
from generators.files.manifest import file_hash
from generators.finished import export as exporting
from generators.finished.export import export
from solver import judge
from solver.refusal import InputError


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a dataset of three training shards."""
    place = tmp_path_factory.mktemp("export")
    (place / "tiny.yaml").write_text(preset(50, 5, 5, comparison=50, composition=50))
    return build(str(place / "tiny.yaml"), shard_rows=20, out=place / "tiny").folder


@pytest.fixture
def folder(built, tmp_path):
    """Return a copy of it that a test may change."""
    return shutil.copytree(built, tmp_path / "tiny")


def test_verl_columns(built, tmp_path):
    """Every row has verl's five columns, with the types that verl and its reward read."""
    export(built, tmp_path / "out")
    schema = pq.read_schema(tmp_path / "out" / "train.parquet")

    assert schema.names == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
    assert str(schema.field("prompt").type.value_type) == "struct<role: string, content: string>"
    assert str(schema.field("reward_model").type) == "struct<style: string, ground_truth: string>"
    assert [field.name for field in schema.field("extra_info").type][:2] == ["split", "index"]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_verl_rows(built, tmp_path, split):
    """Rows, their order and their values are those of the folder; the index counts through all shards of a split."""
    counts = export(built, tmp_path / "out")
    rows = rows_of(built, split)

    assert counts[f"{split}.parquet"] == len(rows)
    assert pq.read_table(tmp_path / "out" / f"{split}.parquet").to_pylist() == [
        {
            "data_source": "wirework/tiny",
            "prompt": row["prompt"],
            "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": row["answer"]},
            "extra_info": {
                "split": split,
                "index": index,
                **{key: row[key] for key in ("id", "question", "expert", "experts", "pattern", "difficulty")},
            },
        }
        for index, row in enumerate(rows)
    ]


def test_verl_reward(built, tmp_path):
    """The reward file, loaded by path as verl does, gives 1.0 to the completion of every row."""
    export(built, tmp_path / "out")
    spec = importlib.util.spec_from_file_location("custom_module", tmp_path / "out" / "reward.py")
    reward = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reward)
    exported = pq.read_table(tmp_path / "out" / "train.parquet").to_pylist()

    for row, ours in zip(exported, rows_of(built, "train"), strict=True):
        for kind in (list, np.array):  # datasets gives lists, pandas arrays
            extra = {**row["extra_info"], "experts": kind(row["extra_info"]["experts"])}
            score = reward.compute_score(
                data_source=row["data_source"],
                solution_str=ours["completion"][0]["content"],
                ground_truth=row["reward_model"]["ground_truth"],
                extra_info=extra,
            )
            assert score == {"score": 1.0, "acc": 1.0}


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_chats(built, tmp_path, split):
    """A line per row, in the folder's order, with the key `messages` alone: system, user and assistant."""
    counts = export(built, tmp_path / "out", "chat")
    lines = (tmp_path / "out" / f"{split}.jsonl").read_bytes().decode().splitlines()
    rows = rows_of(built, split)

    assert counts[f"{split}.jsonl"] == len(lines) == len(rows)
    assert [json.loads(line) for line in lines] == [{"messages": [*row["prompt"], *row["completion"]]} for row in rows]
    assert [turn["role"] for turn in json.loads(lines[0])["messages"]] == ["system", "user", "assistant"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"train.jsonl", "validation.jsonl", "test.jsonl"}


def test_chats_load(built, tmp_path):
    """`datasets`, which most trainers load with, reads the chats as a list of role and content; the solver judges them."""
    export(built, tmp_path / "out", "chat")
    loaded = load_dataset("json", data_files=str(tmp_path / "out" / "train.jsonl"), cache_dir=str(tmp_path / "cache"))
    rows = rows_of(built, "train")

    assert loaded["train"].column_names == ["messages"]
    for chat, row in zip(loaded["train"]["messages"], rows, strict=True):
        assert judge(chat, row["experts"], row["answer"]).reward == 1.0


def test_rows_without_completion_are_no_chats(folder, tmp_path):
    """Evaluation data has nothing to train on: the export says so and leaves nothing behind."""
    shard = next(folder.glob("data/test-*"))
    table = pq.read_table(shard)
    place = table.schema.get_field_index("completion")
    empty = pa.array([[]] * len(table), table.schema.field("completion").type)
    pq.write_table(table.set_column(place, table.schema.field("completion"), empty), shard)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][f"data/{shard.name}"]["sha256"] = file_hash(shard)
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(InputError, match="has rows without a completion"):
        export(folder, tmp_path / "out", "chat")
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("to", ["verl", "chat"])
def test_same_folder_same_bytes(built, tmp_path, to):
    """Two exports of a folder have the same bytes."""
    for name in ("one", "two"):
        export(built, tmp_path / name, to)

    for path in (tmp_path / "one").glob("t*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_streams_row_groups(built, tmp_path, monkeypatch):
    """A split is written one row group at a time, so memory does not grow with it."""
    monkeypatch.setattr(exporting, "ROW_GROUP", 8)
    export(built, tmp_path / "out")

    assert pq.ParquetFile(tmp_path / "out" / "train.parquet").metadata.num_row_groups >= 50 / 8


def test_whole_or_not_at_all(folder, tmp_path, monkeypatch):
    """A failing write leaves nothing behind."""

    def fail(batch, split, *_):
        if split == "test":
            raise OSError(28, "No space left on device")
        return plain(batch, split, *_)

    plain = exporting._verl
    monkeypatch.setattr(exporting, "_verl", fail)

    with pytest.raises(InputError, match="out: cannot be written: No space left on device"):
        export(folder, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder, _: (folder / "manifest.json").unlink(), "the build was not finished"),
        (lambda folder, _: (folder / "manifest.json").write_text("[]"), "not a manifest of wirework"),
        (lambda folder, _: shutil.rmtree(folder), "not a dataset folder of wirework"),
        (lambda folder, _: next(folder.glob("data/test*")).write_bytes(b""), "changed since it was built"),
        (lambda _, out: (out.mkdir(), (out / "mine").touch()), "exists; choose a new folder"),
        (lambda _, out: out.touch(), "exists; choose a new folder"),
    ],
    ids=["no manifest", "odd manifest", "no folder", "changed", "taken", "a file"],
)
def test_refusals(folder, tmp_path, capsys, spoil, said):
    """An incomplete folder, or an existing output, is one line and exit status 2."""
    spoil(folder, tmp_path / "out")
    status = main(["export", str(folder), "--to", "verl", str(tmp_path / "out")])
    captured = capsys.readouterr()

    assert (status, captured.out) == (2, "")
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_command(built, tmp_path, capsys):
    """The command prints the files and the option for verl."""
    status = main(["export", str(built), "--to", "verl", str(tmp_path / "out")])
    out = " ".join(capsys.readouterr().out.split())

    assert status == 0
    assert "train.parquet 50 rows" in out
    assert "custom_reward_function.path=" in out


def test_command_for_chats(built, tmp_path, capsys):
    """The command writes chats, too, and has no reward to name."""
    assert main(["export", str(built), "--to", "chat", str(tmp_path / "out")]) == 0
    out = " ".join(capsys.readouterr().out.split())

    assert "train.jsonl 50 rows" in out
    assert "reward" not in out
