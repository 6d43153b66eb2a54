"""The Python functions of training and evaluating; the command line calls them. Heavy libraries are imported when they run."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetune.models.ways import NONNEGATIVE, Way
from solver.files import local
from solver.refusal import InputError

from .arguments import (
    check_counts,
    check_endpoint,
    check_seed,
    check_temperature,
    dataset_names,
    refuse_for_vllm,
    refuse_mixed,
    refuse_unsampled,
)

if TYPE_CHECKING:
    from finetune.runs.folder import Run
    from solver.endpoint import Endpoint


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide warnings of the libraries about their own defaults, which no caller of ours can change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


@_quiet()
def train(
    datasets: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    model: str | Path | None = None,
    recipe: str | Path | None = None,
    eval_datasets: str | Path | Sequence[str | Path] = (),
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

    names, further = _named(datasets), dataset_names(eval_datasets, "eval_datasets")
    check_counts(rows=rows, max_len=max_len)
    check_seed(seed)
    device = find_device(dtype)
    read = recipe_for(device.name, recipe)
    base = str(model or read.model or default_model(device))
    terminal.say(f"model {base} on {device}{'' if model or recipe else ', the default for this device'}")
    return sft.train(
        names,
        base,
        with_options(read.sft, options),
        local(out),
        max_len=max_len or read.max_len,
        eval_datasets=further,
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
    report: dict[str, Any] = field(repr=False)  # it has every row

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


@_quiet()
def evaluate(
    datasets: str | Path | Sequence[str | Path],
    out: str | Path | None = None,
    *,
    adapter: str | Path | None = None,
    model: str | Path | None = None,
    split: str | None = None,
    limit: int | None = None,
    max_new_tokens: int | None = None,
    batch: int | None = None,
    static_cache: bool | None = None,
    vllm: bool | None = None,
    dtype: str | None = None,
    constrained: Way = False,
    samples: int = 0,
    temperature: float | None = None,
    choose: str | None = None,
    scorer: str | Path | None = None,
    seed: int | None = None,
    endpoint: "Endpoint | None" = None,
    few_shot: int = 0,
    examples: str | None = None,
    workers: int | None = None,
) -> list[Evaluated]:
    """Decode rows of each dataset, judge them with the solver, write the reports, and return them in the same order.

    The model is loaded once, or asked at an `endpoint`, several `workers` at a time and with `few_shot` training rows
    of the dataset, or of `examples`, before each question. With `samples`, as many are drawn for each row at a
    `temperature`, and `choose` names the way to choose one, or `scorer` the folder or name of a scorer. `constrained`
    masks tokens that would break a trace, and as "nonnegative" also steps that give a value below zero; an endpoint
    and vLLM get the grammar of each question instead. `static_cache` decodes by transformers' `generate`, which compiles a
    step on a GPU, and `vllm` with vLLM if it is installed. An omitted number has the value that `python -m finetune eval
    --help` names.
    `out` is the folder of the evaluation, or, of several datasets, the folder that holds theirs; by default they
    stand beside the adapter. Raises InputError for anything the caller can correct, also for an argument that would
    do nothing.
    """
    from finetune.judge import evaluate as judge
    from finetune.judge.remote import evaluate_endpoint
    from finetune.judge.report import make_report
    from finetune.models.verdicts import SCORER
    from finetune.runs.rows import labels, splits_of

    names = _named(datasets)
    check_counts(limit=limit, max_new_tokens=max_new_tokens, batch=batch, workers=workers)
    check_counts(0, samples=samples, few_shot=few_shot)
    check_seed(seed)
    check_temperature(temperature)
    check_endpoint(endpoint)
    if constrained not in (True, False, NONNEGATIVE):
        raise InputError(f"constrained is {constrained!r}; give True, False or {NONNEGATIVE!r}")
    sampling = {"samples": samples, "temperature": temperature, "choose": choose, "scorer": scorer, "seed": seed}
    ways = {"batch": batch, "static_cache": static_cache, "vllm": vllm}
    decoding = {"max_new_tokens": max_new_tokens, "dtype": dtype, **ways}
    asking = {"few_shot": few_shot, "examples": examples, "workers": workers}
    local_options = {"adapter": adapter, "model": model, **decoding, **sampling}
    refuse_mixed(endpoint is not None, {"nonnegative": constrained == NONNEGATIVE, **local_options}, asking)
    refuse_unsampled(sampling)
    refuse_for_vllm({"nonnegative": constrained == NONNEGATIVE, **ways})
    if scorer is not None:
        local_options |= {"choose": choose or SCORER, "scorer": str(scorer)}
    if model is not None:
        local_options |= {"model": str(model)}
    run: Callable[..., Path]
    if endpoint:
        run = partial(
            evaluate_endpoint, endpoint=endpoint, limit=limit, constrained=bool(constrained), **_given(asking)
        )
    else:
        run = partial(
            judge.evaluate,
            load=cache(judge.loader(vllm=bool(vllm))),
            limit=limit,
            constrained=constrained,
            **_given(local_options),
        )
    place = None if out is None else local(out)
    single = len(names) == 1
    folder, below = (place if single else None), (None if single else place)
    steps = [
        partial(run, dataset, folder, split=part, below=below, label=label)
        for dataset, label, part in zip(names, labels(names), splits_of(names, split), strict=True)
    ]
    if len(steps) > 1:  # a fault of the last dataset is told before the first is decoded
        for step in steps:
            step(only_check=True)
    found = []
    for dataset, step in zip(names, steps, strict=True):
        folder = step()
        found.append(Evaluated(dataset, folder, make_report(folder)))
    return found


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _named(datasets: str | Path | Sequence[str | Path]) -> list[str]:
    """Return the names of one dataset or several; raise InputError if there is none."""
    names = dataset_names(datasets)
    if not names:
        raise InputError("no dataset; name one or several")
    return names
