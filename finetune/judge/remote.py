"""Evaluates a model behind an OpenAI-compatible endpoint: its answers become predictions like any other model's.

It writes the same folder as the evaluation of a local model. `answers.jsonl` has every answer, so that none is paid twice.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from finetune.models.ways import way_name
from finetune.runs import terminal
from finetune.runs.folder import removed_if_empty, trained_system_line, write_json, writing
from finetune.runs.rows import content_hash, hub_dataset, read_rows, read_training_rows, reading_of, split_of
from finetune.runs.trained import NEW, UNKNOWN, Trained
from solver.endpoint import Client, Endpoint, Message, Prompt, Reply, refuse_without_openai
from solver.grammar import grammar, numbers_for
from solver.journal import Journal
from solver.plurals import counted
from solver.refusal import InputError

from .evaluate import (
    PREDICTIONS,
    SETTINGS,
    Evaluation,
    finished_rows,
    folder_name,
    home_of,
    refuse_occupied,
    refuse_repeated_ids,
)

ANSWERS = "answers.jsonl"


def evaluate_endpoint(
    dataset: str,
    folder: Path | None,
    endpoint: Endpoint,
    *,
    split: str | None = None,
    limit: int | None = None,
    few_shot: int = 0,
    examples: str | None = None,
    workers: int = 4,
    constrained: bool = False,
    below: Path | None = None,
    label: str | None = None,
    only_check: bool = False,
) -> Path:
    """Ask for the rows that have no prediction yet and return the evaluation's folder; raise InputError on bad input.

    `few_shot` training rows of the dataset, or of `examples`, stand before each question as turns of the conversation.
    With `constrained`, each question is sent with its grammar, which vLLM heeds.
    See `evaluate` for `below`, `label` and `only_check`.
    """
    split = split_of(dataset, split, "test")
    system = trained_system_line(Path(endpoint.model))
    table = read_rows(dataset, split, limit, system)
    refuse_repeated_ids(dataset, table)
    rows = table.select(["id", "prompt", "question"]).to_pylist()
    turns = read_examples(examples or dataset, few_shot, rows)
    settings = Evaluation(
        model=endpoint.model,
        adapter=None,
        weights=None,
        dataset=dataset,
        split=split,
        rows=len(table),
        content=content_hash(table),
        max_new_tokens=endpoint.max_tokens or 0,
        dtype="",
        system=system,
        hub_dataset=hub_dataset(dataset),
        constrained=constrained,
        endpoint=endpoint.url,
        endpoint_temperature=endpoint.temperature,
        few_shot=few_shot,
        examples=_hash(turns) if turns else "",
    )
    kinds = (f"{few_shot}-shot" if few_shot else None, way_name(constrained) if constrained else None)
    folder = folder or (below or home_of(endpoint.model, None)) / folder_name(dataset, label, split, *kinds)
    refuse_without_openai()
    if only_check:
        refuse_occupied(folder, settings)
        return folder
    with removed_if_empty(folder), writing(folder, "decoded into"):
        done = finished_rows(folder, settings)
        lacking = [row for row in rows if row["id"] not in done]
        if lacking:
            faults = _ask(
                Client(endpoint, Journal(folder / ANSWERS), workers=workers), lacking, turns, folder, settings
            )
            if faults:
                told = f"{counted(len(faults), 'row')} without an answer, the first because of: {faults[0]}"
                if len(faults) == len(rows):
                    raise InputError(f"{endpoint.url}: {told}; see what its server says, and run the command again")
                terminal.note(f"note: {told}; the same command asks again")
    return folder


def read_examples(dataset: str, count: int, rows: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Return the turns of training rows that are none of the evaluated `rows`: one of each expert in turn, drawn by id."""
    if not count:
        return []
    found = read_training_rows(dataset, None).select(["id", "question", "expert", "prompt", "completion"]).to_pylist()
    claims = Trained.of_rows(rows).claims(found)
    new = sorted((row for row in found if claims[row["id"]] == NEW), key=lambda row: _hash(row["id"]))
    if len(new) < count:
        raise InputError(
            f"{dataset}: has {counted(len(new), 'training row')} that are not evaluated, fewer than --few-shot {count}"
        )
    experts = {row["expert"]: [each for each in new if each["expert"] == row["expert"]] for row in new}
    drawn = islice(filter(None, chain.from_iterable(zip_longest(*experts.values()))), count)
    return [message for row in drawn for message in [*row["prompt"], *row["completion"]] if message["role"] != "system"]


def with_examples(prompt: Sequence[Message], turns: Sequence[Message]) -> tuple[Message, ...]:
    """Return a prompt with turns of examples behind its system message."""
    first = sum(message["role"] == "system" for message in prompt)
    return (*prompt[:first], *turns, *prompt[first:])


def spent(predictions: Iterable[Mapping[str, Any]]) -> dict[str, int | None]:
    """Return the tokens of all completions and prompts; None for those that some prediction does not tell."""
    lines = list(predictions)
    told = {"completion": "tokens", "prompt": "prompt_tokens"}
    return {
        name: None if any(line.get(key) is None for line in lines) else sum(line[key] for line in lines)
        for name, key in told.items()
    }


def spent_line(tokens: Mapping[str, int | None] | None) -> str:
    """Return the sentence on the tokens of an evaluation; empty if they are not known.

    >>> spent_line({"completion": 1200, "prompt": 3000})
    '1,200 tokens written, 3,000 tokens of prompts read'
    """
    written, read = (tokens or {}).get("completion"), (tokens or {}).get("prompt")
    if written is None:
        return ""
    return f"{counted(written, 'token')} written" + (
        "" if read is None else f", {counted(read, 'token')} of prompts read"
    )


def _ask(
    client: Client, rows: list[dict[str, Any]], turns: list[Message], folder: Path, settings: Evaluation
) -> list[str]:
    """Ask for rows, append each prediction as soon as its answer is there, and return the faults of those without one.

    The settings are written with the first answer: an endpoint that gives none leaves the folder to another command.
    """
    reading = reading_of(settings.dataset)
    asked: dict[str, list[str]] = {}
    prompts: dict[str, Prompt] = {}
    for row in rows:
        written = grammar(numbers_for(row["question"], reading), "gbnf") if settings.constrained else ""
        prompt = Prompt(with_examples(row["prompt"], turns), grammar=written)
        name = prompt.request(client.endpoint)
        prompts[name] = prompt
        asked.setdefault(name, []).append(row["id"])
    faults: list[str] = []
    began = time.perf_counter()
    with terminal.bar("asking", len(rows)) as bar:

        def take(prompt: Prompt, reply: Reply) -> None:
            ids = asked[prompt.request(client.endpoint)]
            if reply.fault:
                faults.extend([reply.fault] * len(ids))
            else:
                if not (folder / SETTINGS).exists():
                    write_json(folder / SETTINGS, asdict(settings))
                with (folder / PREDICTIONS).open("a", encoding="utf-8") as file:
                    file.writelines(_line(name, reply, time.perf_counter() - began) for name in ids)
            bar.advance(bar.task_ids[0], len(ids))

        client.ask(prompts.values(), take)
    return faults


def _line(name: str, reply: Reply, seconds: float) -> str:
    line = {
        "id": name,
        "trained": UNKNOWN,
        "completion": reply.text,
        "tokens": reply.tokens,
        "prompt_tokens": reply.prompt_tokens,
        "truncated": reply.cut,
        "seconds": round(seconds, 2),
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
