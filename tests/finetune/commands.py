"""The words of short commands, and what their runs logged."""

import json

ZEPHYR = "<|system|>\n{}</s>\n<|user|>\n{}</s>\n<|assistant|>\n"


def sft(dataset, model, out, *more):
    """Return the words of a short training command."""
    words = ["sft", "--dataset", dataset, "--model", model, "--recipe", "smollm2", "--out", out, "--dtype", "float32"]
    words += ["--epochs", 2, "--batch", 4, "--max-len", 2048, "--lr", "0.01", "--save-every", 4, *more]
    return [str(word) for word in words]


def losses(folder):
    """Return the losses that a run logged, by step."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return {line["step"]: line["loss"] for line in lines}
