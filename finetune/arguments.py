"""Checks the arguments of the Python functions as the parser checks flags, and refuses options that would do nothing."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from solver.endpoint import Endpoint
from solver.refusal import InputError

SAMPLING = ("temperature", "choose", "seed", "scorer")
"""Options of samples."""


def dataset_names(datasets: str | Path | Sequence[str | Path], argument: str = "datasets") -> list[str]:
    """Return the names of one dataset or several; raise InputError for anything else."""
    several = [datasets] if isinstance(datasets, str | Path) else datasets
    if not isinstance(several, Sequence) or not all(isinstance(each, str | Path) for each in several):
        raise InputError(f"{argument} is {datasets!r}; give the name or the path of a dataset, or a list of them")
    return [str(each) for each in several]


def check_counts(least: int = 1, **counts: int | None) -> None:
    """Raise InputError for an argument that is neither None nor a whole number from `least` on."""
    for name, value in counts.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise InputError(
                f"{name} is {value!r}; give a whole number {f'above {least - 1}' if least else 'from 0 on'}"
            )


def check_seed(seed: int | None) -> None:
    """Raise InputError for a seed that random generators do not take."""
    check_counts(0, seed=seed)
    if seed is not None and seed >= 2**32:
        raise InputError(f"seed is {seed}; give a whole number from 0 to {2**32 - 1}")


def check_temperature(temperature: float | None) -> None:
    """Raise InputError for a temperature at which nothing can be sampled."""
    if temperature is not None and (
        isinstance(temperature, bool) or not isinstance(temperature, int | float) or not 0 < temperature < 100
    ):
        raise InputError(f"temperature is {temperature!r}; give a number above 0, such as 0.7")


def check_endpoint(endpoint: Endpoint | None) -> None:
    """Raise InputError for anything but an endpoint, such as its address."""
    if endpoint is not None and not isinstance(endpoint, Endpoint):
        raise InputError(f"endpoint is {endpoint!r}; give the result of solver.endpoint.read_endpoint(ADDRESS, MODEL)")


def as_flag(name: str) -> str:
    """Return the flag of an argument.

    >>> as_flag("few_shot")
    '--few-shot'
    """
    return f"--{name.replace('_', '-')}"


def refuse_mixed(
    endpoint: bool,
    here: Mapping[str, object],
    there: Mapping[str, object],
    called: Callable[[str], str] = str,
) -> None:
    """Raise InputError for options of a local model (`here`) beside an endpoint, and of an endpoint (`there`) without one.

    `called` writes the name of an argument as its caller does.
    """
    for name in given_names(here if endpoint else there):
        option, beside = called(name), called("endpoint")
        raise InputError(
            f"{option} is for a model that runs here; leave out {option}, or {beside}"
            if endpoint
            else f"{option} is for a model at an endpoint; add {beside}, or leave it out"
        )
    if there["examples"] is not None and not there["few_shot"]:
        examples, shown = called("examples"), called("few_shot")
        raise InputError(f"{examples} is of {shown}; add {shown}, or leave it out")


def refuse_for_vllm(given: Mapping[str, object], called: Callable[[str], str] = str) -> None:
    """Raise InputError for an option that means nothing beside vLLM."""
    if given["vllm"]:
        for name in given_names({name: given[name] for name in ("batch", "static_cache", "nonnegative")}):
            raise InputError(f"{called('vllm')} goes without {called(name)}; leave one of them out")


def refuse_unsampled(given: Mapping[str, object], called: Callable[[str], str] = str) -> None:
    """Raise InputError for an option of samples where none are drawn."""
    if not given["samples"]:
        for name in given_names({name: given[name] for name in SAMPLING}):
            raise InputError(f"{called(name)} is of samples; add {called('samples')}, or leave it out")


def given_names(options: Mapping[str, object]) -> list[str]:
    """Return the names of the options with a value; None, off, and no samples or examples are those of omitted ones."""
    return [
        name
        for name, value in options.items()
        if value is not None and value is not False and not (name in ("samples", "few_shot") and value == 0)
    ]
