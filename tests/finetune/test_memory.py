"""Memory that one step frees is there for the next one, and goes back to the system when asked."""

import platform
import resource
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left as they are")

SCRIPT = """
import resource
from finetune.memory import give_back, keep_memory
if {keep}:
    keep_memory()
import torch
def step():
    return sum(torch.ones(size)[0] for size in (5_000_000, 1_000_000, 20_000_000))
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def held():
    return int(open("/proc/self/statm").read().split()[1])
step(), step()
before = faults()
for _ in range(10):
    step()
after, full = faults(), held()
give_back()
print(after - before, (full - held()) * resource.getpagesize())
"""


def run(keep):
    """Return the page faults of ten steps, and the bytes given back after them."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(keep=keep)], capture_output=True, text=True, check=True, timeout=120
    )
    return map(int, done.stdout.split())


def test_steps_fault_in_a_tenth_of_the_pages_and_all_can_be_given_back():
    """Ten steps of 104 MB each fault in little once memory is kept, and what is kept is let go of when asked."""
    plain, _ = run(keep=False)
    kept, given = run(keep=True)

    assert plain > 10 * kept
    assert given > 80_000_000
    assert plain * resource.getpagesize() > 10 * 80_000_000
