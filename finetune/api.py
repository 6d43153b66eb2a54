"""The Python functions of training and evaluating; the command line calls them. Heavy libraries are imported when they run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.files import local
from solver.refusal import InputError

if TYPE_CHECKING:
    from finetune.runs.folder import Run
    from solver.endpoint import Endpoint


def train(
    datasets: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    model: str | Path | None = None,
    recipe: str | Path | None = None,
    eval_datasets: Sequence[str | Path] = (),
    rows: int | None = None,
    system_prompts: str = "same",
    seed: int = 0,
    max_len: int | None = None,
    dtype: str = "auto",
    report_to: str = "none",
    resume: bool = False,
    **options: float | str,
) -> "Run":
    """Train an adapter on one dataset or a mix, and return its run: folder, settings and result.

    `recipe` is the name or the file of a recipe, by default the one for this device; `options` replace its values, as in
    `lr=1e-3`. Raises InputError for anything the caller can correct.
    """
    from finetune.hardware.device import find_device
    from finetune.judge.held_out import count_right
    from finetune.models.base_model import default_model
    from finetune.runs import terminal
    from finetune.training import sft
    from finetune.training.recipe import recipe_for, with_options

    device = find_device(dtype)
    read = recipe_for(device.name, recipe)
    base = str(model or read.model or default_model(device))
    terminal.say(f"model {base} on {device}{'' if model or recipe else ', the default for this device'}")
    return sft.train(
        _texts(datasets),
        base,
        with_options(read.sft, options),
        local(out),
        max_len=max_len or read.max_len,
        eval_datasets=[str(dataset) for dataset in eval_datasets],
        rows=rows,
        system_prompts=system_prompts,
        seed=seed,
        dtype=dtype,
        report_to=report_to,
        resume=resume,
        score=count_right,
    )


@dataclass(frozen=True)
class Evaluated:
    """The evaluation of one dataset: its folder, and the content of its report.json."""

    dataset: str
    folder: Path
    report: dict[str, Any]

    @property
    def rows(self) -> int:
        """The number of decoded rows."""
        return int(self.report["decoded"])

    @property
    def right(self) -> int:
        """The number of rows with the right answer, by the right expert where one is expected."""
        return int(self.report["overall"]["accuracy"]["hits"])

    @property
    def accuracy(self) -> float:
        """The share of right rows."""
        return self.right / self.rows


def evaluate(
    datasets: str | Path | Sequence[str | Path],
    out: str | Path | None = None,
    *,
    adapter: str | Path | None = None,
    model: str | Path | None = None,
    split: str | None = None,
    limit: int | None = None,
    max_new_tokens: int = 400,
    batch: int = 128,
    dtype: str = "auto",
    constrained: bool = False,
    samples: int = 0,
    temperature: float = 0.7,
    choose: str | None = None,
    scorer: str | Path | None = None,
    seed: int = 0,
    endpoint: "Endpoint | None" = None,
    few_shot: int = 0,
    examples: str | None = None,
    workers: int = 4,
) -> list[Evaluated]:
    """Decode rows of each dataset, judge them with the solver, write the reports, and return them in the same order.

    The model is loaded once, or asked at an `endpoint`, several `workers` at a time and with `few_shot` training rows of the
    dataset, or of `examples`, before each question. With `samples`, as many are drawn for each row at a `temperature`, and
    `choose` names the way to choose one, or `scorer` the folder of a scorer. `out` is the folder of the evaluation, or, of several datasets, the folder that
    holds theirs; by default they stand beside the adapter. Raises InputError for anything the caller can correct.
    """
    from finetune.judge import evaluate as judge
    from finetune.judge.choose import DEFAULT
    from finetune.judge.remote import evaluate_endpoint
    from finetune.judge.report import make_report
    from finetune.models.adapter import load
    from finetune.models.verdicts import SCORER
    from finetune.runs.rows import splits_of

    names = _texts(datasets)
    _refuse_mixed(
        endpoint,
        {"adapter": adapter, "constrained": constrained, "samples": samples, "scorer": scorer},
        {"few_shot": few_shot, "examples": examples},
    )
    if endpoint:
        run = partial(
            evaluate_endpoint, endpoint=endpoint, limit=limit, few_shot=few_shot, examples=examples, workers=workers
        )
    else:
        run = partial(
            judge.evaluate,
            model=None if model is None else str(model),
            adapter=adapter,
            limit=limit,
            max_new_tokens=max_new_tokens,
            batch=batch,
            dtype=dtype,
            constrained=constrained,
            samples=samples,
            temperature=temperature,
            choose=choose or (SCORER if scorer else DEFAULT),
            scorer=None if scorer is None else local(scorer),
            seed=seed,
            load=cache(load),
        )
    steps = [
        partial(run, dataset, place, split=part, label=label)
        for dataset, (place, label), part in zip(
            names, _folders(names, None if out is None else local(out)), splits_of(names, split), strict=True
        )
    ]
    if len(steps) > 1:  # a fault of the last dataset is told before the first is decoded
        for step in steps:
            step(only_check=True)
    found = []
    for dataset, step in zip(names, steps, strict=True):
        folder = step()
        found.append(Evaluated(dataset, folder, make_report(folder)))
    return found


def _refuse_mixed(endpoint: "Endpoint | None", here: dict[str, Any], there: dict[str, Any]) -> None:
    """Raise InputError for options of a local model beside an endpoint, and for options of an endpoint without one."""
    for name, value in (here if endpoint else there).items():
        if value:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(
                f"{flag} is for a model that runs here; leave out {flag}, or --endpoint"
                if endpoint
                else f"{flag} is for a model at an endpoint; add --endpoint, or leave it out"
            )


def _texts(datasets: str | Path | Sequence[str | Path]) -> list[str]:
    """Return the names of one dataset or several; raise InputError if there is none."""
    names = [str(datasets)] if isinstance(datasets, str | Path) else [str(dataset) for dataset in datasets]
    if not names:
        raise InputError("no dataset; name one or several")
    return names


def _folders(datasets: list[str], out: Path | None) -> list[tuple[Path | None, str]]:
    """Return the folder of each evaluation, None for the usual one, and the label that its usual name has."""
    from finetune.runs.rows import labels

    named = labels(datasets)
    if out is None or len(datasets) == 1:
        return [(out, label) for label in named]
    return [(out / f"eval-{label}", label) for label in named]
