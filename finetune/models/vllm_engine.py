"""Loads a model with its adapter into vLLM. The library is imported late; it is no dependency of ours."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from finetune.hardware.device import Device
from finetune.runs.folder import ADAPTER
from solver.files import read_json, read_text
from solver.refusal import InputError

from .adapter import load_prepared_tokenizer, refuse_without_weights
from .base_model import find_model

_SETTINGS = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # in this process: Ctrl-C then ends both
    "VLLM_LOGGING_LEVEL": "ERROR",
}
_LEAST_RANK = 8
"""vLLM takes adapters up to a rank that it is told, a power of two from here on."""


@dataclass(frozen=True)
class Engine:
    """A model in vLLM, the request of its adapter, and its settings of generation."""

    llm: Any
    adapter: Any
    generation_config: Any


def refuse_without_vllm(package: str = "vllm") -> None:
    """Raise InputError if vLLM is not installed; `package` is what to install."""
    if find_spec("vllm") is None:
        raise InputError(f"vllm is not installed; pip install {package}, or leave --vllm out")


def load_engine(model: str, adapter: Path | None, device: Device) -> tuple[Engine, Any]:
    """Return a model in vLLM and its tokenizer; raise InputError if it cannot be loaded.

    The adapter is not merged: vLLM computes it beside the weights of its base.
    """
    tokenizer = load_prepared_tokenizer(model)
    if adapter:
        refuse_without_weights(adapter)
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    from vllm import LLM
    from vllm.lora.request import LoRARequest

    place = find_model(model)
    lora = {"enable_lora": True, "max_lora_rank": _rank_of(adapter)} if adapter else {}
    try:
        llm = LLM(place, dtype=device.dtype_name, generation_config="vllm", use_tqdm_on_load=False, **lora)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"model {model}: vLLM cannot load it: {_reason(error)}; leave --vllm out") from None
    return Engine(llm, LoRARequest(adapter.name, 1, str(adapter)) if adapter else None, _generation(place)), tokenizer


def _generation(place: str) -> Any:
    """Return a model's settings of generation, as transformers does: those of its shape if it has no others."""
    from transformers import AutoConfig, GenerationConfig

    try:
        return GenerationConfig.from_pretrained(place)
    except OSError:
        return GenerationConfig.from_model_config(AutoConfig.from_pretrained(place))


def _rank_of(adapter: Path) -> int:
    """Return the least rank from that of an adapter on that vLLM can be told."""
    path = adapter / ADAPTER
    rank = read_json(read_text(path), str(path)).get("r", _LEAST_RANK)
    return max(_LEAST_RANK, 1 << (int(rank) - 1).bit_length())


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
