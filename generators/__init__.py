"""Patterns and presets to datasets: `build(...)` makes one whose every row is proved, `stream(...)` its rows alone."""

from typing import Any

__all__ = ["Built", "build", "stream"]


def __getattr__(name: str) -> Any:
    """Import the builder when it is first asked for, so that `--help` stays quick."""
    if name not in __all__:
        raise AttributeError(name)
    if name == "stream":
        from generators.builder.stream import stream

        return stream
    from .builder import dataset

    return getattr(dataset, name)
