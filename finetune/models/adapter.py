"""Loads a base model with an adapter on it, after checking that they belong together."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # of the HTTP library

from finetune.hardware.device import Device
from finetune.runs import terminal
from finetune.runs.folder import ADAPTER, RUN, Run, run_of, unfinished_run
from finetune.runs.trained import TRAINED
from solver.dataset import hub_place
from solver.files import local, read_json, read_text
from solver.refusal import InputError, did_you_mean

from .base_model import EMBEDDED, default_model, load_model, load_tokenizer
from .chat import prepare_tokenizer
from .verdicts import SCORER

WEIGHTS = "adapter_model.safetensors"
_UNFETCHED = (HTTPError, OSError, ValueError)
"""The errors of a download from the Hub."""


def named_base(model: str | None, adapter: Path | None, device: Device) -> str:
    """Return the base model to load; raise InputError where the adapter was trained from another one, or is a scorer."""
    if adapter is None:
        return model or default_model(device)
    if is_scorer(adapter):
        raise InputError(
            f"{adapter}: is a scorer, which judges traces and writes none; eval and ask take it with --scorer"
        )
    base = adapter_base(adapter)
    if model and model != base:
        raise InputError(f"{adapter}: was trained from {base}, not from {model}; leave --model out or name {base}")
    return base


def is_scorer(adapter: Path) -> bool:
    """Return whether an adapter tells right traces from wrong ones, and writes none."""
    run = run_of(adapter)
    return (run / RUN).exists() and Run.read(run).settings.get("verb") == SCORER


def adapter_base(folder: Path) -> str:
    """Return the name of the model that an adapter was trained from; raise InputError if there is no adapter."""
    path = folder / ADAPTER
    if not path.exists():
        told = unfinished_run(folder)
        if told:
            raise InputError(f"{folder}: {told}")
        near = sorted(path.parent.name for path in folder.glob(f"*/{ADAPTER}"))
        hint = f"; {did_you_mean(folder.name, near)}" if near else ""
        if (folder / "config.json").exists():
            hint = "; it is a model, which is given with --model"
        raise InputError(f"{folder}: no adapter in it (no {ADAPTER}){hint}")
    settings = read_json(read_text(path), str(path))
    if not isinstance(settings, dict) or "base_model_name_or_path" not in settings:
        raise InputError(f"{path}: names no base_model_name_or_path; choose another adapter")
    base = str(settings["base_model_name_or_path"])
    return _trained_base(folder, base) or base


def _trained_base(folder: Path, base: str) -> str | None:
    """Return the embedded model that an adapter was trained from, if it was published under that model's origin."""
    trained = Run.read(folder).settings.get("model") if (folder / RUN).exists() else None
    return trained if trained in EMBEDDED and EMBEDDED[trained].origin == base else None


def find_adapter(name: str | Path) -> Path:
    """Return the folder of an adapter, fetched first if the name is ORG/NAME on the Hub and no folder here."""
    if local(name).exists() or hub_place(str(name)) is None:
        return local(name)
    try:
        folder = _fetched(str(name), "adapter_*", RUN, TRAINED)
    except _UNFETCHED as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(f"{name}: neither a folder nor an adapter that the Hub gives: {reason}") from None
    if not (folder / ADAPTER).exists():
        raise InputError(f"{name}: no adapter in it (no {ADAPTER}); a model is given with --model")
    return folder


def records(model: str) -> Path:
    """Return the folder with the records of a training, fetched first if the model or adapter is on the Hub alone."""
    if model in EMBEDDED or local(model).exists() or hub_place(model) is None:
        return local(model)
    try:
        return _fetched(model, RUN, TRAINED)
    except _UNFETCHED:  # loading the model tells the reason
        return Path(model)


def _fetched(name: str, *files: str) -> Path:
    return Path(snapshot_download(name, allow_patterns=list(files)))


def load_prepared_tokenizer(model: str) -> Any:
    """Return a model's tokenizer with template and pad token; print a note where the fallback template is used."""
    tokenizer = load_tokenizer(model)
    note = prepare_tokenizer(tokenizer)
    if note:
        terminal.note(f"note: {note}")
    return tokenizer


def load(model: str, adapter: Path | None, device: Device, *, merge: bool = True) -> tuple[Any, Any]:
    """Return model and tokenizer, ready on the device; the adapter is merged into the weights unless told otherwise.

    Weights are merged in float32 and then rounded once.
    """
    tokenizer = load_prepared_tokenizer(model)
    if adapter is None:
        return load_model(model, device).to(device.name).eval(), tokenizer
    from peft import PeftModel
    from safetensors import SafetensorError

    refuse_without_weights(adapter)
    base = load_model(model, device, torch.float32 if merge else None)
    try:
        wrapped = PeftModel.from_pretrained(base, str(adapter), is_trainable=not merge)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise InputError(
            f"{adapter}: its weights cannot be loaded onto {model}: {str(error).splitlines()[0]}"
        ) from None
    loaded = wrapped.merge_and_unload().to(device.dtype) if merge else wrapped
    return loaded.to(device.name).eval(), tokenizer


def refuse_without_weights(adapter: Path) -> None:
    """Raise InputError if an adapter's folder has no weights."""
    if not (adapter / WEIGHTS).exists():
        told = f"no {WEIGHTS} in it, so its training did not end; choose another adapter"
        raise InputError(f"{adapter}: {unfinished_run(adapter) or told}")


def save_alone(model: Any) -> None:
    """Make a model save its adapter only.

    Otherwise PEFT asks the Hub at each save for the size of the base's vocabulary, which we never change.
    """
    model.save_pretrained = partial(model.save_pretrained, save_embedding_layers=False)


def fingerprint(adapter: Path | None) -> str | None:
    """Return a hash of an adapter's weights, by which an evaluation records what it evaluated."""
    if adapter is None:
        return None
    try:
        with (adapter / WEIGHTS).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        told = unfinished_run(adapter) or f"its weights cannot be read: {error.strerror}"
        raise InputError(f"{adapter}: {told}") from None
