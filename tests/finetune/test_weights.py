"""All weights or an adapter are trained, on the layers that a recipe names, and batches do not change a step."""

import json
from dataclasses import replace

import pytest
from commands import evaluation, losses, sft

from finetune.hardware.device import find_device
from finetune.training.recipe import Sft
from finetune.training.weights import adapter_of, fitted
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize(
    "flags",
    [
        ["--batch", 1, "--accumulation", 8],
        ["--batch", 4, "--accumulation", 2],
        ["--batch", 4, "--accumulation", 2, "--checkpointing", "true"],
        ["--batch", 2, "--accumulation", 4, "--fit", "true"],
        ["--batch", 8, "--packing", "true", "--attention", "eager"],
    ],
    ids=["row by row", "halves", "recomputed", "by memory", "packed"],
)
def test_a_step_is_the_same_however_its_rows_are_batched(dataset, tiny, tmp_path, call, flags):
    """Passes of one row, of four, recomputed, split by memory or packed: each step has the loss of one pass of eight."""
    one, *_ = call(*sft(dataset, tiny, tmp_path / "one", "--batch", 8, "--epochs", 1))
    other, _, said = call(*sft(dataset, tiny, tmp_path / "other", "--epochs", 1, *flags))

    assert (one, other) == (0, 0), said
    assert losses(tmp_path / "other") == pytest.approx(losses(tmp_path / "one"), rel=1e-3)
    assert len(losses(tmp_path / "one")) == 3


def test_all_weights_can_be_trained_and_evaluated(dataset, tiny, tmp_path, call):
    """`--full true` writes a model and no adapter; the command that it prints evaluates it as trained on its rows."""
    out = tmp_path / "full"

    status, said, error = call(*sft(dataset, tiny, out, "--full", "true", "--lr", "0.001"))
    words = evaluation(out, dataset, "--split", "train", "--limit", 2, "--max-new-tokens", 8)
    words[words.index("--adapter")] = "--model"
    judged, told, wrong = call(*words)

    assert (status, judged) == (0, 0), error + wrong
    assert f"eval --model {out}" in said
    assert not (out / "adapter_config.json").exists()
    assert losses(out)[12] < losses(out)[1]
    assert "it was trained on all of these 2 rows" in told


def test_an_adapter_stands_on_the_layers_that_a_recipe_names(dataset, tiny, tmp_path, call):
    """Names of layers are taken from the recipe, and the adapter's own file says them."""
    out = tmp_path / "run"

    status, _, said = call(*sft(dataset, tiny, out, "--targets", "q_proj, v_proj", "--rows", 4, "--epochs", 1))

    assert status == 0, said
    assert sorted(json.loads((out / "adapter_config.json").read_text())["target_modules"]) == ["q_proj", "v_proj"]


def test_a_layer_that_the_model_lacks_is_refused_with_its_neighbour(model):
    """A misspelt layer would leave the model untrained."""
    with pytest.raises(InputError, match="no linear layer q_pro; did you mean q_proj"):
        adapter_of(Sft(targets="q_pro"), model)


def test_a_comma_without_a_layer_is_refused(model):
    """The message shows what was given."""
    with pytest.raises(InputError, match="'q_proj,,v_proj' has a comma without a name; leave it out"):
        adapter_of(Sft(targets="q_proj,,v_proj"), model)


def test_decay_and_clipping_reach_the_optimizer(dataset, tiny, tmp_path, call):
    """A tight bound on the gradient, or a strong decay, changes what is learned after the first step."""
    runs = {"plain": [], "clipped": ["--clip", "0.001"], "decayed": ["--weight-decay", "0.9", "--lr", "0.05"]}
    for name, flags in runs.items():
        status, _, said = call(*sft(dataset, tiny, tmp_path / name, "--rows", 12, "--epochs", 2, *flags))
        assert status == 0, said

    last = {name: losses(tmp_path / name)[6] for name in runs}
    assert len(set(last.values())) == 3


def test_a_step_is_split_by_the_memory_found(model, monkeypatch, capsys):
    """With plenty of memory it is one pass, with little memory several, and the run says which."""
    recipe, device = Sft(batch=4, accumulation=4, checkpointing=True, fit=True), find_device("float32")

    def split(memory):
        monkeypatch.setattr("finetune.training.weights.usable_memory", lambda _: memory)
        return fitted(recipe, model, device, 300)

    assert split(10**12) == replace(recipe, batch=16, accumulation=1, checkpointing=False)
    assert "a step is 1 pass of 16 rows: " in capsys.readouterr().err
    assert split(0) == replace(recipe, batch=1, accumulation=16, checkpointing=True)
    assert "16 passes of 1 row with checkpointing" in capsys.readouterr().err
    assert fitted(replace(recipe, fit=False), model, device, 300) == replace(recipe, fit=False)
