"""Sampling with vLLM: refused in one line where it cannot run, and else asked for through TRL's trainer."""

from types import SimpleNamespace

import pytest
import torch

from finetune.hardware.device import Device
from finetune.training.engine import name_for_vllm, refuse_without_engine, sample_with_vllm, vllm_arguments
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")


def test_vllm_needs_a_gpu_and_its_library(monkeypatch):
    """The message says what is missing and which flag to leave out."""
    monkeypatch.setattr("finetune.models.vllm_engine.find_spec", lambda name: None)

    with pytest.raises(InputError, match="--vllm needs a GPU that torch finds, and this device is cpu"):
        refuse_without_engine(Device("cpu", torch.float32))
    with pytest.raises(InputError, match=r"vllm is not installed; pip install 'trl\[vllm\]', or leave --vllm out"):
        refuse_without_engine(Device("cuda", torch.bfloat16))


@pytest.mark.parametrize(
    ("flags", "refused"),
    [
        (["--vllm"], "--vllm needs a GPU"),
        (["--vllm", "--constrained"], "vllm samples without the grammar of constrained; leave one of them out"),
    ],
    ids=["alone", "constrained"],
)
def test_the_command_refuses_before_anything_is_loaded(trained, dataset, tmp_path, call, monkeypatch, flags, refused):
    """One line, and no folder."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    words = ["rl", "--dataset", dataset, "--adapter", trained, "--out", tmp_path / "x", "--recipe", "smollm2"]

    status, _, said = call(*words, *flags)

    assert status == 2
    assert refused in said
    assert not (tmp_path / "x").exists()


def test_trl_has_the_arguments(tmp_path):
    """The installed version of TRL takes them, and its trainer then starts vLLM in its own process."""
    from trl import GRPOConfig

    config = GRPOConfig(output_dir=str(tmp_path), use_cpu=True, report_to=[], **vllm_arguments())

    assert (config.use_vllm, config.vllm_mode) == (True, "colocate")


def test_completions_are_those_of_the_engine():
    """Each prompt is asked as often as a group has completions, and the tokens come back in order."""
    asked = []

    def generate(prompts, images, num_generations):
        asked.append((prompts, images, num_generations))
        return prompts, [(place, 1) for place in range(len(prompts))], None, None

    trainer = SimpleNamespace(num_generations=2, vllm_generation=SimpleNamespace(generate=generate))

    assert sample_with_vllm(trainer, [[5], [6, 7]], []) == [[0, 1], [1, 1], [2, 1], [3, 1]]
    assert asked == [([[5], [5], [6, 7], [6, 7]], None, 2)]


def test_vllm_loads_the_folder_of_an_embedded_model(monkeypatch):
    """The short name of an embedded model is ours; vLLM knows folders and names of the Hub."""
    monkeypatch.setattr("finetune.models.base_model.embedded_folder", lambda name: f"cache/{name}")
    models = [SimpleNamespace(name_or_path=name) for name in ("smollm2-135m", "acme/tiny")]
    for model in models:
        name_for_vllm(model)

    assert [model.name_or_path for model in models] == ["cache/smollm2-135m", "acme/tiny"]
