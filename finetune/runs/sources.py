"""Reads the sources of datasets that a model is trained on, with their licences."""

from solver.licence import UNKNOWN, Licensed, dataset_sources, licensed

from .rows import ALIASES, hub_dataset, public_name


def sources_in(dataset: str) -> tuple[Licensed, ...]:
    """Return the sources of a dataset, as its recipe names them.

    Rows without a recipe are a source whose licence is unknown. A build that names no source and no licence is its
    builder's own, whom nothing keeps from publishing it.
    """
    found = dataset_sources(ALIASES.get(dataset, dataset))
    return found or (unlicensed(dataset, derivatives=None if found is None else True),)


def unlicensed(dataset: str, *, derivatives: bool | None = None) -> Licensed:
    """Return a dataset that states no licence, as a source."""
    return licensed(public_name(dataset, hub_dataset(dataset)), UNKNOWN, "", derivatives=derivatives)
