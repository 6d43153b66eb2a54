"""Trains language models on wirework's traces and evaluates them with the solver.

Sub-packages, lowest first: `runs`, `hardware`, `models`, then `training` and `judge`, which do not import each other, then
`ablate`.
The modules that stand here join them: the command line, and publishing.

Imports solver, runs, hardware, models, training, judge and ablate.
"""

import os

from .api import Evaluated, evaluate, train

__all__ = ["Evaluated", "evaluate", "train"]

# Torch reads these when it is first imported. With OpenMP's default, waiting threads spin: beside another busy
# process, two threads were slower than one (40 s a step against 8).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
