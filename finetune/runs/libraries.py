"""The training libraries: their installed versions, and names that only some of their versions have."""

from importlib import import_module
from importlib.metadata import requires, version
from importlib.util import find_spec
from typing import Any

from solver.refusal import InputError, did_you_mean

TRACKERS = {
    "none": (),
    "tensorboard": ("tensorboard", "tensorboardX"),
    "wandb": ("wandb",),
    "trackio": ("trackio",),
}
"""The places where a training may report its figures, with the modules one of which each needs."""
LIBRARIES = ("torch", "transformers", "peft", "trl", "accelerate")


def versions() -> dict[str, str]:
    """Return the installed version of every library."""
    return {name: version(name) for name in LIBRARIES}


def trackers(name: str) -> list[str]:
    """Return the trackers to report to; raise InputError if one is unknown or its library is not installed."""
    if name not in TRACKERS:
        raise InputError(f"report_to is {name}; {did_you_mean(name, TRACKERS)}")
    if TRACKERS[name] and not any(find_spec(module) for module in TRACKERS[name]):
        raise InputError(f"{name} is not installed; pip install {name}, or leave --report-to out")
    return [name] if TRACKERS[name] else []


def needed(path: str) -> Any:
    """Return an object of a library, given as `module:name`, that is not public or not in every version.

    Raise InputError naming the installed and the required version if the library does not have it.
    """
    module, _, name = path.partition(":")
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        library = module.partition(".")[0]
        refuse_missing(error)
        raise InputError(
            f"{library} {version(library)} is installed and has no {module}.{name}; install {requirement(library)}"
        ) from None
    return found


def refuse_missing(error: Exception) -> None:
    """Raise InputError if an error says that one of the libraries is not installed at all."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing in LIBRARIES:
        raise InputError(
            f"{missing} is not installed; pip install 'wirework[finetune]', or '.[finetune]' in a checkout"
        ) from None


def requirement(library: str) -> str:
    """Return the requirement that wirework's package metadata states for a library, such as `trl<2,>=1.16`."""
    stated = [line.partition(";")[0].strip() for line in requires("wirework") or []]
    return next(line for line in stated if line.startswith(library))
