"""Watches a trainer: progress bar, one line of figures a step in log.jsonl, and a clean stop at Ctrl-C."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from . import terminal
from .log import LOG, read_log
from .memory import give_back

_EVERY = 20
"""Steps after which memory is given back, and a line is told where there is no terminal to draw a bar on."""


class Watch(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
    """Follows one training run and writes what it sees into the run's folder."""

    def __init__(self, folder: Path, figures: tuple[str, ...]):
        self.folder = folder
        self.figures = figures
        self.stopped = False
        self.began = time.perf_counter()
        self.tokens = self.before = 0
        self.bar: Any = None

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Start the bar where the run is, and forget lines of the log that a resumed run will write again."""
        self.began = time.perf_counter()
        self.before = int(state.num_input_tokens_seen)
        if terminal.first_process:
            path = self.folder / LOG
            kept = [line for line in read_log(self.folder) if line["step"] <= state.global_step]
            path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
        self.bar = terminal.bar("training", state.max_steps, state.global_step)
        if sys.stderr.isatty():
            self.bar.start()

    def on_log(self, _args: Any, state: Any, _control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """Note the figures of a step."""
        if not logs or "loss" not in logs:
            return
        # where a run is resumed TRL counts on with reinforcement, and from 0 with supervised training
        self.tokens = int(logs.get("num_tokens", 0)) - self.before
        seconds = time.perf_counter() - self.began
        speed = self.tokens / seconds if seconds else 0.0
        line = {"step": state.global_step, "epoch": round(float(state.epoch or 0), 4), "seconds": round(seconds, 2)}
        line |= {name: value for name, value in logs.items() if name not in line}
        if terminal.first_process:
            with (self.folder / LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        shown = [f"{name} {float(logs[name]):.3f}" for name in self.figures if name in logs]
        text = "  ".join([*shown, f"{speed:,.0f} tokens/s"])
        self.bar.update(self.bar.task_ids[0], completed=state.global_step, figures=text)
        if not sys.stderr.isatty() and (state.global_step % _EVERY == 0 or state.global_step == state.max_steps):
            terminal.note(f"step {state.global_step} of {state.max_steps}  {text}  {seconds:,.0f} s")

    def on_step_end(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
        """Give memory back now and then, and stop with a checkpoint once Ctrl-C was pressed."""
        if state.global_step % _EVERY == 0:
            give_back()
        if self.stopped:
            control.should_save = True
            control.should_training_stop = True

    def on_train_end(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
        """Take the bar away."""
        self.bar.stop()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let the first Ctrl-C stop after the step in hand, and the second at once."""

        def stop(*_: object) -> None:
            if self.stopped:
                raise KeyboardInterrupt
            self.stopped = True
            terminal.note("stopping after this step; Ctrl-C again stops at once and keeps the last checkpoint")

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
