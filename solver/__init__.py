"""Reads, writes and runs symbolic traces, and judges the traces that models write.

Imports no other package.
"""

from .completion import extract
from .dataset import dataset_reading
from .experts import EXPERTS
from .grounding import Reading
from .machine import Solution, solve
from .ops import OPS, Step, op_table
from .program import Program, Trace
from .refusal import FormatError, Refusal, TraceError
from .reward import REWARDS, Verdict, compute_score, judge, judge_all, trace_reward
from .text import fence, read, write

__version__ = "0.1.0"

__all__ = [
    "EXPERTS",
    "OPS",
    "REWARDS",
    "FormatError",
    "Program",
    "Reading",
    "Refusal",
    "Solution",
    "Step",
    "Trace",
    "TraceError",
    "Verdict",
    "compute_score",
    "dataset_reading",
    "extract",
    "fence",
    "judge",
    "judge_all",
    "op_table",
    "read",
    "solve",
    "trace_reward",
    "write",
]
