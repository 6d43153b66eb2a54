"""A model's own right samples become a dataset like any other: judged, each program once, and ready for training."""

import json
import re

import pytest

from finetune.judge.evaluate import PREDICTIONS, read_predictions
from finetune.runs.rows import read_rows, read_training_rows
from generators.__main__ import main as generators

pytestmark = pytest.mark.filterwarnings("default")


def renamed(text):
    """Return a trace with another name for its results, but not for those that a composition passes on."""
    return re.sub(r"(?<!\.)\bresult\b", "outcome", text)


def test_another_dataset_is_not_sampled_into(dataset, trained, tmp_path, call, monkeypatch):
    """A folder that holds other rows, or anything else, is refused before hours of decoding."""
    monkeypatch.setattr("finetune.judge.evaluate.evaluate", lambda *_, **__: pytest.fail("decoded"))
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter").touch()
    words = ("sample", "--adapter", trained, "--dataset", dataset, "--out")

    built, other = call(*words, dataset), call(*words, tmp_path / "letters")

    assert (built[0], other[0]) == (2, 2)
    assert f"{dataset}: holds another dataset; choose another --out" in built[2]
    assert "exists and holds something else; choose another --out" in other[2]


def test_right_samples_become_a_dataset(trained, dataset, tmp_path, call):
    """Each different right program is a row; the recipe says how it was sampled, and verify and training take it."""
    words = [
        "sample",
        "--adapter",
        trained,
        "--dataset",
        dataset,
        "--samples",
        2,
        "--limit",
        4,
        "--out",
        tmp_path / "own",
    ]
    words += ["--dtype", "float32", "--max-new-tokens", 4, "--seed", 3]
    status, _, said = call(*words)
    folder = tmp_path / "own-samples"
    assert status == 2
    assert "none of 12 completions is right; sample more with another --out, or train first" in said
    listed = trained / "evaluations.txt"
    assert not listed.exists() or "own-samples" not in listed.read_text()
    rows = read_rows(str(dataset), "train", 4).to_pylist()
    gold = {row["id"]: row["completion"][0]["content"] for row in rows}
    lines = []
    for place, line in enumerate(read_predictions(folder).values()):
        texts = [gold[line["id"]], renamed(gold[line["id"]]), "no trace"] if place < 3 else ["no trace"] * 3
        line["greedy"]["text"] = texts[0]
        for sample, text in zip(line["samples"], texts[1:], strict=True):
            sample["text"] = text
        lines.append(json.dumps(line) + "\n")
    (folder / PREDICTIONS).write_text("".join(lines))

    status, said, told = call(*words)

    assert status == 0, told
    assert f"its samples are in {folder}" in call("scorer", "--samples", tmp_path / "own", "--out", tmp_path / "s")[2]
    assert "6 completions of 12 right: 3 different programs for 3 of 4 questions" in said
    assert generators(["verify", str(tmp_path / "own")]) == 0
    made = read_training_rows(str(tmp_path / "own"), None).to_pylist()
    right = [row for row in rows if any(row["question"] == other["question"] for other in made)]
    assert [(row["question"], row["answer"], row["trace"]) for row in made] == [
        (row["question"], row["answer"], row["trace"])
        for line in map(json.loads, (folder / "samples.jsonl").read_text().splitlines())
        for row in right
        if row["id"] == line["id"]
    ]
    recipe = json.loads((tmp_path / "own" / "recipe.json").read_text())
    assert recipe["traced"] is True
    assert "the greedy completion and 2 samples at temperature 0.7, seed 3" in recipe["sources"][0]["notice"]
    assert "with adapter first, weights " in recipe["sources"][0]["notice"]
    assert str(tmp_path) not in recipe["sources"][0]["notice"]
    assert recipe["sources"][0]["notice"] in (tmp_path / "own" / "README.md").read_text()
