"""Puts one question to a model: prints the trace as it is written, then the solver's steps and the answer."""

import sys
from pathlib import Path

from finetune.hardware.device import find_device
from finetune.hardware.memory import keep_memory
from finetune.models.adapter import find_adapter, load, named_base
from finetune.models.chat import prompt_ids
from finetune.runs import terminal
from finetune.runs.folder import trained_system_line
from solver.completion import extract
from solver.plurals import counted
from solver.refusal import Refusal
from solver.terminal import steps_table
from solver.text import read
from solver.turns import prompt

from .decode import Decoder


def ask(
    question: str,
    *,
    model: str | None = None,
    adapter: str | Path | None = None,
    max_new_tokens: int = 400,
    dtype: str = "auto",
    constrained: bool = False,
) -> bool:
    """Ask the question, print the trace and its solution, and return whether the trace runs."""
    keep_memory()
    device = find_device(dtype)
    weights = find_adapter(adapter)
    base = named_base(model, weights, device)
    terminal.say(f"model {base}{f' with {adapter}' if adapter else ''} on {device}")
    decoder = Decoder(*load(base, weights, device), max_new_tokens)
    asked = prompt(trained_system_line(weights or Path(base)), question)
    constraint = decoder.constraint(question) if constrained else None
    completion = decoder.stream(prompt_ids(decoder.tokenizer, asked), _show, constraint)
    print()
    if completion.truncated:
        terminal.say(f"cut after {counted(completion.tokens, 'token')}; raise --max-new-tokens")
    try:
        terminal.out.print(steps_table(read(extract(completion.text))))
    except Refusal as error:
        terminal.say(f"refused: {error}")
        return False
    return True


def _show(piece: str) -> None:
    sys.stdout.write(piece)
    sys.stdout.flush()
