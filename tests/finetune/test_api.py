"""The Python functions: `finetune.train` and `finetune.evaluate` do what the commands do, and importing them is light."""

import json

import pytest
from commands import losses
from processes import python

import finetune
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")


def test_importing_finetune_imports_nothing_heavy():
    """The functions import torch and its friends when they are called."""
    heavy = ("torch", "transformers", "datasets", "pyarrow", "numpy", "openai")
    script = f"import sys, finetune; print(finetune.train, [name for name in {heavy} if name in sys.modules])"

    assert python("-c", script).stdout.rstrip().endswith("[]")


def test_training_and_evaluating_from_python_is_that_of_the_commands(dataset, trained, tiny, tmp_path):
    """The same options give the same losses; the evaluation returns its report, and its figures as attributes."""
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"ranks": 3}, "ranks is no option of training; did you mean rank"),
        ({"recipe": "smolm2"}, "did you mean smollm2"),
        ({"report_to": "wand"}, "report_to is wand; did you mean wandb"),
        ({"datasets": []}, "no dataset; name one or several"),
        ({"system_prompts": "all"}, "system_prompts is all; "),
    ],
)
def test_what_a_caller_can_correct_is_one_error(dataset, tiny, tmp_path, arguments, said):
    """InputError, as on the command line."""
    given = {"datasets": dataset, "out": tmp_path / "x", "model": tiny} | arguments

    with pytest.raises(InputError, match=said):
        finetune.train(**given)
