"""Dataset cards and publishing: `write_card(DIR)` and `push_to_hub(DIR, "org/name")`.

`card` writes the page from `facts` and `plots`. `publish` commits a `release` to a `repository`, through a
`pull_request` where needed, and loads it back (`loading`).

Imports solver, files, text, patterns, builder, sources, grading and finished.
"""

from typing import Any

_HOMES = {"write_card": "card", "push_to_hub": "publish", "Pushed": "publish"}

__all__ = ["Pushed", "push_to_hub", "write_card"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `--help` stays fast."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(name)
