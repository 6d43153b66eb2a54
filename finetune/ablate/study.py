"""Trains and evaluates the arms of an ablation: a second call goes on where the first one was stopped."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from finetune.hardware.device import Device, find_device
from finetune.judge.evaluate import evaluate
from finetune.judge.held_out import count_right
from finetune.judge.pages import PAGE
from finetune.judge.report import REPORT, make_report
from finetune.models.adapter import load_prepared_tokenizer
from finetune.models.base_model import default_model
from finetune.models.chat import measure, refuse_long
from finetune.runs import terminal
from finetune.runs.folder import RUN, Run, claim, write_json, writing
from finetune.runs.mix import read_mix, read_part
from finetune.runs.rows import read_rows, read_training_rows, split_of
from finetune.training import sft
from finetune.training.recipe import Recipe, Sft, override, recipe_for
from finetune.training.trainer import run_settings, unrecorded
from solver.document import located
from solver.refusal import InputError

from .commands import make_data
from .page import page
from .plan import Arm, EvaluationSet, Plan, folder_name
from .plan_file import with_keys
from .results import evaluation_folder, find_results, run_folder
from .rewritten import Change, cut, rewrite, with_system
from .table import markdown

COPY = "ablation.yaml"
"""A copy of the file of which the results are; it marks the folder of an ablation, and is empty before the first run."""
TABLE = "table.md"


def ablate(plan: Plan, folder: Path, *, dtype: str = "auto") -> dict[str, Any]:
    """Train and evaluate what is missing, and return the results; raise InputError for anything the caller can correct.

    The results are written after each run.
    """
    with writing(folder, "written"):
        if not (folder / COPY).exists():
            claim(folder)
            (folder / COPY).touch()
        study = Study(plan, folder, find_device(dtype), make_data(plan, folder))
        study.check()
        (folder / COPY).write_text(plan.text, encoding="utf-8")
        runs = list(study.runs())
        for number, (arm, seed) in enumerate(runs, 1):
            terminal.say(f"run {number} of {len(runs)}: {arm.name}, seed {seed}")
            with study.told("arms", arm.name, f"seed {seed} of arm"):
                run = study.train(arm, seed)
                for each in plan.sets:
                    study.evaluate(arm, run, each)
            gc.collect()  # of the finished run's model, before the next one is loaded
            found = _write_results(plan, folder)
    return found


def _write_results(plan: Plan, folder: Path) -> dict[str, Any]:
    """Write report.json, table.md and the page, and return the results."""
    found = find_results(plan, folder)
    write_json(folder / REPORT, found)
    (folder / TABLE).write_text(markdown(found), encoding="utf-8")
    (folder / PAGE).write_text(page(found), encoding="utf-8")
    return found


@dataclass(frozen=True)
class Study:
    """An ablation in a folder, and the folders of its data by name."""

    plan: Plan
    folder: Path
    device: Device
    data: dict[str, Path]

    def runs(self) -> Iterator[tuple[Arm, int]]:
        """Yield the arms with their seeds: the first seed of all arms, then the second."""
        for turn in range(max(len(arm.seeds) for arm in self.plan.arms)):
            yield from ((arm, arm.seeds[turn]) for arm in self.plan.arms if turn < len(arm.seeds))

    def check(self) -> None:
        """Read all rows before the first training, so that a fault is told at once and not after hours.

        Runs that were begun must have the same rows and options now. Raises InputError with the file and its line.
        """
        for each in self.plan.sets:
            with self.told("evaluate", each.name, "evaluation set"):
                self._rows_of(each, None)
        for arm in self.plan.arms:
            with self.told("arms", arm.name, "arm"):
                self._check_arm(arm)

    def _check_arm(self, arm: Arm) -> None:
        data, model, max_len = self._training_data(arm), self._model(arm), self._max_len(arm)
        mix = measured = None
        for seed in arm.seeds:
            folder = run_folder(self.folder, arm, seed)
            if mix is None or not mix.whole:  # a mix is ordered by its seed
                mix = read_mix(data, arm.rows, seed)
            if (folder / RUN).exists():
                options = self._options(arm)
                given: dict[str, Any] = {"model": model, "seed": seed, "max_len": max_len, "eval_datasets": []}
                settings = run_settings(options, mix, self.device, **given)
                Run.check(folder, settings, resume=True, usual=unrecorded(options))
            elif measured is not mix:
                refuse_long(measure(load_prepared_tokenizer(model), mix.table), max_len)
                measured = mix

    @contextmanager
    def told(self, key: str, name: str, kind: str) -> Iterator[None]:
        """Name the file, the line and the keys of the ablation in errors about an arm or an evaluation set."""
        try:
            yield
        except InputError as error:
            message = with_keys(str(error)).replace("or choose another --out", "or give the arm another name")
            named = InputError(f"{kind} {name}: {message}").at(key, name)
            raise located(named, self.plan.path, self.plan.text) from None

    def train(self, arm: Arm, seed: int) -> Run:
        """Train an arm with a seed, or go on with its run; a finished run is returned as it is."""
        folder = run_folder(self.folder, arm, seed)
        return sft.train(
            self._training_data(arm),
            self._model(arm),
            self._options(arm),
            folder,
            max_len=self._max_len(arm),
            rows=arm.rows,
            seed=seed,
            dtype=self.device.dtype_name,
            resume=(folder / RUN).exists(),
            score=count_right,
        )

    def evaluate(self, arm: Arm, run: Run, each: EvaluationSet) -> None:
        """Evaluate a run on a set whose questions are asked with the system prompt that the run was trained with."""
        dataset, system = self._place(each.data), str(run.settings["system"])
        table, split = self._rows_of(each, system)
        limit = each.limit
        if any(with_system(prompt, system) != prompt for prompt in table["prompt"].to_pylist()):
            folder = self._rewritten(arm, f"eval-{folder_name(each.name)}")
            told = {"system": system, **asdict(each)}
            dataset = str(rewrite(dataset, {"test": table}, _asked_with(system), told, folder))
            split = limit = None
        out = evaluation_folder(run.folder, each)
        full = run.settings.get("full")
        evaluate(
            dataset,
            out,
            model=str(run.folder) if full else None,
            adapter=None if full else run.folder,
            split=split,
            limit=limit,
            dtype=self.device.dtype_name,
        )
        make_report(out)

    def _recipe(self, arm: Arm) -> Recipe:
        return recipe_for(self.device.name, arm.recipe)

    def _options(self, arm: Arm) -> Sft:
        options: Sft = override(self._recipe(arm).sft, arm.sft, "sft")
        return options

    def _max_len(self, arm: Arm) -> int:
        return arm.max_len or self._recipe(arm).max_len

    def _model(self, arm: Arm) -> str:
        return arm.model or self._recipe(arm).model or default_model(self.device)

    def _place(self, data: str) -> str:
        """Return the dataset that a text of the plan means: a made folder with its weight, or the text itself."""
        name, rest = self.plan.named(data)
        return rest if name is None else f"{self.data[name]}{rest}"

    def _rows_of(self, each: EvaluationSet, system: str | None) -> tuple[pa.Table, str | None]:
        """Return the rows of an evaluation set, and the split to evaluate; `system` is for rows without a prompt."""
        dataset = self._place(each.data)
        return read_rows(dataset, split_of(dataset, each.split, "test"), each.limit, system), each.split

    def _training_data(self, arm: Arm) -> list[str]:
        """Return the datasets of an arm with their weights, rewritten if it has its own system prompt or cuts its rows."""
        parts = [read_part(self._place(text)) for text in arm.data]
        if arm.system is None and arm.cut is None:
            return [str(part) for part in parts]
        model = self._model(arm)
        tokenizer = load_prepared_tokenizer(model) if arm.cut else None

        def change(row: dict[str, Any]) -> dict[str, Any]:
            if arm.system is not None:
                row = {**row, "prompt": with_system(row["prompt"], arm.system)}
            return {**row, "completion": cut(tokenizer, row, arm.cut)} if arm.cut and row["completion"] else row

        rows = arm.rows if len(parts) == 1 and not parts[0].weight else None
        told = {"system": arm.system, "cut": arm.cut, "rows": rows, "model": model if arm.cut else None}
        found = []
        for number, part in enumerate(parts, 1):
            folder = self._rewritten(arm, f"train-{number}")
            made = rewrite(part.dataset, _splits(part.dataset, rows), change, told, folder)
            found.append(str(replace(part, dataset=str(made))))
        return found

    def _rewritten(self, arm: Arm, name: str) -> Path:
        return self.folder / "rewritten" / folder_name(arm.name) / name


def _asked_with(system: str) -> Change:
    return lambda row: {**row, "prompt": with_system(row["prompt"], system)}


def _splits(dataset: str, rows: int | None) -> dict[str, pa.Table]:
    """Return the training rows of a dataset, and its validation rows if it has any."""
    found = {"train": read_training_rows(dataset, rows)}
    if split_of(dataset, None, "validation") == "validation":
        try:
            found["validation"] = read_rows(dataset, "validation")
        except InputError:  # there is no such split, or it is empty
            return found
    return found
