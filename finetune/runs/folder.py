"""The folder of a training run: its settings and result (run.json), its checkpoints and its adapter."""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from solver.command import pasted
from solver.experts import system_line
from solver.files import read_json, read_text
from solver.lock import LOCK, only_writer, writer
from solver.plurals import counted
from solver.refusal import InputError

from . import terminal
from .libraries import versions

RUN = "run.json"
ADAPTER = "adapter_config.json"
CONTENT = "content"
"""The setting with a hash of the training rows; runs of earlier versions did not record one."""


@dataclass(frozen=True)
class Run:
    """The folder of a run, its settings, and its result; the result is empty until the run is finished."""

    folder: Path
    settings: dict[str, Any]
    result: dict[str, Any]

    @classmethod
    def begin(
        cls, folder: Path, settings: dict[str, Any], *, resume: bool, usual: Mapping[str, Any] = MappingProxyType({})
    ) -> "Run":
        """Start a run in an empty folder, or return the run to resume; raise InputError if the folder does not fit.

        `usual` has the values of settings that a run of an earlier version had without recording them. Only the first of
        several processes that train together writes to the folder.
        """
        if not terminal.first_process:
            return cls.read(folder) if resume else cls(folder, settings, {})
        cls.check(folder, settings, resume=resume, usual=usual)
        if resume:
            return cls.read(folder)
        claim(folder)
        run = cls(folder, settings, {})
        run.write()
        return run

    @classmethod
    def check(
        cls, folder: Path, settings: dict[str, Any], *, resume: bool, usual: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """Raise InputError if a run with these settings, some or all, can neither begin nor go on in a folder."""
        if not (folder / RUN).exists():
            if resume:
                raise InputError(f"{folder}: no run to resume in it; leave --resume out")
            refuse_taken(folder)
            return
        recorded = {**usual, **cls.read(folder).settings}
        recorded.setdefault(CONTENT, settings.get(CONTENT))
        changed = [key for key in settings if recorded.get(key) != settings[key]]
        if not resume:
            raise InputError(f"{folder}: holds a run already; add --resume to go on, or choose another --out")
        if CONTENT in changed and set(changed) <= {CONTENT, "rows"}:
            rows = recorded["rows"]
            count = "other rows" if rows == settings["rows"] else f"{counted(rows, 'row')}, not {settings['rows']:,},"
            by_flag = f" (--rows {rows}, if that was given)" if rows < settings["rows"] else ""
            raise InputError(
                f"{folder}: was begun with {count} of {recorded['dataset']}; resume with the same rows{by_flag}, "
                "or choose another --out"
            )
        changed = [key for key in changed if key != CONTENT]  # other settings tell why the rows differ
        if changed:
            first = changed[0]
            raise InputError(
                f"{folder}: was begun with {first} {recorded.get(first)!r}, not {settings[first]!r}; "
                f"resume with {_flags({key: recorded.get(key) for key in changed})}, or choose another --out"
            )

    @classmethod
    def read(cls, folder: Path) -> "Run":
        """Return the run in a folder; raise InputError if there is none."""
        path = folder / RUN
        if not path.exists():
            raise InputError(f"{folder}: no {RUN} in it, so it is not the folder of a run")
        content = read_json(read_text(path), str(path))
        try:
            return cls(folder, content["settings"], content["result"])
        except (KeyError, TypeError):
            raise InputError(
                f"{path}: it has no settings and result, so it is not of a run; choose another folder"
            ) from None

    def with_settings(self, **more: Any) -> "Run":
        """Return the run with further settings, which a resumed run reads and need not repeat; write them."""
        run = replace(self, settings=self.settings | more)
        run.write()
        return run

    def write(self) -> None:
        """Write run.json."""
        if not terminal.first_process:
            return
        content = {
            "settings": self.settings,
            "result": self.result,
            "versions": versions(),
            "python": sys.version.split()[0],
        }
        write_json(self.folder / RUN, content)

    def last_checkpoint(self) -> Path | None:
        """Return the newest complete checkpoint, or None."""
        found = [
            path
            for path in self.folder.glob("checkpoint-*")
            if path.name.partition("-")[2].isdigit() and _whole(path / "trainer_state.json")
        ]
        return max(found, key=lambda path: int(path.name.partition("-")[2]), default=None)


def _flags(settings: Mapping[str, Any]) -> str:
    """Return the flags that give settings their recorded values, or a general phrase where no flag can.

    >>> _flags({"lr": 0.01, "full": True, "dataset": "data/a + data/b:0.3"})
    '--lr 0.01 --full true --dataset data/a --dataset data/b:0.3'
    """
    words = []
    for key, value in settings.items():
        values = {"dataset": str(value).split(" + "), "eval_datasets": value}.get(key, [value])
        if key in ("verb", "mix", "system", "hub_dataset") or not values or None in values:
            return "the same settings"
        for each in values:
            written = str(each).lower() if isinstance(each, bool) else str(each)
            words += [f"--{key.removesuffix('s') if key == 'eval_datasets' else key}".replace("_", "-"), written]
    return shlex.join(words)


def unfinished_run(folder: Path) -> str | None:
    """Return what is told of a folder whose training is not finished, with what would do; None for any other folder."""
    if not (folder / RUN).exists() or (run := Run.read(folder)).result:
        return None
    last, verb = run.last_checkpoint(), run.settings.get("verb", "sft")
    todo = "wait until it ends" if writer(folder) else f"go on with the same {verb} command and --resume"
    return f"its training is not finished; {todo}{f', or take its last checkpoint: {last}' if last else ''}"


def run_of(folder: Path) -> Path:
    """Return the folder of the run that an adapter or a model is from: for a checkpoint, the one around it."""
    inside = folder.name.startswith("checkpoint-") and not (folder / RUN).exists() and (folder.parent / RUN).exists()
    return folder.parent if inside else folder


def trained_system_line(folder: Path) -> str:
    """Return the system prompt that a run was trained with; for a model without a run, the line of all experts."""
    default, folder = system_line(), run_of(folder)
    return str(Run.read(folder).settings.get("system", default)) if (folder / RUN).exists() else default


def _whole(state: Path) -> bool:
    """Return whether the last file of a checkpoint was written to its end; a full disk leaves half of it."""
    try:
        return isinstance(json.loads(state.read_bytes()), dict)
    except (OSError, ValueError):
        return False


@contextmanager
def writing(folder: Path, doing: str = "written") -> Iterator[None]:
    """Hold the lock of a folder while a command writes into it; of several processes the first holds it.

    Raises InputError if another process writes there, or if the folder cannot be made. `doing` is the participle of the
    message: "is being trained by pid 12".
    """
    if not terminal.first_process:
        yield
        return
    refuse_written(folder, doing)
    with ExitStack() as stack:
        try:
            stack.enter_context(only_writer(folder))
        except OSError as error:
            raise InputError(f"{folder}: cannot be made a folder: {error.strerror}; choose another --out") from None
        yield


def refuse_written(folder: Path, doing: str = "written") -> None:
    """Raise InputError if another process writes into a folder; `doing` is the participle of the message."""
    holder = writer(folder)
    if holder:
        raise InputError(
            f"{folder}: is being {doing} by {holder.replace('process', 'pid', 1)}; wait until it ends, or choose another --out"
        )


@contextmanager
def removed_if_empty(folder: Path) -> Iterator[None]:
    """Remove a folder that a command made, if it ends before it has written anything there."""
    there = folder.exists()
    try:
        yield
    finally:
        if not there and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def claim(folder: Path) -> None:
    """Make an empty folder for a command's output; raise InputError if it is not empty or cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder: {error.strerror}; choose another --out") from None
    refuse_taken(folder)


def refuse_taken(folder: Path) -> None:
    """Raise InputError if a folder is not empty; one that is not there is."""
    try:
        taken = folder.exists() and any(path.name != LOCK for path in folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder: {error.strerror}; choose another --out") from None
    if taken:
        raise InputError(f"{folder}: exists and holds something else; choose another --out")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file completely or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def command(argv: list[str]) -> str:
    """Return the command line to type for these arguments."""
    return pasted("finetune", *argv)
