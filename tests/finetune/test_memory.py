"""The allocator keeps freed memory once a verb asks for it, and returns it to the system when asked."""

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, resource
from finetune.hardware.memory import give_back, keep_memory

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]


def held():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() >> 20


def use():
    block = libc.malloc(64 << 20)
    libc.memset(block, 1, 64 << 20)
    libc.free(block)


begun = held()
use()
plain = held() - begun
keep_memory()
use()
kept = held() - begun
give_back()
print(plain, kept, held() - begun)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone")
def test_freed_memory_is_kept_and_can_be_returned():
    """Of a block of 64 MB that was freed, nothing stays by default, all of it once memory is kept, until it is returned."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=120)

    plain, kept, returned = map(int, done.stdout.split())

    assert plain < 8
    assert kept >= 60
    assert returned < 8


@pytest.mark.parametrize("module", ["training.sft", "training.rl", "judge.evaluate", "judge.ask"])
def test_a_verb_asks_for_it(module, trained, tiny, dataset, tmp_path, call, monkeypatch):
    """Each verb that computes with torch changes the allocator itself; importing a module does not."""
    words = {
        "training.sft": ["sft", "--dataset", dataset, "--model", tiny, "--out", tmp_path / "x"],
        "training.rl": ["rl", "--dataset", dataset, "--adapter", trained, "--out", tmp_path / "x"],
        "judge.evaluate": ["eval", "--dataset", dataset, "--adapter", trained, "--out", tmp_path / "x"],
        "judge.ask": ["ask", "--adapter", trained, "How many are 2 and 3?"],
    }

    def asked():
        raise KeyboardInterrupt

    monkeypatch.setattr(f"finetune.{module}.keep_memory", asked)

    assert call(*words[module])[0] == 130
