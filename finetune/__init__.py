"""Trains language models on wirework's traces and evaluates them with the solver.

Sub-packages, lowest first; each imports `solver`, itself and those before it: `runs`, `hardware`, `models`, then
`train` and `judge`, which do not import each other. The modules that stand here, `__main__` and `publish`, join them;
no sub-package imports these.
"""

import os

# Torch reads these when it is first imported. With OpenMP's default, waiting threads spin: beside another busy
# process, two threads were slower than one (40 s a step against 8).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
