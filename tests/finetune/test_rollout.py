"""Steps of reinforcement whose completions are given: which questions are drawn, drawn again, trained on and kept."""

from dataclasses import replace
from types import SimpleNamespace

import pyarrow as pa
import pytest
import torch

from finetune.hardware.device import Device
from finetune.models.chat import prompt_ids
from finetune.runs.completions import learning
from finetune.runs.log import COMPLETIONS, read_log
from finetune.runs.rows import read_rows
from finetune.training.recipe import Rl
from finetune.training.rl import make_trainer
from finetune.training.rollout import Rollout
from finetune.training.watch import Watch
from solver.grounding import Reading
from solver.text import fence

pytestmark = pytest.mark.filterwarnings("default")

CPU = Device("cpu", torch.float32)
SHORT = Rl(steps=1, prompts=2, generations=2, accumulation=1, max_new_tokens=256, redraws=0, lr=0.01)


@pytest.fixture
def run(dataset, trained, tmp_path):
    """Return a function that trains with completions that another function writes, and returns the adapter's change."""
    from finetune.models.adapter import adapter_base, load

    def train(write, recipe, rows=None):
        """Train; `write(row, place)` is a completion's text."""
        table = read_rows(str(dataset), "train") if rows is None else rows
        model, tokenizer = load(adapter_base(trained), trained, CPU, merge=False)
        asked = {tuple(prompt_ids(tokenizer, row["prompt"])): row for row in table.to_pylist()}

        def generate(_trainer, prompts, _constraints):
            texts = [write(asked[tuple(ids)], place) for ids in prompts for place in range(recipe.generations)]
            return [[*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id] for text in texts]

        trainer = make_trainer(table, model, tokenizer, recipe, tmp_path, device=CPU, seed=0, generate=generate)
        trainer.add_callback(Watch(tmp_path, ()))
        before = {name: part.detach().clone() for name, part in model.named_parameters() if part.requires_grad}
        trainer.train()
        return max(
            float((part.detach() - before[name]).abs().max())
            for name, part in model.named_parameters()
            if name in before
        )

    return train


def first_right(row, place):
    """Write one right completion and one that no solver reads."""
    return fence(row["trace"]) if place == 0 else "nothing"


def never_right(row, place):
    """Write one trace that cannot run, and one text without a trace."""
    return fence(row["trace"].replace("op: query, var: ", "op: query, var: no_")) if place == 0 else "nothing"


def test_a_right_completion_beside_a_wrong_one_moves_the_adapter(run, tmp_path):
    """Each group has its gradient, and the run's figures say so."""
    assert run(first_right, SHORT) > 0

    assert learning(tmp_path) == {
        "groups": 2,
        "flat_groups": 0,
        "zero_gradient_steps": 0,
        "completions": 4,
        "right_completions": 2,
    }


def test_nothing_right_moves_nothing_unless_partial_credit_is_given(run, tmp_path):
    """Without a right completion gated credit has gradient 0."""
    assert run(never_right, SHORT) == 0

    assert learning(tmp_path)["zero_gradient_steps"] == 1
    assert [line["grad_norm"] for line in read_log(tmp_path)] == [0]


def test_graduated_credit_moves_the_adapter_where_nothing_is_right(run):
    """A trace that can be read is worth more than none: the phantom that gated credit leaves out."""
    assert run(never_right, replace(SHORT, credit="graduated")) > 0


def test_each_completion_is_kept_with_its_verdict(run, tmp_path, rows):
    """completions.jsonl has the step, the row, the text, its reward, and what the solver found."""
    run(lambda row, place: first_right(row, place) if place == 0 else never_right(row, 0), SHORT)

    lines = read_log(tmp_path, COMPLETIONS)
    traces = {row["id"]: fence(row["trace"]) for row in rows}
    assert [(line["verdict"], line["reward"], line["code"]) for line in lines[:2]] == [
        ("correct", 1.0, ""),
        ("broken", 0.5, "unset"),
    ]
    assert lines[0]["text"] == traces[lines[0]["id"]]
    assert {"step", "question", "reason", "flat", "short_cut"} <= lines[0].keys()


def test_short_cuts_are_marked(run, tmp_path):
    """A trace that copies the answer is no right one, whatever it answers."""

    def copied(row, place):
        trace = f"expert: {row['experts'][0]}\ntrace:\n- {{op: init, var: a, value: {row['answer']}}}\n- {{op: query, var: a}}\n"
        return fence(trace) if place else fence(row["trace"])

    run(copied, SHORT)

    marked = [line["short_cut"] for line in read_log(tmp_path, COMPLETIONS)]
    assert sum(marked) >= 1
    assert marked[0] is False
    assert read_log(tmp_path)[0]["short_cuts"] == sum(marked) / 4


def test_questions_with_equal_rewards_are_replaced(run, tmp_path, dataset):
    """Further questions are drawn until enough have different rewards; the equal ones are not trained on."""
    table = read_rows(str(dataset), "train").slice(0, 4)
    useful = set(table["id"].to_pylist()[:2])

    def write(row, place):
        return first_right(row, place) if row["id"] in useful else "nothing"

    run(write, replace(SHORT, redraws=3), table)

    flat = {line["id"]: line["flat"] for line in read_log(tmp_path, COMPLETIONS)}
    assert {name for name in flat if not flat[name]} == useful
    assert read_log(tmp_path)[0]["reward"] == 0.5  # the mean of two useful groups, a right completion in each


def test_without_redraws_a_step_takes_what_it_drew(run, tmp_path, dataset):
    """Two questions a step are drawn, and no more."""
    run(lambda row, place: "nothing", replace(SHORT, steps=2))

    lines = read_log(tmp_path, COMPLETIONS)
    assert len({(line["step"], line["id"]) for line in lines}) == 4
    assert len({line["id"] for line in lines}) == 4  # a question that failed makes room for a new one


def test_a_resumed_run_draws_as_one_that_was_never_stopped(dataset, tokenizer, tmp_path):
    """The pass rates of the steps before a resume are those of the kept completions."""
    table = read_rows(str(dataset), "train")
    traces = {tuple(prompt_ids(tokenizer, row["prompt"])): row["trace"] for row in table.to_pylist()}
    recipe = replace(SHORT, redraws=1)

    def generate(_trainer, prompts, _constraints):  # of every second question, one completion is right
        texts = [fence(traces[tuple(ids)]) if len(ids) % 2 and place else "no" for ids in prompts for place in range(2)]
        return [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]

    def sampled(folder, steps):
        """Return the lines of completions.jsonl after some steps of a new process."""
        rollout = Rollout(table, tokenizer, recipe, folder, seed=0, reading=Reading(), generate=generate)
        for step in steps:
            place = SimpleNamespace(process_index=0, num_processes=1)
            trainer = SimpleNamespace(state=SimpleNamespace(global_step=step - 1), accelerator=place)
            rollout.sample([None] * 4, trainer)
        return (folder / COMPLETIONS).read_text()

    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()

    whole = sampled(tmp_path / "whole", range(1, 9))
    sampled(tmp_path / "parts", range(1, 7))

    assert sampled(tmp_path / "parts", range(7, 9)) == whole


def test_equal_groups_do_not_dilute_the_others(run, tmp_path, dataset):
    """The gradient of a useful group is the same beside an equal one and beside a copy of itself."""
    table = read_rows(str(dataset), "train").slice(0, 2)
    useful = table["id"][0].as_py()
    run(lambda row, place: first_right(row, place) if row["id"] == useful else "nothing", SHORT, table)
    beside_equal = read_log(tmp_path)[0]["grad_norm"]
    for name in (COMPLETIONS, "log.jsonl"):
        (tmp_path / name).unlink()

    twice = pa.concat_tables([table.slice(0, 1)] * 2)
    run(first_right, SHORT, twice)

    assert read_log(tmp_path)[0]["grad_norm"] == pytest.approx(beside_equal, rel=1e-4)
