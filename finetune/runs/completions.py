"""Counts what a run of reinforcement learning sampled, and tells whether it could learn anything from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from solver.plurals import counted
from solver.refusal import InputError

from .log import COMPLETIONS, read_log

_KEYS = ("step", "id", "question", "text", "reward", "verdict", "code", "short_cut", "flat")
"""The keys that the counts and the page read of each completion."""


def learning(folder: Path) -> dict[str, int]:
    """Return how many groups of completions a run sampled, and how many groups and steps taught nothing."""
    groups: dict[tuple[int, str], bool] = {}
    right = completions = 0
    for line in read_log(folder, COMPLETIONS):
        lacks = [key for key in _KEYS if key not in line]
        if lacks:
            raise InputError(
                f"{folder / COMPLETIONS}: a line has no {', '.join(lacks)}, so no run wrote it; remove that line"
            )
        groups[line["step"], line["id"]] = line["flat"]
        right += line["verdict"] == "correct"
        completions += 1
    return {
        "groups": len(groups),
        "flat_groups": sum(groups.values()),
        "zero_gradient_steps": sum(line["grad_norm"] == 0 for line in read_log(folder)),
        "completions": completions,
        "right_completions": right,
    }


def told(found: Mapping[str, Any]) -> str:
    """Return the sentence on how much a run could learn, from the figures of its result.

    >>> figures = {"groups": 80, "flat_groups": 53, "steps": 20, "zero_gradient_steps": 3}
    >>> told(figures | {"completions": 640, "right_completions": 91})
    '91 of 640 completions right; 53 of 80 groups had equal rewards, and 3 of 20 steps gradient 0'
    >>> told(figures | {"zero_gradient_steps": 20, "completions": 640, "right_completions": 0})
    'learned nothing: gradient 0 in 20 of 20 steps; 0 of 640 completions right, 53 of 80 groups with equal rewards'
    """
    right = f"{found['right_completions']:,} of {counted(found['completions'], 'completion')} right"
    flat = f"{found['flat_groups']:,} of {counted(found['groups'], 'group')}"
    steps, still = counted(found["steps"], "step"), found["zero_gradient_steps"]
    if still == found["steps"]:
        return f"learned nothing: gradient 0 in {still:,} of {steps}; {right}, {flat} with equal rewards"
    return f"{right}; {flat} had equal rewards, and {still:,} of {steps} gradient 0"
