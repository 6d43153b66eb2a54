"""Patterns and presets to datasets: `build(...)` makes one whose every row is proved."""

from typing import Any

__all__ = ["Built", "build"]


def __getattr__(name: str) -> Any:
    """Import the builder when it is first asked for, so that `--help` stays quick."""
    if name in __all__:
        from . import dataset

        return getattr(dataset, name)
    raise AttributeError(name)
