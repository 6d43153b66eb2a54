"""A scorer learns from a model's own samples which traces are right, and chooses among samples."""

import json
import shutil
from dataclasses import replace

import pytest
from commands import evaluation, predict_samples

from finetune.hardware.device import find_device
from finetune.judge.evaluate import SETTINGS, read_predictions, read_settings
from finetune.judge.labels import labelled
from finetune.judge.scorer import Scorer
from finetune.parser import parser
from finetune.runs.rows import read_rows
from finetune.training.recipe import UNSCORED, known_recipes
from solver.refusal import InputError
from solver.reward import judge

pytestmark = pytest.mark.filterwarnings("default")


def wrong(text):
    """Return a trace that runs and is grounded, with another answer: its result is asked of the first step."""
    lines = text.splitlines()
    name = next(line for line in lines if "compute" in line).rpartition("var: ")[2].rstrip("}")
    return "\n".join([*lines[:-2], f"- {{op: query, var: {name}}}", "```"])


def samples(folder, dataset):
    """Write samples by hand: for rows of several computed values, the gold completion, one that asks for another, and none."""

    def completions(_, gold):
        several = gold.count("op: compute") > 1 and "sub0" not in gold
        return [gold, wrong(gold), "no trace"] if several else [gold, gold, "no trace"]

    predict_samples(folder, dataset, completions)
    return folder


def test_labels_are_the_solvers(dataset, tmp_path):
    """Each different completion that competes is a row: yes if the solver finds it right, else no."""
    table, model = labelled([samples(tmp_path / "e", dataset)])

    known = {row["question"]: row for row in read_rows(str(dataset), "test").to_pylist()}
    rows = table.to_pylist()
    said = [row["completion"][0]["content"] for row in rows]
    assert model == "tiny"
    assert set(said) == {"yes", "no"}
    assert len(rows) > len(known)
    for row in rows:
        *_, question, trace, asked = row["prompt"]
        assert (question["content"], trace["role"], asked["role"]) == (row["question"], "assistant", "user")
        asked_for = {name: known[row["question"]][name] for name in ("experts", "answer", "question")}
        right = judge(trace["content"], **asked_for).outcome == "correct"
        assert row["completion"][0]["content"] == ("yes" if right else "no")


def test_labels_have_the_system_prompt_of_their_evaluation(dataset, tmp_path):
    """It is recorded there, so that an adapter of the Hub, which has no folder of its name, gives it too."""
    folder = samples(tmp_path / "e", dataset)
    settings = replace(read_settings(folder), adapter="acme/first", system="Wire it.")
    (folder / SETTINGS).write_text(json.dumps(settings.__dict__))

    table, _ = labelled([folder])

    assert {row["prompt"][0]["content"] for row in table.to_pylist()} == {"Wire it."}


def test_samples_of_one_kind_teach_nothing(dataset, tmp_path):
    """If all samples are right, there is nothing to tell apart; without samples there is nothing at all."""
    predict_samples(tmp_path / "right", dataset, lambda _, gold: [gold, gold])
    with pytest.raises(InputError, match="12 of them right; a scorer needs both kinds"):
        labelled([tmp_path / "right"])

    settings = replace(read_settings(tmp_path / "right"), samples=0)
    (tmp_path / "right" / SETTINGS).write_text(json.dumps(settings.__dict__))
    with pytest.raises(InputError, match="has no samples; make it with eval --samples"):
        labelled([tmp_path / "right"])


def test_a_scorer_is_trained_and_chooses(trained, dataset, tiny, tmp_path, call):
    """It learns its labels: right traces of its rows score higher than wrong ones. An evaluation takes its scores."""
    folder = samples(tmp_path / "e", dataset)
    settings = replace(read_settings(folder), model=str(tiny))
    (folder / SETTINGS).write_text(json.dumps(settings.__dict__))
    words = ["scorer", "--samples", folder, "--out", tmp_path / "s", "--recipe", "smollm2", "--dtype", "float32"]
    words += ["--epochs", 4, "--batch", 4, "--lr", "0.01", "--max-len", 2048]
    status, said, told = call(*words)
    assert status == 0, told
    assert "labelled samples" in said
    assert said.splitlines()[-1].endswith(
        f"eval --model {tiny} --samples 8 --scorer {tmp_path / 's'} --dataset {dataset}"
    )

    scorer = Scorer(tmp_path / "s", find_device("float32"))
    rows = read_rows(str(dataset), "test").to_pylist()
    gold = rows[0]["completion"][0]["content"]
    together = scorer.scores(rows[0]["question"], [gold, gold + "\n"])
    alone = scorer.scores(rows[0]["question"], [gold])
    assert together[0] == pytest.approx(alone[0], abs=1e-3)

    more = ["--samples", 2, "--max-new-tokens", 4, "--limit", 2, "--out", tmp_path / "o"]
    assert call(*evaluation(trained, dataset, *more, "--scorer", tmp_path / "s"))[0] == 0
    settings = read_settings(tmp_path / "o")
    assert (settings.choose, settings.scorer) == ("scorer", scorer.weights)
    assert all("score" in each for line in read_predictions(tmp_path / "o").values() for each in line["samples"])
    assert "scorer" in json.loads((tmp_path / "o" / "report.json").read_text())["samples"]["ways"]


@pytest.mark.parametrize("verb", ["eval", "ask", "sample", "rl", "merge"])
def test_a_scorer_writes_no_traces(trained, dataset, tmp_path, call, verb):
    """A verb that needs a model of traces refuses a scorer, and says which flag takes one."""
    folder = shutil.copytree(trained, tmp_path / "s", ignore=shutil.ignore_patterns("checkpoint-*"))
    run = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(run | {"settings": run["settings"] | {"verb": "scorer"}}))
    out = ["--out", tmp_path / "x"]
    words = {"ask": ["--adapter", folder, "How many are 2 and 3?"], "merge": [folder, *out]}

    status, _, said = call(verb, *words.get(verb, ["--adapter", folder, "--dataset", dataset, *out]))

    assert status == 2
    assert (
        said
        == f"error: {folder}: is a scorer, which judges traces and writes none; eval and ask take it with --scorer\n"
    )
    assert not (tmp_path / "x").exists()


def test_a_scorer_is_offered_only_options_that_it_heeds(capsys):
    """It has no checks, no order and no timing of threads; recipes are named as `sft` names them."""
    with pytest.raises(SystemExit):
        parser().parse_args(["scorer", "--help"])
    told = " ".join(capsys.readouterr().out.split())

    assert not [name for name in UNSCORED if f"--{name.replace('_', '-')} " in told]
    assert "--rank INT" in told
    assert f"--recipe NAME|FILE {', '.join(known_recipes())} or a file" in told


def test_a_folder_without_a_scorer_is_one_line(trained, dataset, tmp_path, call):
    """Another adapter is no scorer, and the way needs one."""
    words = evaluation(trained, dataset, "--samples", 2, "--max-new-tokens", 4, "--limit", 1)

    for more, said in (
        (["--scorer", trained], "no scorer; train one with the verb scorer"),
        (["--choose", "scorer"], "--choose scorer needs a scorer; give its folder or name with --scorer"),
    ):
        status, _, told = call(*words, *more, "--out", tmp_path / "e")
        assert status == 2
        assert said in told
