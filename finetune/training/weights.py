"""Loads the model of a supervised training: frozen with an adapter to come, or with all its weights to be trained."""

from dataclasses import replace
from typing import Any

import torch

from finetune.hardware.device import Device
from finetune.hardware.estimate import Shape, fewest_passes, usable_memory
from finetune.models.base_model import load_model
from finetune.runs import terminal
from solver.plurals import counted
from solver.refusal import InputError, did_you_mean

from .recipe import Sft

ALL = "all-linear"
"""The name of all linear layers but the head."""


def load_base(name: str, recipe: Sft, device: Device) -> Any:
    """Return the model to train; weights that are trained are in float32, frozen ones in the device's format."""
    options: dict[str, Any] = {"use_kernels": True} if recipe.kernels else {}
    if recipe.attention != "auto":
        options["attn_implementation"] = recipe.attention
    return load_model(name, device, torch.float32 if recipe.full else None, **options)


def adapter_of(recipe: Sft, model: Any) -> Any:
    """Return the configuration of a recipe's adapter, or None where all weights are trained."""
    from peft import LoraConfig

    if recipe.full:
        return None
    _check_targets(recipe, model)
    return LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=ALL if recipe.targets == ALL else targets(recipe),
        task_type="CAUSAL_LM",
    )


def targets(recipe: Sft) -> list[str]:
    """Return the names of the layers that get an adapter."""
    return [name.strip() for name in recipe.targets.split(",")]


def _check_targets(recipe: Sft, model: Any) -> None:
    known = sorted({name.rpartition(".")[2] for name, _ in _linear(model)})
    for name in targets(recipe):
        if not name:
            fault = "has a comma without a name; leave it out" if "," in recipe.targets else f"is empty; write {ALL}"
            raise InputError(f"targets: {recipe.targets!r} {fault}")
        if name != ALL and name not in known:
            raise InputError(f"targets: the model has no linear layer {name}; {did_you_mean(name, [*known, ALL])}")


def _linear(model: Any) -> list[tuple[str, torch.nn.Linear]]:
    """Return the linear layers of a model but its head, with their names."""
    head = model.get_output_embeddings()
    return [
        (name, each) for name, each in model.named_modules() if isinstance(each, torch.nn.Linear) and each is not head
    ]


def language_model(model: Any) -> Any:
    """Return the language model in a trainer's model, without PEFT's wrapper."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def fitted(recipe: Sft, model: Any, device: Device, longest: int) -> Sft:
    """Return the recipe with its step split into the passes that memory allows; without `fit`, the recipe itself."""
    if not recipe.fit:
        return recipe
    chosen = targets(recipe)
    layers = [each for name, each in _linear(model) if chosen == [ALL] or name.rpartition(".")[2] in chosen]
    adapter = sum(recipe.rank * (each.in_features + each.out_features) for each in layers)
    shape = Shape.of(model, device)
    if not recipe.full:
        shape = replace(shape, weights=sum(each.nbytes for each in model.parameters()), trained=adapter)
    memory = usable_memory(device)
    split = fewest_passes(shape, recipe.batch * recipe.accumulation, longest, memory)
    needed = shape.step(split.batch, longest, checkpointing=split.checkpointing)
    terminal.note(
        f"a step is {split.accumulation} {'pass' if split.accumulation == 1 else 'passes'} of {counted(split.batch, 'row')}"
        f"{' with checkpointing' if split.checkpointing else ''}: at most {needed / 1e9:.1f} GB by the estimate, "
        f"{memory / 1e9:.1f} GB may be used"
    )
    return replace(recipe, batch=split.batch, accumulation=split.accumulation, checkpointing=split.checkpointing)
