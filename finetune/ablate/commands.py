"""Makes the data of an ablation: runs commands of generators, each once, into folders that later calls take over."""

import shlex
import subprocess
import sys
from pathlib import Path

from finetune.runs import terminal
from finetune.runs.folder import write_json
from solver.command import pasted
from solver.files import read_json, read_text
from solver.refusal import InputError

from .plan import HERE, PLACE, Plan, folder_name

COMMANDS = "commands.json"
"""The file in an ablation's folder with the commands that made its data."""
_PATTERNS = "--as-patterns"
"""The option of `import` that writes a folder of patterns in place of a dataset."""


def make_data(plan: Plan, folder: Path) -> dict[str, Path]:
    """Make the data that a plan uses and has not made yet below a folder; return the folders of all by name.

    Raises InputError with the last line that a failed command printed.
    """
    record = folder / COMMANDS
    done = dict(read_json(read_text(record), str(record))) if record.exists() else {}
    folders: dict[str, Path] = {HERE: plan.path.parent}
    for name in plan.used():
        folders[name] = folder / "data" / folder_name(name)
        if name not in done:
            words = _filled(plan.commands[name], folders, folders[name])
            terminal.note(f"data {name}: {pasted('generators', *words)}")
            _run(name, words)
            if not folders[name].exists():
                raise InputError(f"data {name}: {pasted('generators', *words)} made no folder; correct the command")
            done[name] = plan.commands[name]
            write_json(record, done)
        elif done[name] != plan.commands[name]:
            before, now = shlex.join(done[name]), shlex.join(plan.commands[name])
            raise InputError(f"{folders[name]}: was made by {before}, not by {now}; choose another --out")
    return folders


def _filled(words: list[str], folders: dict[str, Path], folder: Path) -> list[str]:
    """Return the words of a command with all folders filled in, that of its own data too."""
    filled = [PLACE.sub(lambda place: str(folders[place[1]]), word) for word in words]
    if _PATTERNS not in filled:
        return [*filled, "--out", str(folder)]
    place = filled.index(_PATTERNS) + 1
    return [*filled[:place], str(folder), *filled[place:]]


def _run(name: str, words: list[str]) -> None:
    command = [sys.executable, "-m", "generators", *words]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - the user's own command line
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
        raise InputError(
            f"data {name}: {said[-1].removeprefix('error: ')}; the command was {pasted('generators', *words)}"
        )
