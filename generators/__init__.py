"""Datasets from patterns and presets: `build(...)` makes one whose every row is proved, `stream(...)` yields its rows.

The sub-packages in their order, each importing only those before it: files, text, patterns, builder, imports, finished. The
modules that stand here are the command line, and may import all of them.

Imports solver, files, patterns and builder.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generators.builder.dataset import build, rebuild
    from generators.builder.stream import stream
    from generators.files.folder import Built

__all__ = ["Built", "build", "rebuild", "stream"]

_HOMES = {
    "Built": "generators.files.folder",
    "build": "generators.builder.dataset",
    "rebuild": "generators.builder.dataset",
    "stream": "generators.builder.stream",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `--help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)
