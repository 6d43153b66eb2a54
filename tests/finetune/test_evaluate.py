"""Evaluation through the real command: it resumes, refuses what it cannot read, and counts truncated rows apart."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from commands import evaluation, predict, sft

from finetune.judge import decode
from finetune.judge.evaluate import PREDICTIONS, folder_name, read_predictions
from finetune.models.static_cache import generate
from finetune.runs.rows import labels, read_rows
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")
LIMIT = 24
IN_4_GIB = """
import resource, sys
from finetune.__main__ import main
resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
sys.exit(main(sys.argv[1:]))
"""
"""A program that runs a command and can allocate no more than 4 GiB."""


def test_a_killed_evaluation_goes_on_where_it_was(trained, dataset, tmp_path, call):
    """Finished rows stay, a half-written line is dropped, and the result equals that of an uninterrupted run."""
    words = evaluation(trained, dataset, "--max-new-tokens", LIMIT)
    assert call(*words, "--out", tmp_path / "whole")[0] == 0
    assert call(*words, "--out", tmp_path / "cut")[0] == 0
    path = tmp_path / "cut" / PREDICTIONS
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5]) + lines[5][:20])

    status, said, _ = call(*words, "--out", tmp_path / "cut")

    assert status == 0
    assert "decoded 7 rows" in said
    texts = [
        {row: line["completion"] for row, line in read_predictions(tmp_path / name).items()}
        for name in ("whole", "cut")
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 12
    assert path.read_text().startswith("".join(lines[:5]))


@pytest.mark.parametrize("flags", [[], ["--constrained"], ["--samples", 2]])
def test_an_evaluation_with_a_static_cache_gives_the_same_texts(trained, dataset, tmp_path, call, flags, monkeypatch):
    """All ways to decode have it, and it is used only where it is asked for."""
    used = []
    monkeypatch.setattr(decode, "generate", lambda *words, **named: used.append(words) or generate(*words, **named))
    words = evaluation(trained, dataset, "--max-new-tokens", LIMIT, "--limit", 4, *flags)
    assert call(*words, "--out", tmp_path / "growing")[0] == 0
    assert not used
    assert call(*words, "--out", tmp_path / "static", "--static-cache")[0] == 0
    assert used

    texts = [
        {row: line["completion"] for row, line in read_predictions(tmp_path / name).items()}
        for name in ("growing", "static")
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 4


def test_a_prompt_that_is_too_long_for_the_model_is_told(trained, tmp_path):
    """It is decoded like others, in the memory of a small computer, but a wrong answer to it means little."""
    questions = [{"question": f"{'word ' * words}How many are 2 and 3?", "answer": "5"} for words in [4000] + [1] * 40]
    path = tmp_path / "long.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in questions))
    words = evaluation(trained, path, "--max-new-tokens", 1, "--out", tmp_path / "e")

    done = subprocess.run(
        [sys.executable, "-c", IN_4_GIB, *map(str, words)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert re.search(r"note: 1 prompt of up to 1\d,\d{3} tokens: the model reads 2,048, so", done.stderr)
    assert len(read_predictions(tmp_path / "e")) == 41


def test_another_evaluation_in_the_same_folder_is_refused(trained, dataset, tmp_path, call):
    """A folder holds one evaluation; another limit of tokens makes it a different one."""
    words = evaluation(trained, dataset, "--limit", 2, "--out", tmp_path / "e")
    assert call(*words, "--max-new-tokens", 4)[0] == 0

    status, _, said = call(*words, "--max-new-tokens", 5)

    assert status == 2
    assert "max_new_tokens 4, not 5" in said


@pytest.mark.parametrize("verb", ["eval", "ask", "sft"])
def test_an_adapter_is_no_base_model(trained, dataset, tmp_path, call, verb):
    """Transformers would load it with its base, and an adapter that is trained upon it would work nowhere else."""
    more = ["How many?"] if verb == "ask" else ["--dataset", dataset, "--out", tmp_path / "x"]

    status, _, errors = call(verb, "--model", trained, *more)

    assert status == 2
    assert f"model {trained}: is an adapter; give it with --adapter, or merge it first: " in errors
    assert not (tmp_path / "x").exists()


def test_a_folder_of_evaluations_is_told_from_one(dataset, tmp_path, call):
    """`eval --out` of several datasets makes a folder for each; verbs that take one name those inside."""
    predict(tmp_path / "eval-tiny-test", dataset, lambda row, text: text)

    told = [
        call("report", tmp_path),
        call("compare", tmp_path, tmp_path),
        call("scorer", "--samples", tmp_path, "--out", tmp_path / "s"),
    ]
    unreported = call("compare", tmp_path / "eval-tiny-test", tmp_path)

    assert [status for status, *_ in told] == [2, 2, 2]
    assert all(f"; give one inside: {tmp_path / 'eval-tiny-test'}\n" in errors for *_, errors in told)
    assert "no report.json; the verb report writes it" in unreported[2]


def test_a_model_that_cannot_be_loaded_claims_no_folder(tiny, dataset, tmp_path, call):
    """After a mistyped model, the same command with the right one succeeds."""
    words = ["eval", "--dataset", dataset, "--limit", 1, "--max-new-tokens", 2, "--dtype", "float32"]
    words += ["--out", tmp_path / "e", "--model"]

    assert call(*words, tmp_path / "typo")[0] == 2
    assert call(*words, tiny)[0] == 0


@pytest.mark.parametrize("kinds", [("test",), ("train", "constrained", "8-samples")])
def test_the_name_of_an_evaluation_has_the_whole_name_of_its_dataset(kinds):
    """A dot in a name ends nothing, and a configuration is a part of it."""
    datasets = ("data/run1.5", "data/run1.6", "mine.jsonl", "acme/run8:a", "acme/run8:b", "gsm8k")
    names = [folder_name(name, None, *kinds) for name in datasets]

    assert len(set(names)) == len(names)
    assert names[0] == "-".join(("eval-run1.5", *kinds))
    assert labels(datasets) == ["run1.5", "run1.6", "mine", "run8-a", "run8-b", "gsm8k"]


def test_several_datasets_stand_below_out_under_the_names_they_have_beside_an_adapter(trained, rows, tmp_path, call):
    """A second way to evaluate them takes the same --out."""
    for name in ("run1.5", "run1.6"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:1]))
    words = evaluation(trained, tmp_path / "run1.5.jsonl", "--dataset", tmp_path / "run1.6.jsonl")
    words += ["--max-new-tokens", "2", "--out", str(tmp_path / "e")]

    assert call(*words)[0] == 0
    assert call(*words, "--samples", 1)[0] == 0
    assert call(*words, "--nonnegative")[0] == 0
    names = [f"eval-run1.{number}{way}" for number in (5, 6) for way in ("", "-1-samples", "-nonnegative")]
    assert sorted(path.name for path in (tmp_path / "e").iterdir()) == sorted(names)


def changed(rows, **columns):
    """Return rows as JSON lines, with other values in some columns."""
    return "".join(json.dumps({**row, **columns}) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (lambda _: "1\n2\n", "line 1: not a JSON object"),
        (lambda _: "{oops\n", "line 1: not JSON"),
        (lambda _: "", "the file has no rows"),
        (lambda _: '{"id": "a", "completion": "b", "tokens": 3}\n', "line 1: no question; a row needs"),
        (lambda rows: changed(rows, prompt="2 and 3?"), "line 1: its prompts are not lists of messages"),
        (lambda rows: changed(rows, answer=None), "line 1: no answer; a row needs"),
        (lambda rows: changed(rows, answer="twelve"), "line 1: 'twelve' is not a number"),
        (lambda rows: changed(rows, answer="123456"), "line 1: its trace is refused: the trace gives"),
        (lambda rows: changed(rows, trace="expert: arithmetic"), "line 1: its trace is refused: "),
        (lambda rows: changed(rows, id="same"), "several rows have the id same"),
        (lambda rows: changed(rows, steps="many"), "its column steps holds other values than a dataset does; mend it"),
    ],
    ids=[
        "numbers",
        "no JSON",
        "empty",
        "predictions",
        "prompts of text",
        "no answer",
        "words for an answer",
        "another answer",
        "no steps",
        "ids twice",
        "steps of text",
    ],
)
def test_a_file_that_is_no_dataset_is_one_line(trained, rows, tmp_path, call, lines, said):
    """Whatever a file of JSON lines contains, the message says what is wrong with it."""
    (tmp_path / "rows.jsonl").write_text(lines(rows[:2]))

    status, _, told = call("eval", "--adapter", trained, "--dataset", tmp_path / "rows.jsonl", "--out", tmp_path / "e")

    assert status == 2
    assert said in told
    assert told.splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize(
    ("content", "said"), [(b"123", "cannot be loaded onto"), (None, "so its training did not end")]
)
def test_an_adapter_without_sound_weights_is_one_line(trained, tmp_path, call, content, said):
    """If the file of weights is cut or missing, the message names the adapter."""
    shutil.copytree(trained, tmp_path / "cut", ignore=shutil.ignore_patterns("checkpoint-*", "eval-*"))
    (tmp_path / "cut" / "adapter_model.safetensors").unlink()
    if content:
        (tmp_path / "cut" / "adapter_model.safetensors").write_bytes(content)

    status, _, told = call("ask", "--adapter", tmp_path / "cut", "--dtype", "float32", "How many are 2 and 3?")

    assert status == 2
    assert f"error: {tmp_path / 'cut'}: " in told
    assert said in told


@pytest.mark.parametrize("verb", ["eval", "ask", "merge", "rl", "scored", "model"])
def test_a_stopped_training_says_how_to_go_on(trained, dataset, tmp_path, call, verb):
    """Each verb that takes an adapter or a model names the command and the last checkpoint."""
    ignored = shutil.ignore_patterns("adapter_*", "eval-*", "tokenizer*")
    cut = shutil.copytree(trained, tmp_path / "cut", ignore=ignored)
    run = json.loads((cut / "run.json").read_text())
    run["settings"]["verb"] = {"scored": "scorer"}.get(verb, "sft")
    (cut / "run.json").write_text(json.dumps({**run, "result": {}}))
    words = {
        "eval": ["eval", "--adapter", cut, "--dataset", dataset],
        "ask": ["ask", "--adapter", cut, "2 and 3?"],
        "merge": ["merge", cut, "--out", tmp_path / "m"],
        "rl": ["rl", "--adapter", cut, "--dataset", dataset, "--out", tmp_path / "r"],
        "scored": ["eval", "--adapter", trained, "--dataset", dataset, "--samples", 2, "--scorer", cut],
        "model": ["eval", "--model", cut, "--dataset", dataset, "--dtype", "float32", "--out", tmp_path / "e"],
    }

    status, _, told = call(*words[verb])

    assert status == 2
    assert f"{cut}: its training is not finished; go on with the same {run['settings']['verb']} command" in told
    assert f"--resume, or take its last checkpoint: {cut / 'checkpoint-12'}\n" in told


def test_a_line_that_is_no_prediction_is_named(tmp_path):
    """A damaged file is refused; the message gives the number of the line."""
    (tmp_path / PREDICTIONS).write_text('{"id": "a"}\n{oops\n')

    with pytest.raises(InputError, match=r"predictions\.jsonl: line 2 is not a prediction"):
        read_predictions(tmp_path)


def test_cut_completions_are_counted_apart(trained, dataset, tmp_path, call):
    """A completion that reaches the limit counts as truncated, not as a failure at some level."""
    words = evaluation(trained, dataset, "--max-new-tokens", 3)
    status, said, _ = call(*words, "--limit", 4, "--out", tmp_path / "e")

    report = json.loads((tmp_path / "e" / "report.json").read_text())
    assert status == 0
    assert report["truncated"] == 4
    assert sum(report["ladder"].values()) == 0
    assert "4 cut at the limit" in said


def test_an_evaluation_set_that_is_not_imported_is_told(trained, tmp_path, call, monkeypatch):
    """`--dataset gsm8k` says how to import the problems if they are missing."""
    monkeypatch.chdir(tmp_path)
    status, _, said = call("eval", "--adapter", trained, "--dataset", "gsm8k")

    assert status == 2
    assert "import it first" in said


def test_rows_without_a_gold_trace_are_judged_by_the_answer(trained, dataset, tmp_path, call):
    """An evaluation-only set has no trace and no expert; the only level of its failures is format."""
    rows = read_rows(str(dataset), "test", 3).to_pylist()
    lines = [json.dumps({**row, "completion": None, "trace": None, "expert": None, "experts": None}) for row in rows]
    (tmp_path / "real.jsonl").write_text("\n".join(lines))

    words = evaluation(trained, tmp_path / "real.jsonl", "--max-new-tokens", 8)
    status, *_ = call(*words, "--out", tmp_path / "e")

    assert status == 0
    assert json.loads((tmp_path / "e" / "report.json").read_text())["overall"]["accuracy"]["rows"] == 3


def test_question_and_answer_are_enough(trained, tmp_path, call):
    """Rows with a question and an answer alone are asked with the system prompt of the training, and numbered."""
    (tmp_path / "mine.jsonl").write_text('{"question": "What is 2 plus 3?", "answer": 5}\n')

    words = evaluation(trained, tmp_path / "mine.jsonl", "--max-new-tokens", 4)
    status, _, errors = call(*words, "--out", tmp_path / "e")

    assert status == 0, errors
    report = json.loads((tmp_path / "e" / "report.json").read_text())
    assert [row["id"] for row in report["rows"]] == ["mine/1"]
    assert report["settings"]["split"] is None
    assert report["settings"]["system"] == "You are a helpful assistant."


def test_a_file_has_no_splits(trained, tmp_path, call):
    """A split of a file is refused, since the file would be read whole."""
    (tmp_path / "mine.jsonl").write_text('{"question": "What is 2 plus 3?", "answer": 5}\n')

    status, _, said = call("eval", "--adapter", trained, "--dataset", tmp_path / "mine.jsonl", "--split", "train")

    assert status == 2
    assert "a file of rows has no splits; leave out --split train" in said


def test_a_split_beside_a_file_of_rows_is_that_of_the_others(trained, dataset, rows, tmp_path, call):
    """The file is read whole; datasets with splits have the one that is asked for."""
    (tmp_path / "mine.jsonl").write_text(changed(rows[:2]))
    words = evaluation(trained, dataset, "--dataset", tmp_path / "mine.jsonl", "--split", "test", "--limit", 1)

    status, _, errors = call(*words, "--max-new-tokens", 2, "--out", tmp_path / "e")

    assert status == 0, errors
    found = [
        json.loads((tmp_path / "e" / name / "evaluation.json").read_text())["split"]
        for name in ("eval-tiny-test", "eval-mine")
    ]
    assert found == ["test", None]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--dataset", "nowhere/at/all.jsonl"], "nowhere/at/all.jsonl"),
        (["--dataset", "{bad}"], "line 2: no question"),
        (["--dataset", "{twice}"], "several rows have the id same"),
        (["--dataset", "{files}"], "no test split; it has train"),
        (["--dataset", "{taken}"], "exists and holds something else"),
        (["--dataset", "{other}"], "holds an evaluation with max_new_tokens"),
    ],
    ids=["missing", "bad row", "ids twice", "no split", "folder taken", "another evaluation"],
)
def test_every_dataset_is_checked_before_the_first_is_decoded(trained, dataset, rows, tmp_path, call, more, said):
    """A fault of the second one writes nothing for the first."""
    names = ("bad", "twice", "files", "taken", "other")
    places = {name: tmp_path / f"{name}.jsonl" for name in names} | {"files": tmp_path / "files"}
    (places["files"] / "data").mkdir(parents=True)
    (places["files"] / "data" / "train-00000-of-00001.parquet").touch()
    places["bad"].write_text(changed(rows[:1]) + "{}\n")
    places["twice"].write_text(changed(rows[:2], id="same"))
    for name in ("taken", "other"):
        places[name].write_text(changed(rows[:1]))
        (tmp_path / "e" / f"eval-{name}").mkdir(parents=True)
    (tmp_path / "e" / "eval-taken" / "letter").touch()
    if "{other}" in more:
        words = evaluation(trained, places["other"], "--max-new-tokens", 2, "--out", tmp_path / "e" / "eval-other")
        assert call(*words)[0] == 0
    words = evaluation(trained, dataset, *(word.format(**places) for word in more), "--out", tmp_path / "e")

    status, _, told = call(*words)

    assert status == 2
    assert said in told
    assert not (tmp_path / "e" / "eval-tiny").exists()


def test_datasets_of_one_name_have_folders_of_their_own(trained, dataset, tmp_path, call):
    """The folders have earlier parts of the paths in their names; the same dataset twice is refused."""
    places = [shutil.copytree(dataset, tmp_path / part / "five") for part in ("left", "right")]
    words = evaluation(trained, places[0], "--dataset", places[1], "--limit", 1, "--max-new-tokens", 2)

    below, beside = call(*words, "--out", tmp_path / "e"), call(*words)
    link = tmp_path / "link"
    link.symlink_to(places[0])
    twice = call(*evaluation(trained, places[0], "--dataset", link))

    assert (below[0], beside[0]) == (0, 0)
    assert {path.name for path in (tmp_path / "e").iterdir()} == {"eval-left-five-test", "eval-right-five-test"}
    assert (trained / "eval-left-five-test" / PREDICTIONS).exists()
    assert twice[0] == 2
    assert "is given twice; give it once" in twice[2]


@pytest.mark.parametrize(
    ("datasets", "expected"),
    [
        (["acme/five", "beta/five", "six"], ["acme-five", "beta-five", "six"]),
        (["a/x/five", "b/x/five"], ["a-x-five", "b-x-five"]),
        (["acme/five:small", "acme/five:large"], ["five-small", "five-large"]),
        (["acme/five:small/test", "acme/five"], ["five-small", "five"]),
        (["a/five", "a/five.jsonl"], ["a-five", "a-five.jsonl"]),
        (["b/five", "a/b/five"], ["b-five", "a-b-five"]),
    ],
)
def test_labels_tell_datasets_apart(datasets, expected):
    """Datasets of one name are called by the fewest last parts that differ."""
    assert labels(datasets) == expected


def test_labels_that_are_the_same_are_refused():
    """A third dataset may have the very name that two others get."""
    with pytest.raises(InputError, match="2 of the datasets are called a-five"):
        labels(["a/five", "b/five", "a-five"])


def test_the_next_command_names_datasets_with_a_test_split(dataset, rows, tiny, tmp_path, call):
    """A file has none, nor has a folder of training rows; where no dataset has one, the command asks a question."""
    (tmp_path / "mine.jsonl").write_text(changed(rows[:4]))
    bare = shutil.copytree(dataset, tmp_path / "bare")
    for path in (bare / "data").glob("test-*"):
        path.unlink()
    words = sft(tmp_path / "mine.jsonl", tiny, tmp_path / "x", "--epochs", 1)
    more = ["--dataset", f"{dataset}:0.5x", "--dataset", f"{bare}:0.5x"]

    alone = call(*words)
    mixed = call(*[str(word).replace(str(tmp_path / "x"), str(tmp_path / "y")) for word in words], *more)

    assert (alone[0], mixed[0]) == (0, 0), alone[2] + mixed[2]
    assert "ask --adapter" in alone[1].splitlines()[-1]
    assert mixed[1].splitlines()[-1].endswith(f"eval --adapter {tmp_path / 'y'} --dataset {dataset}")
