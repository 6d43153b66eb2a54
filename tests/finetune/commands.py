"""Short commands, the logs of their runs, and evaluations written by hand."""

import json
from dataclasses import replace

from finetune.judge.completion import Completion
from finetune.judge.evaluate import PREDICTIONS, SETTINGS, Evaluation, read_predictions, read_settings
from finetune.judge.sampled import prediction_fields
from finetune.runs.rows import content_hash, read_rows
from solver.grounding import Reading
from solver.text import fence

ZEPHYR = "<|system|>\n{}</s>\n<|user|>\n{}</s>\n<|assistant|>\n"


def sft(dataset, model, out, *more):
    """Return the words of a short training command."""
    words = ["sft", "--dataset", dataset, "--model", model, "--recipe", "smollm2", "--out", out, "--dtype", "float32"]
    words += ["--epochs", 2, "--batch", 4, "--max-len", 2048, "--lr", "0.01", "--save-every", 4, "--validation", 0]
    words += ["--threads", 1]
    words, given = [str(word) for word in words], [str(word) for word in more]
    while given:
        flag = given.pop(0)
        value = [given.pop(0)] if given and not given[0].startswith("--") else []
        if flag in words:  # an option is given once
            del words[words.index(flag) : words.index(flag) + 1 + len(value)]
        words += [flag, *value]
    return words


def evaluation(adapter, dataset, *more):
    """Return the words of an evaluation in float32."""
    words = ["eval", "--adapter", adapter, "--dataset", dataset, "--dtype", "float32", *more]
    return [str(word) for word in words]


def losses(folder):
    """Return the losses that a run logged, by step."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return {line["step"]: line["loss"] for line in lines}


def predict(folder, dataset, change):
    """Write an evaluation by hand: every row's gold completion, changed by `change(row, text)`."""
    table = read_rows(str(dataset), "test")  # which a file of rows does not heed
    rows = table.to_pylist()
    settings = Evaluation("tiny", None, None, str(dataset), "test", len(rows), content_hash(table), 400, "float32")
    folder.mkdir()
    (folder / SETTINGS).write_text(json.dumps(settings.__dict__))
    lines = []
    for row in rows:
        text = change(row, fence(row["trace"] or ""))
        lines.append(
            {"id": row["id"], "completion": text, "tokens": 100, "truncated": not text.endswith("```"), "seconds": 1.0}
        )
    (folder / PREDICTIONS).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return rows


def predict_samples(folder, dataset, completions):
    """Write an evaluation with samples by hand; `completions(place, gold)` returns the greedy text and the samples."""
    rows = predict(folder, dataset, lambda row, text: text)
    lines = []
    for place, line in enumerate(read_predictions(folder).values()):
        texts = completions(place, line["completion"])
        made = [Completion(text, 10, truncated=False, logprob=-1.0 - number) for number, text in enumerate(texts)]
        fields = prediction_fields(made, rows[place]["question"], Reading(), "vote") | {"seconds": place + 1.0}
        lines.append(json.dumps(line | fields) + "\n")
    settings = replace(read_settings(folder), samples=len(texts) - 1, temperature=0.7, choose="vote")
    (folder / SETTINGS).write_text(json.dumps(settings.__dict__))
    (folder / PREDICTIONS).write_text("".join(lines))
