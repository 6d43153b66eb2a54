"""The training libraries and their installed versions."""

from importlib.metadata import version

LIBRARIES = ("torch", "transformers", "peft", "trl", "accelerate")


def versions() -> dict[str, str]:
    """Return the installed version of every library."""
    return {name: version(name) for name in LIBRARIES}
