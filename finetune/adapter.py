"""A base model with an adapter on it: loaded, checked to belong together, merged."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

from solver.refusal import InputError

from . import terminal
from .base_model import default_model, load_model, load_tokenizer
from .chat import prepare_tokenizer
from .device import Device
from .run import adapter_base

WEIGHTS = "adapter_model.safetensors"


def named_base(model: str | None, adapter: Path | None, device: Device) -> str:
    """Return the base model that is meant; raise InputError where an adapter was trained from another one."""
    if adapter is None:
        return model or default_model(device)
    base = adapter_base(adapter)
    if model and model != base:
        raise InputError(f"{adapter}: was trained from {base}, not from {model}; leave --model out or name {base}")
    return base


def load(model: str, adapter: Path | None, device: Device, *, merge: bool = True) -> tuple[Any, Any]:
    """Return model and tokenizer, ready on the device, with the adapter merged into the weights unless told otherwise.

    Merging is done in float32 and then rounded once.
    """
    import torch

    tokenizer = load_tokenizer(model)
    said = prepare_tokenizer(tokenizer)
    if said:
        terminal.note(f"note: {said}")
    if adapter is None:
        return load_model(model, device).to(device.name).eval(), tokenizer
    from peft import PeftModel
    from safetensors import SafetensorError

    if not (adapter / WEIGHTS).exists():
        raise InputError(f"{adapter}: no {WEIGHTS} in it, so its training did not end; choose another adapter")
    base = load_model(model, device, torch.float32 if merge else None)
    try:
        wrapped = PeftModel.from_pretrained(base, str(adapter), is_trainable=not merge)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise InputError(
            f"{adapter}: its weights cannot be loaded onto {model}: {str(error).splitlines()[0]}"
        ) from None
    loaded = wrapped.merge_and_unload().to(device.dtype) if merge else wrapped
    return loaded.to(device.name).eval(), tokenizer


def save_alone(model: Any) -> None:
    """Let a model's saves write its adapter and nothing else.

    PEFT would ask the Hub each time for the vocabulary's size of the base, which for us is never changed.
    """
    model.save_pretrained = partial(model.save_pretrained, save_embedding_layers=False)


def fingerprint(adapter: Path | None) -> str | None:
    """Return a hash of an adapter's weights, so that an evaluation knows which it judged."""
    if adapter is None:
        return None
    try:
        with (adapter / WEIGHTS).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise InputError(f"{adapter}: its weights cannot be read: {error.strerror}") from None
