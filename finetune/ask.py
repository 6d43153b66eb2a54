"""One question to a model: the trace as it is written, then the solver's steps and the answer."""

import sys
from pathlib import Path

from solver.refusal import Refusal
from solver.terminal import steps_table
from solver.text import extract, read

from . import terminal
from .adapter import load, named_base
from .chat import prompt_ids
from .decode import Completion, Decoder
from .device import find_device
from .run import RUN, Run

SYSTEM = "You are a helpful assistant with access to the following experts: entity_track, arithmetic, rate_equation, comparison, percentage"
"""The one line of the seed (P7), for a model that no run of ours made."""


def ask(
    question: str,
    *,
    model: str | None = None,
    adapter: Path | None = None,
    max_new_tokens: int = 400,
    dtype: str = "auto",
) -> bool:
    """Put a question, print the trace and what it comes to; return whether the trace runs."""
    device = find_device(dtype)
    base = named_base(model, adapter, device)
    terminal.say(f"model {base}{f' with {adapter}' if adapter else ''} on {device}")
    decoder = Decoder(*load(base, adapter, device), max_new_tokens)
    messages = [("system", system_prompt(adapter or Path(base))), ("user", question)]
    ids = prompt_ids(decoder.tokenizer, [{"role": role, "content": said} for role, said in messages if said])
    made: Completion | None = None
    for piece in decoder.stream(ids):
        if isinstance(piece, Completion):
            made = piece
        else:
            sys.stdout.write(piece)
            sys.stdout.flush()
    print()
    text = made.text if made else ""
    if made and made.truncated:
        terminal.say(f"cut after {made.tokens} tokens; --max-new-tokens gives it more")
    try:
        terminal.out.print(steps_table(read(extract(text))))
    except Refusal as error:
        terminal.say(f"refused: {error}")
        return False
    return True


def system_prompt(folder: Path) -> str:
    """Return what a run's rows had as their system prompt."""
    return str(Run.read(folder).settings.get("system", SYSTEM)) if (folder / RUN).exists() else SYSTEM
