"""Measures speed and memory of the TinyLlama recipe on this machine's GPU: python -m benchmarks.gpu DATASET

The weights are random, in the shape of TinyLlama-1.1B with the vocabulary of --tokenizer, so that nothing is downloaded.
It prints tokens per second and torch's peak memory for training with and without checkpointing, for reinforcement
learning, and for decoding, where all rows run to the limit because a random model does not stop.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

SHAPE = {
    "hidden_size": 2048,
    "intermediate_size": 5632,
    "num_hidden_layers": 22,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False,
}
"""config.json of TinyLlama/TinyLlama-1.1B-Chat-v1.0, without its vocabulary."""
_WARM = 1
"""Steps of a run that are not timed, besides the first: torch selects kernels and allocates memory in them."""


def write_model(tokenizer: str, folder: Path) -> int:
    """Write random weights of that shape and a tokenizer; return the number of weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from finetune.models.base_model import load_tokenizer

    words = load_tokenizer(tokenizer)
    ids = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = LlamaForCausalLM(LlamaConfig(**SHAPE, vocab_size=len(words), **ids)).bfloat16()
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return int(model.num_parameters())


def measured(words: list[str]) -> float:
    """Run one verb and return torch's peak memory on the GPU in gigabytes."""
    import torch

    from finetune.__main__ import main

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    status = main(words)
    if status:
        sys.exit(f"{' '.join(words)}: exit status {status}")
    return torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else 0.0


def steady(folder: Path) -> tuple[float, float]:
    """Return the median seconds per step and the tokens per second of a run, without its first steps."""
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    timed = log[_WARM:]
    if len(timed) < 2:
        sys.exit(f"{folder.name}: {len(log)} steps are too few to time; {_WARM + 2} would do")
    times = [after["seconds"] - before["seconds"] for before, after in pairwise(timed)]
    return statistics.median(times), (timed[-1]["num_tokens"] - timed[0]["num_tokens"]) / sum(times)


def rows_of(dataset: str, model: Path, scratch: Path, wanted: Any, show: Callable[..., None]) -> None:
    """Measure each kind of run and show it."""
    data = ["--dataset", dataset]
    common = [*data, "--recipe", "tinyllama", "--model", str(model)]
    for kept in ("true", "false"):
        out = scratch / f"sft-{kept}"
        words = ["--rows", str(wanted.rows), "--epochs", "1", "--checkpointing", kept]
        most = measured(["sft", *common, "--out", str(out), *words])
        show(f"sft, checkpointing {kept}", *steady(out), most)
    adapter = ["--adapter", str(scratch / "sft-true")]
    out = scratch / "rl"
    steps = ["--steps", str(wanted.steps), "--max-new-tokens", str(wanted.new_tokens), "--redraws", "0"]
    most = measured(["rl", *common, *adapter, "--out", str(out), *steps])
    show("rl", *steady(out), most)
    limits = ["--limit", str(wanted.decode), "--max-new-tokens", str(wanted.new_tokens)]
    out = scratch / "eval"
    most = measured(["eval", *data, *adapter, "--out", str(out), *limits])
    made = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    show("eval", None, sum(row["tokens"] for row in made) / max(row["seconds"] for row in made), most)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("dataset", help="a dataset folder or a repository's name")
    parser.add_argument(
        "--tokenizer", default="smollm2-135m", help="the model whose vocabulary to use (default smollm2-135m)"
    )
    parser.add_argument("--rows", type=int, default=160, help="training rows, 16 per step (default 160)")
    parser.add_argument("--steps", type=int, default=5, help="steps of reinforcement learning (default 5)")
    parser.add_argument("--decode", type=int, default=128, help="rows decoded, all together (default 128)")
    parser.add_argument("--new-tokens", type=int, default=320, help="tokens of a completion (default 320)")
    wanted = parser.parse_args()

    import torch

    from finetune.hardware.device import find_device

    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    table = Table("", "seconds per step", "tokens/s", "peak memory, GB", title=f"{name}, {find_device()}")

    def show(what: str, step: float | None, speed: float, most: float) -> None:
        row = (what, f"{step:.3f}" if step else "", f"{speed:,.0f}", f"{most:.2f}")
        print(
            "measured:", "  ".join(row), flush=True
        )  # each figure at once: the machine may be lost before the table is complete
        table.add_row(*row)

    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model"
        count = write_model(wanted.tokenizer, model)
        rows_of(wanted.dataset, model, Path(scratch), wanted, show)
    table.caption = f"{count:,} random weights"
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
