"""Trains a scorer: an adapter of the base model that tells right traces from wrong ones among the model's own samples."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from finetune.hardware.device import find_device
from finetune.hardware.memory import keep_memory
from finetune.models.adapter import load_prepared_tokenizer, records
from finetune.models.chat import check_mask
from finetune.models.verdicts import SCORER
from finetune.runs.folder import CONTENT, Run, removed_if_empty, writing
from finetune.runs.rows import system_prompts, trained_content
from finetune.runs.trained import Trained
from solver.refusal import InputError

from .order import SHUFFLED
from .recipe import Sft
from .sft import complete, fitting, make_trainer
from .trainer import note_odd_values, record_rows, refusable, refuse_early, unrecorded
from .watch import Watch


def train_scorer(
    table: pa.Table,
    model: str,
    recipe: Sft,
    folder: Path,
    *,
    samples: list[str],
    datasets: list[str],
    max_len: int,
    seed: int = 0,
    dtype: str = "auto",
    resume: bool = False,
) -> Run:
    """Train a scorer on labelled rows and return its run; it is stopped and resumed like `sft.train`.

    `samples` names the folders that the rows are from, and `datasets` the datasets whose questions they answer.
    """
    if recipe.order != SHUFFLED:
        raise InputError(f"order is {recipe.order}; the samples of a scorer have no difficulty, so leave it out")
    recipe = replace(recipe, full=False, patience=0)  # a scorer is an adapter without checks, by any recipe
    keep_memory()
    device = find_device(dtype)
    given: dict[str, Any] = {
        "verb": SCORER,
        "dataset": ", ".join(samples),
        "model": model,
        "seed": seed,
        "max_len": max_len,
    }
    refuse_early(folder, recipe, device, resume=resume, **given)
    note_odd_values(recipe)
    tokenizer = load_prepared_tokenizer(model)
    lengths = fitting(tokenizer, table, max_len)
    settings = {
        **given,
        "rows": len(table),
        "dtype": device.dtype_name,
        "system": system_prompts(table)[0],
        **asdict(recipe),
        CONTENT: trained_content(table),
    }
    with removed_if_empty(folder), writing(folder, "trained"), refusable(folder):
        run = Run.begin(folder, settings, resume=resume, usual=unrecorded(recipe))
        if run.result:
            return run
        before = Trained.of_base(str(records(model)))
        record_rows(table, datasets, before, folder, all_taken=recipe.epochs >= 1)
        totals = [row.total for row in lengths]
        trainer = make_trainer(
            table, model, tokenizer, recipe, folder, device=device, seed=seed, max_len=max_len, lengths=totals
        )
        check_mask(tokenizer, table, trainer.train_dataset)
        return complete(run, trainer, Watch(folder, ("loss",)), recipe, device)
