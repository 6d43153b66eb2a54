"""Counts the held-out rows that a model in training answers right, by the solver."""

from typing import Any

import pyarrow as pa
import torch

from finetune.hardware.device import Device
from finetune.models.chat import prompt_ids, row_ids
from solver.grounding import Reading
from solver.reward import judge_all

from .decode import Decoder

_SPARE = 32
"""The tokens that a completion may be longer than the longest gold one."""
_TOGETHER = 32
"""The most rows that are decoded together: the memory of a training is nearly full."""


def count_right(
    model: Any, tokenizer: Any, rows: pa.Table, reading: Reading, device: Device, *, longest: int = 0
) -> int:
    """Return how many rows a model answers right, decoded greedily.

    A completion may be a little longer than the longest gold one; `longest` is taken where no row has a trace.
    """
    found = rows.select(["prompt", "completion"]).to_pylist()
    prompts = [prompt_ids(tokenizer, row["prompt"]) for row in found]
    gold = [
        len(row_ids(tokenizer, row["prompt"], row["completion"])) - len(ids)
        for row, ids in zip(found, prompts, strict=True)
        if row["completion"]
    ]
    longest = max(gold, default=longest)
    decoder = Decoder(model, tokenizer, longest + _SPARE)
    training = model.training
    model.eval()
    # the adapter's weights are float32, and PEFT's own conversion is switched off while training
    with torch.autocast(device.name, device.dtype, enabled=device.dtype is not torch.float32):
        texts = dict(decoder.decode(prompts, _TOGETHER))
    model.train(training)
    completions = [texts[place].text for place in range(len(prompts))]
    experts, answers, questions = (rows[name].to_pylist() for name in ("experts", "answer", "question"))
    verdicts = judge_all(completions, experts, answers, questions, reading.language, constants=reading.constants)
    return sum(verdict.outcome == "correct" for verdict in verdicts)
