"""Fresh Python processes that find the packages under test."""

import subprocess
import sys
from pathlib import Path

import generators

HOME = Path(generators.__file__).parents[1]
"""The folder from which Python imports the packages under test."""


def python(*words, **options):
    """Run Python with these words to its end and return the finished process, its output as text.

    Options are `env`, `input` and `timeout` of subprocess.run.
    """
    return subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=HOME,
        **options,
    )
