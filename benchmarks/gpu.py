"""Measures training and decoding on this machine's GPU in at most 8 minutes: python -m benchmarks.gpu --dataset DIR

It prints each figure as soon as it is known, so that a lost machine loses no figure. In this order:
- kernels started per token, by the profiler: a step in four passes with checkpointing, and in one pass
- TinyLlama's shape with an adapter, and SmolLM2-135M with an adapter and with all weights: tokens per second, torch's peak
  memory, and the share of the device's peak, at 4N floating-point operations per token for an adapter and 6N for all weights
- a training of SmolLM2-135M on as many rows as the time allows, and its evaluation: right answers, decoded tokens per second,
  the same with --static-cache (the time in which its step is compiled counts), and with --vllm where vLLM is installed

TinyLlama's weights are random, so that nothing is downloaded and nothing is learned there. Without a GPU it counts
operations instead of kernels, and takes as peak the speed of one large product; --small makes a tiny model of the shape.
"""

import argparse
import json
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

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
SMALL = SHAPE | {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "T4": 65e12}
"""Dense bfloat16 operations a second by the datasheets (T4: float16); longer names stand before their beginnings."""
STEP = 16
"""Rows of a step, as in the recipes for a GPU."""
_WARM = 1
"""Steps of a run that are not timed, besides the first: torch selects kernels and allocates memory in them."""
_FOR_EVALUATION = 0.35
"""The share of the whole time that is kept for the evaluation."""


def show(name: str, figure: str) -> None:
    """Print a figure at once."""
    print(f"measured: {name}: {figure}", flush=True)


def write_model(tokenizer: str, folder: Path, shape: dict[str, Any] = SHAPE) -> int:
    """Write random weights of that shape and a tokenizer; return the number of weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from finetune.models.base_model import load_tokenizer

    words = load_tokenizer(tokenizer)
    ids = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = LlamaForCausalLM(LlamaConfig(**shape, vocab_size=len(words), **ids)).bfloat16()
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return int(model.num_parameters())


def peak() -> tuple[float, str]:
    """Return the device's peak of operations a second, and where the figure is from."""
    import torch

    if torch.cuda.is_available():
        name = torch.cuda.get_device_name()
        for known, speed in PEAKS.items():
            if known in name:
                return speed, f"{known}, datasheet"
    device, size = ("cuda", 8192) if torch.cuda.is_available() else ("cpu", 1024)
    square = torch.ones(size, size, dtype=torch.bfloat16, device=device)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        float((square @ square)[0, 0])  # reading a number waits for the GPU
        times.append(time.perf_counter() - began)
    return 2 * size**3 / min(times), f"a product of {size} x {size}, measured"


def verb(*words: object) -> None:
    """Run a verb of finetune; end the benchmark if it fails."""
    from finetune.__main__ import main

    status = main([str(word) for word in words])
    if status:
        sys.exit(f"{' '.join(map(str, words))}: exit status {status}")


def memory(run: Callable[[], None]) -> float:
    """Run something and return torch's peak memory on the GPU in gigabytes; 0 without a GPU."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    run()
    return torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else 0.0


def steady(folder: Path) -> tuple[float, float]:
    """Return the median seconds per step and the tokens per second of a run, without its first steps."""
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    timed = log[_WARM:]
    if len(timed) < 2:
        sys.exit(f"{folder.name}: {len(log)} steps are too few to time; {_WARM + 2} would do")
    times = [after["seconds"] - before["seconds"] for before, after in pairwise(timed)]
    return statistics.median(times), (timed[-1]["num_tokens"] - timed[0]["num_tokens"]) / sum(times)


def launches(dataset: str, model: str, folder: Path, recipe: Any) -> float:
    """Return the kernels that one step of a recipe starts, per token; without a GPU, the operations of torch."""
    from torch.profiler import ProfilerActivity, profile

    from finetune.hardware.device import find_device
    from finetune.models.adapter import load_prepared_tokenizer
    from finetune.models.chat import measure
    from finetune.runs.rows import read_training_rows
    from finetune.training.sft import make_trainer, run_trainer

    table, tokenizer, device = read_training_rows(dataset, STEP), load_prepared_tokenizer(model), find_device()
    lengths = [row.total for row in measure(tokenizer, table)]
    trainer = make_trainer(
        table, model, tokenizer, recipe, folder, device=device, seed=0, max_len=2048, lengths=lengths
    )
    gpu = device.name == "cuda"
    kinds = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if gpu else [])]
    with profile(activities=kinds) as found:
        run_trainer(trainer)
    events = found.key_averages()
    named = ("cudaLaunchKernel", "cuLaunchKernel") if gpu else ("aten::",)
    return float(sum(each.count for each in events if each.key.startswith(named)) / sum(lengths))


def compare_launches(dataset: str, model: str, scratch: Path) -> tuple[float, float]:
    """Return the launches per token of a step in four passes with checkpointing, and of one in one pass."""
    from finetune.training.recipe import Sft

    passes = Sft(epochs=1, batch=STEP // 4, accumulation=4, checkpointing=True)
    one = Sft(epochs=1, batch=STEP, accumulation=1)
    return launches(dataset, model, scratch / "passes", passes), launches(dataset, model, scratch / "one", one)


def speeds(wanted: argparse.Namespace, shape: Path, scratch: Path) -> tuple[float, float]:
    """Measure the speed of each kind of training; return that of all weights in tokens per second, and per row."""
    from transformers import AutoModelForCausalLM

    from finetune.models.base_model import find_model
    from finetune.runs.rows import read_training_rows

    best, source = peak()
    show("peak", f"{best / 1e12:.1f} TFLOP/s ({source})")
    kinds = [
        ("TinyLlama's shape, adapter", "tinyllama", str(shape), 4),
        ("135M, adapter", "tinyllama", wanted.model, 4),
        ("135M, all weights", "smollm2-gpu", wanted.model, 6),
    ]
    speed, tokens = 0.0, 0.0
    distinct = STEP * min(wanted.steps, len(read_training_rows(wanted.dataset, None)) // STEP)
    if not distinct:
        sys.exit(f"{wanted.dataset}: fewer than {STEP} training rows; a larger dataset would do")
    for number, (name, recipe, model, operations) in enumerate(kinds):
        out = scratch / f"speed-{number}"
        words = ["--dataset", wanted.dataset, "--model", model, "--recipe", recipe, "--out", out, "--max-len", 2048]
        words += ["--rows", distinct, "--epochs", wanted.steps * STEP / distinct, "--validation", 0]
        most = memory(partial(verb, "sft", *words))
        step, speed = steady(out)
        tokens = json.loads((out / "run.json").read_text())["result"]["tokens"] / (wanted.steps * STEP)
        weights = AutoModelForCausalLM.from_pretrained(find_model(model)).num_parameters()
        share = operations * weights * speed / best
        show(name, f"{speed:,.0f} tokens/s, {step:.3f} s a step, {most:.2f} GB, {share:.1%} of peak at {operations}N")
    return speed, tokens


def real(wanted: argparse.Namespace, scratch: Path, speed: float, tokens: float, seconds: float) -> None:
    """Train SmolLM2-135M on as many rows as the seconds allow, evaluate it, and show how many answers are right."""
    from finetune.runs.rows import read_training_rows

    rows = min(len(read_training_rows(wanted.dataset, None)), int(speed * seconds / tokens / wanted.epochs))
    if rows < STEP:
        show("a real training", f"left out: {seconds:.0f} s are too few for {STEP} rows")
        return
    out = scratch / "real"
    words = ["--model", wanted.model, "--recipe", "smollm2-gpu", "--out", out, "--max-len", 2048, "--validation", 0]
    verb("sft", "--dataset", wanted.dataset, *words, "--rows", rows, "--epochs", wanted.epochs)
    result = json.loads((out / "run.json").read_text())["result"]
    show(
        "a training of 135M, all weights",
        f"{rows} rows, {wanted.epochs:g} epochs, {result['tokens']:,} tokens in {result['seconds']:,.0f} s, "
        f"{result['tokens_per_second']:,.0f} tokens/s, last loss {result['final_loss']:.4f}",
    )
    limits = ["--limit", wanted.decode, "--max-new-tokens", wanted.new_tokens]
    together = ["--batch", wanted.decode]
    ways = {"decoding": together, "decoding with a static cache": [*together, "--static-cache"]}
    if find_spec("vllm"):
        ways["decoding with vLLM"] = ["--vllm"]
    for name, flags in ways.items():
        judged = scratch / name.replace(" ", "-")
        verb("eval", "--model", out, "--dataset", wanted.dataset, "--out", judged, *limits, *flags)
        made = [json.loads(line) for line in (judged / "predictions.jsonl").read_text().splitlines()]
        written = sum(row["tokens"] for row in made)
        show(name, f"{written / max(row['seconds'] for row in made):,.0f} tokens/s, {len(made)} rows together")
        right = json.loads((judged / "report.json").read_text())["overall"]["accuracy"]
        show("its evaluation", f"{right['hits']} of {right['rows']} right [{right['low']:.1%}, {right['high']:.1%}]")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    made.add_argument("--dataset", required=True, help="a dataset folder or a repository's name")
    made.add_argument("--seconds", type=int, default=480, help="the time of all measurements (default 480)")
    made.add_argument("--model", default="smollm2-135m", help="the model of the real training (default smollm2-135m)")
    made.add_argument("--steps", type=int, default=12, help="steps by which a speed is measured (default 12)")
    made.add_argument("--epochs", type=float, default=3, help="epochs of the real training (default 3)")
    made.add_argument("--decode", type=int, default=400, help="rows that are decoded together (default 400)")
    made.add_argument("--new-tokens", type=int, default=320, help="tokens of a completion (default 320)")
    made.add_argument(
        "--small", action="store_true", help="a tiny model in place of TinyLlama's shape, to try the script"
    )
    return made


def main(argv: list[str] | None = None) -> None:
    """Measure and print; end when the time is over, with the figures that are known."""
    wanted = parser().parse_args(argv)
    began = time.perf_counter()

    import torch

    from finetune.hardware.device import find_device

    def over(*_: object) -> None:
        sys.exit(f"{wanted.seconds} s are over; the figures above stand")

    signal.signal(signal.SIGALRM, over)
    signal.alarm(wanted.seconds)
    try:
        show("device", f"{torch.cuda.get_device_name() if torch.cuda.is_available() else 'no GPU'}, {find_device()}")
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            shape = scratch / "shape"
            count = write_model(wanted.model, shape, SMALL if wanted.small else SHAPE)
            show("TinyLlama's shape", f"{count:,} random weights")
            before, after = compare_launches(wanted.dataset, str(shape), scratch)
            what = "kernels" if torch.cuda.is_available() else "operations of torch, for want of kernels,"
            show("launches", f"{before:.2f} {what} a token in four passes with checkpointing, {after:.2f} in one pass")
            speed, tokens = speeds(wanted, shape, scratch)
            left = wanted.seconds * (1 - _FOR_EVALUATION) - (time.perf_counter() - began)
            real(wanted, scratch, speed, tokens, left)
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    main()
