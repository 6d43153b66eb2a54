"""Builds datasets from patterns and presets: `build(...)` writes one and proves every row, `stream(...)` yields its rows.

The sub-packages, each of which imports only those before it: files, text, patterns, builder, imports, finished. The
modules in this folder are the command line, and may import all of them.

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
    """Import a public name on first use, so that `--help` is fast."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)
