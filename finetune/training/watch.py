"""Watches a trainer: shows progress, writes one line of figures per step to log.jsonl, and stops cleanly at Ctrl-C and SIGTERM."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transformers import EarlyStoppingCallback, TrainerCallback

from finetune.hardware.memory import give_back
from finetune.runs import terminal
from finetune.runs.log import CURVES, HELD_OUT, LOGS, add_line, cut_log, read_log
from solver.command import Terminated

from .checks import VALIDATION

_EVERY = 20
"""The number of steps between two returns of memory, and between two lines of progress without a terminal."""
_INTERRUPTS: dict[int, type[KeyboardInterrupt]] = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
"""The exceptions that end a command after a signal."""


class Patience(EarlyStoppingCallback):  # type: ignore[misc]  # transformers ships no types
    """Stops training when validation rows show no progress; the figures of other checks are passed over."""

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float], **more: Any) -> None:
        """Compare a checkpoint with the best one."""
        if args.metric_for_best_model in metrics:
            super().on_evaluate(args, state, control, metrics, **more)


class Watch(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
    """Follows one training run and logs it in the run's folder."""

    def __init__(self, folder: Path, figures: tuple[str, ...], *, checked: bool = False):
        self.folder = folder
        self.figures = figures
        self.checked = checked
        self.stopped: int | None = None
        self.began = time.perf_counter()
        self.before = 0
        self.earlier_tokens, self.earlier_seconds = 0, 0.0
        self.bar: Any = None

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Start the progress bar at the run's step, and remove log lines that a resumed run will write again."""
        self.began = time.perf_counter()
        self.before = int(state.num_input_tokens_seen)
        kept = [line for line in read_log(self.folder) if line["step"] <= state.global_step]
        if terminal.first_process:
            for name in LOGS:
                cut_log(self.folder, state.global_step, name)
        if kept:
            self.earlier_tokens = int(kept[-1].get("num_tokens", 0))
            self.earlier_seconds = float(kept[-1]["seconds"])
        self.bar = terminal.bar("training", state.max_steps, state.global_step)
        if sys.stderr.isatty():
            self.bar.start()

    def on_log(self, _args: Any, state: Any, _control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """Log and show the figures of a step."""
        if not logs or "loss" not in logs:
            return
        # In a resumed run, TRL's token count continues for GRPO and restarts at 0 for supervised training.
        tokens = int(logs.get("num_tokens", 0)) - self.before
        now = time.perf_counter() - self.began
        speed = tokens / now if now else 0.0
        seconds = self.earlier_seconds + now
        line = {
            "step": state.global_step,
            "epoch": round(float(state.epoch or 0), 4),
            "seconds": round(seconds, 2),
            "num_tokens": self.earlier_tokens + tokens,
        }
        line |= {name: value for name, value in logs.items() if name not in line}
        if terminal.first_process:
            add_line(self.folder, line)
        shown = [f"{name} {float(logs[name]):.3f}" for name in self.figures if name in logs]
        text = "  ".join([*shown, f"{speed:,.0f} tokens/s"])
        self.bar.update(self.bar.task_ids[0], completed=state.global_step, figures=text)
        if not sys.stderr.isatty() and (state.global_step % _EVERY == 0 or state.global_step == state.max_steps):
            terminal.note(f"step {state.global_step} of {state.max_steps}  {text}  {seconds:,.0f} s")

    def on_evaluate(self, _args: Any, state: Any, _control: Any, metrics: dict[str, float], **_: Any) -> None:
        """Log and show the figures of a check."""
        name = next(key for key in metrics if key.endswith("_right")).removeprefix("eval_").removesuffix("_right")
        right, rows = int(metrics[f"eval_{name}_right"]), int(metrics[f"eval_{name}_rows"])
        loss = metrics.get(f"eval_{name}_loss")
        line: dict[str, Any] = {"step": state.global_step, "loss": None if loss is None else round(loss, 4)}
        line |= {"right": right, "rows": rows}
        if terminal.first_process:
            further = name != VALIDATION
            add_line(self.folder, {"dataset": name, **line} if further else line, CURVES if further else HELD_OUT)
        shown = "" if loss is None else f"loss {loss:.3f}, "
        terminal.note(
            f"{'held out' if name == VALIDATION else name}, step {state.global_step}: {shown}{right} of {rows} right"
        )

    def on_step_end(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
        """Return memory to the system now and then; after Ctrl-C or SIGTERM, save a checkpoint and stop."""
        if state.global_step % _EVERY == 0:
            give_back()
        if state.global_step >= state.max_steps:
            control.should_evaluate = self.checked
        if self.stopped:
            control.should_save = True
            control.should_training_stop = True

    def on_train_end(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
        """Remove the progress bar."""
        self.bar.stop()

    def refuse_to_finish(self, state: Any) -> None:
        """Raise KeyboardInterrupt if a signal ended training before its last step."""
        if self.stopped and state.global_step < state.max_steps:
            raise _INTERRUPTS[self.stopped]

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Make the first Ctrl-C or SIGTERM stop after the current step, and the second one at once."""

        def stop(number: int, _frame: object) -> None:
            if self.stopped:
                raise _INTERRUPTS[number]
            self.stopped = number
            terminal.note("stopping after this step; Ctrl-C again stops at once and keeps the last checkpoint")

        if threading.current_thread() is not threading.main_thread():  # no other one may handle signals
            yield
            return
        before = {number: signal.signal(number, stop) for number in _INTERRUPTS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
