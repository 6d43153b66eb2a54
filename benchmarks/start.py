"""How soon commands start: python benchmarks/start.py

Prints the processor seconds of help, which should be at most 0.3, and of building run8, which should be at most 2:
each the least of five runs.
"""

import resource
import subprocess
import sys
from tempfile import TemporaryDirectory

RUNS = 5


def spent() -> float:
    """Return the processor seconds of all child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def least(*words: str) -> float:
    """Return the least processor seconds of a command; `OUT` stands for a new folder."""
    taken = []
    for _ in range(RUNS):
        with TemporaryDirectory() as out:
            began = spent()
            argv = [f"{out}/built" if word == "OUT" else word for word in words]
            subprocess.run([sys.executable, "-m", "generators", *argv], check=True, capture_output=True)
            taken.append(spent() - began)
    return min(taken)


if __name__ == "__main__":
    print(f"--help      {least('--help'):.2f} s")
    print(f"build run8  {least('build', '--weights', 'run8', '--out', 'OUT'):.2f} s")
