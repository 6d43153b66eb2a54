"""The licences of the data that a model was trained on: its card lists them, and its push heeds them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from finetune.models.adapter import records
from finetune.runs.folder import RUN, Run, run_of
from finetune.runs.sources import sources_in, unlicensed
from finetune.runs.trained import Trained
from solver.licence import UNKNOWN, Licensed, joint_licence, licensed, obstacles, remedies
from solver.refusal import InputError

_UNLISTED = licensed("data that no file of the model lists", UNKNOWN, "")


def data_sources(folder: Path) -> tuple[Licensed, ...]:
    """Return the sources of all rows that a model was trained on; a run of an earlier version names only its datasets."""
    recorded = Trained.read(folder).sources
    if recorded is not None:
        return recorded
    run = run_of(folder)
    if not (run / RUN).exists():
        return (_UNLISTED,)
    settings = Run.read(run).settings
    found = [one for part in settings.get("mix") or [settings] for one in _named(part)]
    base = Path(str(settings.get("model")))
    if settings.get("adapter"):
        found = [*data_sources(records(str(settings["adapter"]))), *found]
    elif (run_of(base) / RUN).exists():
        found = [*data_sources(base), *found]
    return tuple(dict.fromkeys(found))


def _named(part: dict[str, Any]) -> tuple[Licensed, ...]:
    """Return the sources of a dataset that run.json names; its licence is unknown if it is not there any more."""
    names = [str(name) for name in (part.get("dataset"), part.get("hub_dataset")) if name]
    for name in names:
        try:
            return sources_in(name)
        except InputError:
            continue
    return (unlicensed(names[0]),) if names else (_UNLISTED,)


def refuse_unlicensed(folder: Path, sources: Iterable[Licensed]) -> None:
    """Raise InputError if the licences of the training data do not allow anybody to publish a model of it."""
    sources = list(sources)
    found = obstacles(sources)
    if found:
        raise InputError(
            f"{folder}: may not be published, because of its training data: {'; '.join(found)}; "
            f"{remedies(sources)}; nothing was pushed"
        )


def joint(base: str | None, sources: Iterable[Licensed]) -> tuple[str | None, str | None]:
    """Return the licence of a model and its name as its card's metadata state it, from those of its base and of its training data.

    The Hub takes one identifier for a model, so several licences are `other`, with a name. None is stated if one is unknown.
    """
    licences = [base, *(one.licence for one in sources)]
    if base is None or UNKNOWN in licences:
        return None, None
    found = joint_licence([licensed("base", base, ""), *sources])
    return (found, None) if isinstance(found, str) else ("other", "-and-".join(found))
