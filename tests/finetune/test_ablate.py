"""An ablation trains its arms once, asks each with its own system prompt, and compares them on the same rows."""

import json
import re

import pytest
from folders import preset, rows_of

from finetune.ablate.commands import make_data
from finetune.ablate.plan_file import read_plan
from finetune.ablate.rewritten import cut
from finetune.ablate.study import Study
from finetune.runs.folder import Run
from finetune.runs.log import read_log
from finetune.runs.rows import read_rows

pytestmark = pytest.mark.filterwarnings("default")

PLAN = """
model: {model}
recipe: smollm2
max_len: 2048
sft: {{epochs: 1, batch: 8, save_every: 2, validation: 2, warmup: 0}}
seeds: [0, 1]
data:
  made: build --weights {{here}}/small.yaml
arms:
  plain: {{data: made}}
  short prompt: {{data: {dataset}, system: Answer., rows: 16}}
evaluate:
  made: {{data: made, limit: 3}}
  file: {{data: {file}}}
"""


@pytest.fixture(scope="module")
def plan(dataset, tiny, tmp_path_factory):
    """Write an ablation of two arms, with a preset and a file of questions beside it."""
    place = tmp_path_factory.mktemp("ablation")
    (place / "small.yaml").write_text(preset(16, 0, 4, ["times_more"], comparison=100))
    rows = rows_of(dataset, "test")[:2]
    lines = [json.dumps({"question": row["question"], "answer": row["answer"]}) + "\n" for row in rows]
    (place / "file.jsonl").write_text("".join(lines))
    path = place / "two.yaml"
    path.write_text(PLAN.format(model=tiny, dataset=dataset, file=place / "file.jsonl"))
    return path


@pytest.fixture(scope="module")
def done(plan, tmp_path_factory):
    """Run the ablation by the real command, stopped before the third evaluation; return its folder and the two statuses."""
    from finetune.__main__ import main
    from finetune.ablate import study

    out = tmp_path_factory.mktemp("out") / "two"
    evaluate, calls = study.evaluate, []

    def stopped(*args, **options):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return evaluate(*args, **options)

    words = ["ablate", str(plan), "--out", str(out), "--dtype", "float32"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "evaluate", stopped)
        first = main(words)
    half = json.loads((out / "report.json").read_text())["finished"]
    return out, (first, half), main(words)


def figures(out):
    """Return the results of an ablation."""
    return json.loads((out / "report.json").read_text())


def written(out):
    """Return when each file of the runs and of the data was written."""
    places = [path for name in ("runs", "data", "rewritten") for path in (out / name).rglob("*")]
    return {path: path.stat().st_mtime_ns for path in places if path.suffix in (".safetensors", ".parquet", ".jsonl")}


def test_a_stopped_ablation_goes_on(done):
    """Results are written after each run; the same command trains the rest, and the table has all arms and sets."""
    out, stopped, status = done
    found = figures(out)

    assert stopped == (130, 1)
    assert status == 0
    assert (found["finished"], found["planned"]) == (4, 4)
    assert [(each["arm"], each["set"], each["rows"]) for each in found["results"]] == [
        ("plain", "made", 3),
        ("plain", "file", 2),
        ("short prompt", "made", 3),
        ("short prompt", "file", 2),
    ]
    assert [sorted(run["seed"] for run in arm["runs"]) for arm in found["arms"]] == [[0, 1], [0, 1]]
    assert [run["rows"] for run in found["arms"][1]["runs"]] == [16, 16]
    assert all(run["tokens"] > 0 and len(run["loss"]) == run["steps"] for arm in found["arms"] for run in arm["runs"])


def test_a_second_call_trains_nothing(done, plan, call, monkeypatch):
    """A finished ablation is only read; data, adapters and predictions stay as they are."""
    from finetune.judge import evaluate as decoding
    from finetune.training import sft

    out = done[0]
    before = written(out)
    for module, name in ((sft, "make_trainer"), (decoding, "load_model")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("a finished run is loaded"))

    status, said, errors = call("ablate", plan, "--out", out, "--dtype", "float32")

    assert status == 0, errors
    assert written(out) == before
    assert "against plain" in said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "data: {dataset}, system",
            "sft: {{lr: 0.5}}, data: {dataset}, system",
            "was begun with lr 0.002, not 0.5; resume with lr 0.002, or give the arm another name",
        ),
        (
            "rows: 16",
            "rows: 17",
            "was made with other settings, or of other rows; delete it, or give the arm another name",
        ),
        ("rows: 16", "rows: 500", "has 24 training rows, fewer than rows 500"),
        ("rows: 16", "rows: 16, max_len: 20", "was begun with max_len 2048, not 20; resume with max_len 2048"),
    ],
)
def test_an_arm_that_was_begun_otherwise_is_refused_before_another_is_trained(
    done, plan, dataset, call, monkeypatch, before, after, said
):
    """A new arm stands before it in the file; the error names the line and the keys of the ablation."""
    out = done[0]
    before, after = before.format(dataset=dataset), after.format(dataset=dataset)
    text = plan.read_text().replace("  short prompt:", "  fresh: {data: made, rows: 8}\n  short prompt:")
    assert before in text
    changed = plan.with_name("changed.yaml")
    changed.write_text(text.replace(before, after))
    monkeypatch.setattr("finetune.training.sft.make_trainer", lambda *_, **__: pytest.fail("trained"))

    status, _, told = call("ablate", changed, "--out", out, "--dtype", "float32")

    assert status == 2
    assert f"{changed}, line 12: arm short prompt: " in told
    assert said in told
    assert (out / "ablation.yaml").read_text() == plan.read_text()


def test_an_arm_whose_rows_have_changed_is_refused(dataset, tiny, tmp_path, call):
    """Arms that were trained on other rows of the same file cannot be compared."""
    rows = [json.dumps(row) + "\n" for row in rows_of(dataset, "train")]
    file, plan = tmp_path / "rows.jsonl", tmp_path / "plan.yaml"
    file.write_text("".join(rows[:8]))
    options = f"model: {tiny}\nmax_len: 2048\nsft: {{epochs: 1, batch: 8, validation: 0}}\n"
    plan.write_text(f"{options}arms:\n  one: {{data: {file}}}\nevaluate:\n  set: {{data: {file}, limit: 1}}\n")
    words = ("ablate", plan, "--out", tmp_path / "out", "--dtype", "float32")
    assert call(*words)[0] == 0
    file.write_text("".join(rows[:1] + rows[8:15]))

    status, _, told = call(*words)

    assert status == 2
    assert f"{plan}, line 5: arm one: {tmp_path}/out/runs/one/seed-0: was begun with other rows of {file}" in told


def test_each_arm_is_trained_and_asked_with_its_own_system_prompt(done, dataset):
    """The system prompt of an arm stands in its training rows and before the questions of every set."""
    out = done[0]
    for arm, prompt in (("plain", "You are a helpful assistant."), ("short-prompt", "Answer.")):
        run = out / "runs" / arm / "seed-0"
        assert Run.read(run).settings["system"] == prompt
        for name in ("made", "file"):
            settings = json.loads((run / f"eval-{name}" / "evaluation.json").read_text())
            table = read_rows(settings["dataset"], settings["split"], settings["rows"], settings["system"])
            assert {row[0]["content"] for row in table["prompt"].to_pylist()} == {prompt}
    rewritten = read_rows(str(out / "rewritten" / "short-prompt" / "train-1"), "train")
    assert rewritten.drop(["prompt"]) == read_rows(str(dataset), "train", 16).drop(["prompt"])


def test_the_table_and_the_page_show_the_same_figures(done):
    """table.md and the page have the cells of report.json, the curves of all runs, and links that lead somewhere."""
    out = done[0]
    table, page = (out / "table.md").read_text(), (out / "report.html").read_text()
    lines = [line for line in table.splitlines() if line.startswith("|")]

    assert len(lines) == 2 + 4
    assert len({line.count("|") for line in lines}) == 1
    for cell in lines[2].strip("| ").split(" | "):
        assert cell in page
    assert page.count("<polyline") == 4 + 2  # only the arm of the built dataset has validation rows
    assert "http" not in page
    assert str(out) not in page + (out / "report.json").read_text()
    for target in re.findall(r'href="([^"]+)"', page):
        assert (out / target).exists()


def test_further_seeds_and_arms_are_added_to_a_finished_ablation(done, plan, monkeypatch):
    """A changed file trains what it adds: the runs that are there stay."""
    out = done[0]
    text = plan.read_text()
    plan.with_name("more.yaml").write_text(text.replace("seeds: [0, 1]", "seeds: [0, 1, 2]"))
    more = read_plan(str(plan.with_name("more.yaml")))

    study = Study(more, out, None, {})

    assert [(arm.name, seed) for arm, seed in study.runs()][-2:] == [("plain", 2), ("short prompt", 2)]


def test_made_data_of_another_command_is_not_taken(done, plan):
    """If the command of some data has changed, the data in the folder is another one."""
    from solver.refusal import InputError

    changed = plan.with_name("changed.yaml")
    changed.write_text(plan.read_text().replace("small.yaml", "small.yaml --seed 3"))

    with pytest.raises(
        InputError, match=r"made: was made by build --weights .* not by build .*--seed 3; choose another --out"
    ):
        make_data(read_plan(str(changed)), done[0])


def test_a_command_without_data_is_not_recorded(plan, tmp_path, call):
    """A command that only prints is told so, and can be corrected."""
    for name, command in (("help.yaml", "build --help"), ("right.yaml", "build --weights {here}/small.yaml")):
        text = plan.read_text().replace("build --weights {here}/small.yaml", command).replace("rows: 16", "rows: 999")
        plan.with_name(name).write_text(text)

    printed = call("ablate", plan.with_name("help.yaml"), "--out", tmp_path / "x", "--dtype", "float32")
    right = call("ablate", plan.with_name("right.yaml"), "--out", tmp_path / "x", "--dtype", "float32")

    assert (printed[0], right[0]) == (2, 2)
    assert f"generators build --help --out {tmp_path}/x/data/made made no folder; correct the command" in printed[2]
    assert "fewer than rows 999" in right[2]


def test_a_failed_command_is_one_line(plan, tmp_path, call):
    """The last line of a command that cannot make its data is the error; nothing is trained."""
    plan.with_name("wrong.yaml").write_text(plan.read_text().replace("small.yaml", "small.yaml --rowz 3"))

    status, _, errors = call("ablate", plan.with_name("wrong.yaml"), "--out", tmp_path / "x")

    assert status == 2
    assert "data made: " in errors.splitlines()[-1]
    assert "--rowz; did you mean --rows" in errors.splitlines()[-1]
    assert not (tmp_path / "x" / "runs").exists()


def test_rows_are_checked_before_the_first_training(plan, dataset, tmp_path, call):
    """An arm that cannot be trained is named at once, not after the arms before it."""
    text = plan.read_text().replace("data: made", f"data: {dataset}").replace("rows: 16", "rows: 999")
    plan.with_name("many.yaml").write_text(text)

    status, _, errors = call("ablate", plan.with_name("many.yaml"), "--out", tmp_path / "x", "--dtype", "float32")

    assert status == 2
    assert f"many.yaml, line 11: arm short prompt: {dataset}: has 24 training rows, fewer than rows 999" in errors
    assert not (tmp_path / "x" / "runs").exists()


def test_an_arm_that_cuts_its_rows_ends_them_at_the_token(tokenizer, rows):
    """A cut completion is a beginning of the whole one; shorter rows stay, and a prompt is never cut."""
    from finetune.models.chat import prompt_ids, row_ids
    from solver.refusal import InputError

    row = rows[0]
    prompt = len(prompt_ids(tokenizer, row["prompt"]))
    whole = row["completion"][-1]["content"]

    kept = cut(tokenizer, row, prompt + 20)[-1]["content"]

    assert 0 < len(kept) < len(whole)
    assert whole.startswith(kept)
    assert cut(tokenizer, row, len(row_ids(tokenizer, row["prompt"], row["completion"]))) == row["completion"]
    with pytest.raises(InputError, match=f"its prompt alone has {prompt} tokens"):
        cut(tokenizer, row, prompt)


def test_a_mix_of_cut_rows_is_trained(plan, dataset, tiny, tmp_path, call):
    """Cut rows, which training would refuse as too long, are trained as an arm; each dataset of a mix is cut.

    All weights are trained here, so that the run is a model and no adapter.
    """
    lines = [json.dumps(row) + "\n" for row in rows_of(dataset, "test")[2:6]]
    (tmp_path / "more.jsonl").write_text("".join(lines))
    text = f"""
model: {tiny}
recipe: smollm2
max_len: 2048
sft: {{epochs: 1, batch: 8, save_every: 4, validation: 2}}
arms:
  cut: {{data: [{dataset}, {tmp_path / "more.jsonl"}:2x], cut: 230, sft: {{full: true}}}}
evaluate:
  file: {{data: {plan.with_name("file.jsonl")}}}
"""
    (tmp_path / "cut.yaml").write_text(text)

    status, _, errors = call("ablate", tmp_path / "cut.yaml", "--out", tmp_path / "x", "--dtype", "float32")

    assert status == 0, errors
    settings = Run.read(tmp_path / "x" / "runs" / "cut" / "seed-0").settings
    parts = [(part["weight"], part["rows"], part["available"]) for part in settings["mix"]]
    assert parts == [("", 24, 24), ("2x", 8, 4)]
    made = [read_rows(part["dataset"], "train") for part in settings["mix"]]
    made.append(read_rows(settings["mix"][0]["dataset"], "validation"))
    whole = [read_rows(str(dataset), "train"), read_rows(str(tmp_path / "more.jsonl"), None)]
    whole.append(read_rows(str(dataset), "validation"))
    for some, every in zip(made, whole, strict=True):
        pairs = list(zip(some["completion"].to_pylist(), every["completion"].to_pylist(), strict=True))
        assert any(one != row for one, row in pairs)
        assert all(row[-1]["content"].startswith(one[-1]["content"][:-3]) for one, row in pairs)
    assert len(read_log(tmp_path / "x" / "runs" / "cut" / "seed-0")) == 4
    assert (tmp_path / "x" / "table.md").read_text().count("| cut |") == 1
