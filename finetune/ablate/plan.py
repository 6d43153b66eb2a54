"""The content of an ablation: the arms to compare, their data, and the sets on which each arm is evaluated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PLACE = re.compile(r"\{([^{}]*)\}")
"""A folder in a command: that of data made before, or the file's own, `{here}`."""
HERE = "here"


@dataclass(frozen=True)
class Arm:
    """One way to train; what is None is as in the recipe or in the data."""

    name: str
    data: tuple[str, ...]
    model: str | None = None
    recipe: str | None = None
    sft: Mapping[str, Any] = field(default_factory=dict)
    max_len: int | None = None
    rows: int | None = None
    system: str | None = None
    cut: int | None = None
    seeds: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class EvaluationSet:
    """Rows on which every arm is evaluated."""

    name: str
    data: str
    split: str | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Plan:
    """The content of an ablation."""

    path: Path
    text: str
    commands: dict[str, list[str]]
    """The words of the commands that make data, by the data's name."""
    arms: tuple[Arm, ...]
    sets: tuple[EvaluationSet, ...]

    def named(self, data: str) -> tuple[str | None, str]:
        """Return the name of made data and what follows it: `svamp:0.3` is `svamp` and `:0.3`.

        The name is None for a folder, a file or a dataset on the Hub.
        """
        head, colon, weight = data.rpartition(":")
        if data in self.commands:
            return data, ""
        return (head, colon + weight) if head in self.commands else (None, data)

    def used(self) -> list[str]:
        """Return the names of the data that arms, sets and other commands use, in the order of the file."""
        texts = [text for arm in self.arms for text in arm.data] + [each.data for each in self.sets]
        wanted = {self.named(text)[0] for text in texts}
        for name in reversed(self.commands):  # a command refers to earlier ones
            if name in wanted:
                wanted |= {place for word in self.commands[name] for place in PLACE.findall(word)}
        return [name for name in self.commands if name in wanted]


def folder_name(name: str) -> str:
    """Return the name of the folder of an arm or a set."""
    return name.replace(" ", "-")
