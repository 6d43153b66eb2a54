"""A run's folder: what it was told (run.json), its checkpoints, and the adapter it made."""

import json
import shlex
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from solver.refusal import InputError, did_you_mean

from . import terminal

RUN = "run.json"
ADAPTER = "adapter_config.json"
_VERSIONS = ("torch", "transformers", "peft", "trl", "accelerate")


@dataclass(frozen=True)
class Run:
    """The folder of a run, its settings, and what came of it."""

    folder: Path
    settings: dict[str, Any]
    result: dict[str, Any]

    @classmethod
    def begin(cls, folder: Path, settings: dict[str, Any], *, resume: bool) -> "Run":
        """Claim a folder for a run; raise InputError if it holds another one or an unfinished one not to be resumed.

        Of several processes that train together the first one does. A run that was finished has a result.
        """
        if not terminal.first_process:
            return cls.read(folder) if resume else cls(folder, settings, {})
        if (folder / RUN).exists():
            before = cls.read(folder)
            differs = next((key for key in settings if before.settings.get(key) != settings[key]), None)
            if not resume:
                raise InputError(f"{folder}: holds a run already; add --resume to go on, or choose another --out")
            if differs:
                raise InputError(
                    f"{folder}: was begun with {differs} {before.settings.get(differs)!r}, not {settings[differs]!r}; "
                    "resume with the same, or choose another --out"
                )
            return before
        if resume:
            raise InputError(f"{folder}: no run to resume in it; leave --resume out")
        claim(folder)
        run = cls(folder, settings, {})
        run.write()
        return run

    @classmethod
    def read(cls, folder: Path) -> "Run":
        """Return the run of a folder; raise InputError if there is none."""
        try:
            content = json.loads((folder / RUN).read_text(encoding="utf-8"))
            return cls(folder, content["settings"], content["result"])
        except FileNotFoundError:
            raise InputError(f"{folder}: no {RUN}, so no run of ours lies there") from None
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{folder / RUN}: cannot be read: {error!r}") from None

    def write(self) -> None:
        """Write run.json."""
        if not terminal.first_process:
            return
        content = {
            "settings": self.settings,
            "result": self.result,
            "versions": {name: version(name) for name in _VERSIONS},
            "python": sys.version.split()[0],
        }
        write_json(self.folder / RUN, content)

    def last_checkpoint(self) -> Path | None:
        """Return the newest whole checkpoint, or None."""
        found = [
            path
            for path in self.folder.glob("checkpoint-*")
            if (path / "trainer_state.json").exists() and path.name.partition("-")[2].isdigit()
        ]
        return max(found, key=lambda path: int(path.name.partition("-")[2]), default=None)


def claim(folder: Path) -> None:
    """Make an empty folder for what comes of a command; raise InputError if it holds something or cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder: {error.strerror}; choose another --out") from None
    if taken:
        raise InputError(f"{folder}: exists and holds something else; choose another --out")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file of JSON whole or not at all."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def command(argv: list[str]) -> str:
    """Return a command line of ours as it is typed."""
    return shlex.join(["python", "-m", "finetune", *argv])


def adapter_base(folder: Path) -> str:
    """Return the name of the model that an adapter was trained from; raise InputError where no adapter lies."""
    try:
        return str(json.loads((folder / ADAPTER).read_text(encoding="utf-8"))["base_model_name_or_path"])
    except FileNotFoundError:
        near = sorted(path.parent.name for path in folder.glob(f"*/{ADAPTER}"))
        hint = f"; {did_you_mean(folder.name, near)}" if near else ""
        raise InputError(f"{folder}: no adapter in it (no {ADAPTER}){hint}") from None
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder / ADAPTER}: cannot be read: {error!r}") from None
