"""Where the arithmetic happens: the device that is there, and the number format that it is good at.

Import this before torch: with OpenMP's default, threads that wait spin, and a busy neighbour made two threads
slower than one (40 s a step against 8).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch  # isort: skip

from solver.refusal import InputError, did_you_mean

from .memory import keep_memory

keep_memory()

DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}


@dataclass(frozen=True)
class Device:
    """A device's name, and the format in which its weights are kept."""

    name: str
    dtype: torch.dtype

    def __str__(self) -> str:
        """Say both, as the first line of a run does."""
        return f"{self.name}, {str(self.dtype).removeprefix('torch.')}"


def find_device(dtype: str = "auto") -> Device:
    """Return the best device that is there; `auto` picks bfloat16 where the device multiplies it faster."""
    name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if dtype == "auto":
        return Device(name, torch.bfloat16 if _good_at_bfloat16(name) else torch.float32)
    if dtype not in DTYPES:
        raise InputError(f"dtype {dtype}: {did_you_mean(dtype, [*DTYPES, 'auto'])}")
    return Device(name, DTYPES[dtype])


def _good_at_bfloat16(name: str) -> bool:
    if name == "cuda":
        return torch.cuda.is_bf16_supported()
    if name == "cpu":
        able = torch.cpu.get_capabilities()
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return False


@contextmanager
def out_of_memory(mend: str) -> Iterator[None]:
    """Turn running out of memory, on whatever device, into an error that says the mend."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError):
        raise InputError(mend) from None
    except RuntimeError as error:
        if "can't allocate memory" in str(error) or "out of memory" in str(error):
            raise InputError(mend) from None
        raise
