"""Finds the device to compute on and the number format that it multiplies fastest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from solver.refusal import InputError, did_you_mean

DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}


@dataclass(frozen=True)
class Device:
    """A device's name and the number format of its weights."""

    name: str
    dtype: torch.dtype

    @property
    def dtype_name(self) -> str:
        """The number format as flags and files write it."""
        return str(self.dtype).removeprefix("torch.")

    def __str__(self) -> str:
        """Return both, as the first line of a run prints them."""
        return f"{self.name}, {self.dtype_name}"


def find_device(dtype: str = "auto") -> Device:
    """Return the best available device; `auto` picks bfloat16 where the device multiplies it faster."""
    name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if dtype == "auto":
        return Device(name, torch.bfloat16 if _fast_bfloat16(name) else torch.float32)
    if dtype not in DTYPES:
        raise InputError(f"dtype {dtype}: {did_you_mean(dtype, [*DTYPES, 'auto'])}")
    return Device(name, DTYPES[dtype])


def _fast_bfloat16(name: str) -> bool:
    if name == "cuda":
        return torch.cuda.is_bf16_supported()
    if name == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


@contextmanager
def out_of_memory(message: str) -> Iterator[None]:
    """Raise InputError with a message that says the remedy when any device runs out of memory."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError):
        raise InputError(message) from None
    except RuntimeError as error:
        if "can't allocate memory" in str(error) or "out of memory" in str(error):
            raise InputError(message) from None
        raise
