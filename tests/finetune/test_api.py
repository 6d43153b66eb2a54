"""The Python functions: `finetune.train` and `finetune.evaluate` do what the commands do, and importing them is light."""

import json

import pytest
from commands import losses
from processes import python

import finetune
from solver.endpoint import read_endpoint
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")


def test_importing_finetune_imports_nothing_heavy():
    """The functions import torch and its friends when they are called."""
    heavy = ("torch", "transformers", "datasets", "pyarrow", "numpy", "openai")
    script = f"import sys, finetune; print(finetune.train, [name for name in {heavy} if name in sys.modules])"

    assert python("-c", script).stdout.rstrip().endswith("[]")


def test_training_and_evaluating_from_python_is_that_of_the_commands(dataset, trained, tiny, tmp_path, recwarn):
    """The same options give the same losses; the evaluation returns its report, and its figures as attributes.

    Warnings of the libraries about themselves are hidden, and an evaluation is printed without its rows.
    """
    options = {"epochs": 2, "batch": 4, "lr": 0.01, "save_every": 4, "validation": 0}
    run = finetune.train(
        dataset, tmp_path / "x", model=tiny, recipe="smollm2", max_len=2048, dtype="float32", **options
    )

    (found,) = finetune.evaluate(
        dataset, adapter=run.folder, limit=2, max_new_tokens=3, dtype="float32", out=tmp_path / "e"
    )

    assert losses(run.folder) == losses(trained)
    assert run.settings["lr"] == 0.01
    assert found.report == json.loads((found.folder / "report.json").read_text())
    assert (found.rows, found.right, found.accuracy) == (2, 0, 0.0)
    assert callable(finetune.train)
    assert not [warned for warned in recwarn if warned.category is FutureWarning]
    assert repr(found) == f"Evaluated(dataset={str(dataset)!r}, folder={found.folder!r})"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"ranks": 3}, "ranks is no option of training; did you mean rank"),
        ({"recipe": "smolm2"}, "did you mean smollm2"),
        ({"report_to": "wand"}, "report_to is wand; did you mean wandb"),
        ({"datasets": []}, "no dataset; name one or several"),
        ({"system_prompts": "all"}, "system_prompts is all; "),
        ({"rows": 0}, "rows is 0; give a whole number above 0"),
        ({"rows": -3}, "rows is -3; give a whole number above 0"),
        ({"rows": 1.5}, "rows is 1.5; give a whole number above 0"),
        ({"max_len": -5}, "max_len is -5; give a whole number above 0"),
        ({"max_len": 0}, "max_len is 0; give a whole number above 0"),
        ({"seed": -1}, "seed is -1; give a whole number from 0 on"),
        ({"seed": 2**32}, "seed is 4294967296; give a whole number from 0 to 4294967295"),
        ({"lr": 0.0}, r"^lr is 0\.0; write a number above 0"),
        ({"schedule": "cosin"}, r"^schedule is cosin; did you mean cosine\?"),
        ({"datasets": 5}, "datasets is 5; give the name or the path of a dataset, or a list of them"),
        ({"eval_datasets": [None]}, r"eval_datasets is \[None\]; give the name"),
        ({"eval_datasets": "data/e"}, "data/e: "),
    ],
)
def test_what_a_caller_can_correct_is_one_error(dataset, tiny, tmp_path, arguments, said):
    """InputError, as on the command line."""
    given = {"datasets": dataset, "out": tmp_path / "x", "model": tiny} | arguments

    with pytest.raises(InputError, match=said):
        finetune.train(**given)
    assert not (tmp_path / "x").exists()


ENDPOINT = read_endpoint("http://127.0.0.1:9/v1", "large")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"limit": 0}, "limit is 0; give a whole number above 0"),
        ({"limit": -1}, "limit is -1; give a whole number above 0"),
        ({"batch": 0}, "batch is 0; give a whole number above 0"),
        ({"max_new_tokens": 0}, "max_new_tokens is 0; give a whole number above 0"),
        ({"samples": -1}, "samples is -1; give a whole number from 0 on"),
        ({"samples": True}, "samples is True; give a whole number from 0 on"),
        ({"samples": 2, "temperature": 0}, "temperature is 0; give a number above 0"),
        ({"samples": 2, "temperature": float("nan")}, "temperature is nan; give a number above 0"),
        ({"samples": 2, "choose": "vot"}, "no way to choose 'vot'; did you mean vote"),
        ({"samples": 2, "seed": -1}, "seed is -1; give a whole number from 0 on"),
        ({"vllm": True, "batch": 8}, "^vllm goes without batch; leave one of them out"),
        ({"choose": "vote"}, "^choose is of samples; add samples, or leave it out"),
        ({"temperature": 0.7}, "^temperature is of samples"),
        ({"seed": 0}, "^seed is of samples"),
        ({"scorer": "runs/scorer"}, "^scorer is of samples"),
        ({"few_shot": 2}, "^few_shot is for a model at an endpoint; add endpoint, or leave it out"),
        ({"examples": "data/run8"}, "^examples is for a model at an endpoint"),
        ({"workers": 4}, "^workers is for a model at an endpoint"),
        ({"endpoint": "http://127.0.0.1:9/v1"}, r"give the result of solver\.endpoint\.read_endpoint"),
        ({"endpoint": ENDPOINT}, "^model is for a model that runs here; leave out model, or endpoint"),
    ],
)
def test_an_evaluation_that_cannot_be_or_an_argument_that_does_nothing_is_refused(
    dataset, tiny, tmp_path, arguments, said
):
    """InputError, before a folder is made."""
    given = {"datasets": dataset, "out": tmp_path / "e", "model": tiny} | arguments

    with pytest.raises(InputError, match=said):
        finetune.evaluate(**given)
    assert not (tmp_path / "e").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        {"adapter": "runs/first"},
        {"choose": "vote"},
        {"temperature": 0.7},
        {"seed": 0},
        {"samples": 2},
        {"batch": 128},
        {"static_cache": True},
        {"vllm": True},
        {"dtype": "auto"},
        {"max_new_tokens": 400},
    ],
    ids=lambda given: next(iter(given)),
)
def test_an_endpoint_takes_no_options_of_a_local_model(dataset, tmp_path, arguments):
    """Also a usual value is refused: the endpoint's own may differ."""
    with pytest.raises(InputError, match=f"^{next(iter(arguments))} is for a model that runs here"):
        finetune.evaluate(dataset, tmp_path / "e", endpoint=ENDPOINT, **arguments)


def test_an_endpoint_cannot_know_the_values_of_steps(dataset, tmp_path):
    """A context-free grammar excludes no values, so only a model that runs here can be kept from those below zero."""
    with pytest.raises(InputError, match=r"^nonnegative is for a model that runs here"):
        finetune.evaluate(dataset, tmp_path / "e", endpoint=ENDPOINT, constrained="nonnegative")
