"""Samples the completions of reinforcement with vLLM, which TRL runs beside the training on the same GPU."""

from collections.abc import Sequence
from typing import Any

from finetune.hardware.device import Device
from finetune.models.base_model import find_model
from finetune.models.vllm_engine import refuse_without_vllm
from finetune.runs.libraries import needed
from solver.constraint import Constraint
from solver.refusal import InputError


def refuse_without_engine(device: Device) -> None:
    """Raise InputError if vLLM cannot run beside the training."""
    if device.name != "cuda":
        raise InputError(f"--vllm needs a GPU that torch finds, and this device is {device.name}; leave --vllm out")
    refuse_without_vllm("'trl[vllm]'")


def vllm_arguments() -> dict[str, Any]:
    """Return the arguments that make TRL's trainer start vLLM.

    TRL can correct for probabilities of vLLM that differ from the model's; it would need those of each token, which a
    rollout of ours does not give.
    """
    return {"use_vllm": True, "vllm_mode": "colocate", "vllm_importance_sampling_correction": False}


def name_for_vllm(model: Any) -> None:
    """Name a model by its folder or its repository on the Hub, where vLLM loads it from."""
    model.name_or_path = find_model(model.name_or_path)


def sample_with_vllm(trainer: Any, prompts: list[list[int]], _constraints: Sequence[Constraint]) -> list[list[int]]:
    """Return `num_generations` completions for each prompt; TRL gives vLLM the weights of each step before."""
    needed("trl.generation.vllm_generation:VLLMGeneration.generate")
    repeated = [ids for ids in prompts for _ in range(trainer.num_generations)]
    _, completions, *_ = trainer.vllm_generation.generate(
        prompts=repeated, images=None, num_generations=trainer.num_generations
    )
    return [list(ids) for ids in completions]
