"""Pages of datasets and their way to the Hub: `write_card(DIR)`, `push_to_hub(DIR, "org/name")`."""

from typing import Any

_HOMES = {"write_card": "card", "push_to_hub": "publish", "Pushed": "publish"}

__all__ = ["Pushed", "push_to_hub", "write_card"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that `--help` stays quick."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(name)
