"""Measures the speed of training and decoding: python -m benchmarks.finetune DATASET [--adapter DIR]

Training compares our `sft` with TRL's SFTTrainer in its default settings: same model, rows, adapter, batch, learning
rate and schedule. Each run has its own process, the two sides alternate, and each round has its own seed. The loss on
held-out rows shows that both sides learn the same: it differs no more than between two seeds of one side. With `--only
threads`, our training with the number of threads that it chooses is compared with torch's own number. Decoding, with
--adapter, compares our `eval` with transformers' `generate` on unsorted batches of one size. Wall time depends on the
machine's other work, processor seconds less so; compare figures of the same run only.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

MAX_NEW_TOKENS = 400
USUAL = 215
"""The tokens of a usual row of run8."""


def settings() -> dict[str, Any]:
    """Return the options that both sides of the training comparison share: those of our recipe."""
    from finetune.training.recipe import read_recipe

    sft = read_recipe("smollm2").sft
    keys = ("batch", "lr", "schedule", "warmup", "rank", "alpha")
    return {key: getattr(sft, key) for key in keys}


def train_ours(model: str, table: pa.Table, folder: Path, seed: int) -> Any:
    """Return our trainer."""
    from dataclasses import replace

    from finetune.hardware.device import find_device
    from finetune.hardware.memory import keep_memory
    from finetune.models.base_model import load_tokenizer
    from finetune.models.chat import measure, prepare_tokenizer
    from finetune.training.recipe import read_recipe
    from finetune.training.sft import make_trainer

    keep_memory()
    tokenizer = load_tokenizer(model)
    prepare_tokenizer(tokenizer)
    recipe = replace(read_recipe("smollm2").sft, epochs=1, save_every=10**6)
    lengths = [row.total for row in measure(tokenizer, table)]
    return make_trainer(
        table, model, tokenizer, recipe, folder, device=find_device(), seed=seed, max_len=1024, lengths=lengths
    )


def run_ours(trainer: Any) -> None:
    """Train with our trainer and the number of threads that it chooses; choosing counts as a part of training."""
    from finetune.hardware.device import find_device
    from finetune.hardware.threads import training_threads

    with training_threads(trainer.model.get_base_model(), find_device(), settings()["batch"], USUAL):
        run_torch(trainer)


def run_torch(trainer: Any) -> None:
    """Train with our trainer and torch's own number of threads."""
    from finetune.training.sft import run_trainer

    run_trainer(trainer)


def train_trl(model: str, table: pa.Table, folder: Path, seed: int) -> Any:
    """Return TRL's trainer with its default settings and the shared options."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    common = json.loads(os.environ["COMMON"])
    config = SFTConfig(
        output_dir=str(folder),
        num_train_epochs=1,
        per_device_train_batch_size=common["batch"],
        learning_rate=common["lr"],
        lr_scheduler_type=common["schedule"],
        warmup_steps=common["warmup"],
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        seed=seed,
        use_cpu=not torch.cuda.is_available(),  # TRL's bf16 default asks for a GPU otherwise
    )
    adapter = LoraConfig(
        r=common["rank"], lora_alpha=common["alpha"], target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return SFTTrainer(model, config, train_dataset=Dataset(table.select(["prompt", "completion"])), peft_config=adapter)


def decode_ours(model: Any, tokenizer: Any, prompts: list[list[int]], batch: int) -> dict[int, str]:
    """Return the completions of our decoding."""
    from finetune.judge.decode import Decoder

    return {row: made.text for row, made in Decoder(model, tokenizer, MAX_NEW_TOKENS).decode(prompts, batch)}


def decode_library(model: Any, tokenizer: Any, prompts: list[list[int]], batch: int) -> dict[int, str]:
    """Return the completions of transformers' generate, with its own attention, on batches in the dataset's order."""
    model.set_attn_implementation("sdpa")
    made = {}
    for start in range(0, len(prompts), batch):
        ids = tokenizer.pad({"input_ids": prompts[start : start + batch]}, padding_side="left", return_tensors="pt")
        out = model.generate(**ids, max_new_tokens=MAX_NEW_TOKENS, do_sample=False, pad_token_id=tokenizer.pad_token_id)
        texts = tokenizer.batch_decode(out[:, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        made |= dict(enumerate(texts, start))
    return made


def train(side: str, rows: Path, model: str, seed: int) -> dict[str, Any]:
    """Train with one side in this process and return its times and its loss on the held-out rows."""
    from datasets import Dataset

    held_out = Dataset(pq.read_table(rows / "test.parquet").select(["prompt", "completion"]))
    with tempfile.TemporaryDirectory() as folder:
        make, run = SIDES[side]
        trainer = make(model, pq.read_table(rows / "train.parquet"), Path(folder), seed)
        spent = clock(lambda: run(trainer))
        return spent | {"held_out": trainer.evaluate(held_out)["eval_loss"]}


SIDES: dict[str, Any] = {
    "ours": (train_ours, run_ours),
    "torch's threads": (train_ours, run_torch),
    "trl": (train_trl, lambda trainer: trainer.train()),
}
"""The trainer of each side of a comparison of trainings, and how it is run."""


def decode(side: str, rows: Path, model: str, adapter: str, batch: int) -> dict[str, Any]:
    """Decode with one side in this process and return its times and texts."""
    from finetune.hardware.device import find_device
    from finetune.hardware.memory import keep_memory
    from finetune.models.adapter import load
    from finetune.models.chat import prompt_ids

    keep_memory()
    loaded, tokenizer = load(model, Path(adapter), find_device())
    table = pq.read_table(rows / "test.parquet")
    prompts = [prompt_ids(tokenizer, prompt) for prompt in table["prompt"].to_pylist()]
    texts: dict[int, str] = {}
    run = {"decode": decode_ours, "generate": decode_library}[side]
    spent = clock(lambda: texts.update(run(loaded, tokenizer, prompts, batch)))
    return spent | {"texts": [texts[row] for row in range(len(prompts))]}


def clock(run: Any) -> dict[str, float]:
    """Return the wall and processor seconds of a call."""
    began, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    run()
    ended = resource.getrusage(resource.RUSAGE_SELF)
    spent = ended.ru_utime - began.ru_utime + ended.ru_stime - began.ru_stime
    return {"wall": time.perf_counter() - wall, "cpu": spent, "system": ended.ru_stime - began.ru_stime}


def turns(sides: tuple[str, str], rounds: int, arguments: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Run the two sides alternately, each run in its own process, in reverse order every other round."""
    found: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment["COMMON"] = json.dumps(settings())
    for number in range(rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            words = [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "benchmarks.finetune",
                "--child",
                side,
                "--seed",
                str(number),
                *arguments,
            ]
            done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            found[side].append(json.loads(done.stdout.splitlines()[-1]))
    return found


def show(title: str, found: dict[str, list[dict[str, Any]]], count: int, unit: str) -> None:
    """Print the speed of each run and the ratio of the sums."""
    table = Table("side", f"{unit}/s by the wall", f"{unit} per processor second", "share of system time", title=title)
    for side, runs in found.items():
        for run in runs:
            share = f"{run['system'] / run['cpu']:.0%}"
            table.add_row(side, f"{count / run['wall']:.2f}", f"{count / run['cpu']:.2f}", share)
    first, second = ({key: sum(run[key] for run in runs) for key in ("wall", "cpu")} for runs in found.values())
    table.add_row("ratio", f"{second['wall'] / first['wall']:.2f}", f"{second['cpu'] / first['cpu']:.2f}", "")
    Console().print(table)


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("dataset", help="a dataset folder or a repository's name")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--adapter", default="", help="an adapter to decode with; without it only training is measured")
    parser.add_argument("--only", choices=("training", "threads", "decoding"), help="measure only this")
    parser.add_argument("--rows", type=int, default=48, help="training rows of a run")
    parser.add_argument("--decode", type=int, default=128, help="test rows of a run")
    parser.add_argument("--batch", type=int, default=128, help="test rows decoded together (default: as `eval` does)")
    parser.add_argument(
        "--library-batch",
        type=int,
        default=8,
        help="the same for the library (default: what its trainers evaluate with)",
    )
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    return parser


def compare_training(wanted: argparse.Namespace, scratch: str) -> None:
    """Train with both sides in turn, and print their speeds and losses."""
    from finetune.models.base_model import find_model, load_tokenizer
    from finetune.models.chat import measure

    print("both sides:", ", ".join(f"{key} {value}" for key, value in settings().items()))
    sides = ("ours", "torch's threads" if wanted.only == "threads" else "trl")
    found = turns(sides, wanted.rounds, [scratch, "--model", find_model(wanted.model)])
    tokens = sum(row.total for row in measure(load_tokenizer(wanted.model), pq.read_table(f"{scratch}/train.parquet")))
    show(f"training, {wanted.rows} rows, {tokens:,} tokens", found, tokens, "tokens")
    for side, runs in found.items():
        print(f"{side}: loss on {wanted.decode} held-out rows", *(f"{run['held_out']:.4f}" for run in runs))


def compare_decoding(wanted: argparse.Namespace, scratch: str) -> None:
    """Decode with both sides in turn, and print their speeds and how many texts agree."""
    batches = ["--batch", str(wanted.batch), "--library-batch", str(wanted.library_batch)]
    words = [scratch, "--model", wanted.model, "--adapter", wanted.adapter, *batches]
    found = turns(("decode", "generate"), wanted.rounds, words)
    title = f"decoding, {wanted.decode} rows in batches of {wanted.batch} and {wanted.library_batch}"
    show(title, found, wanted.decode, "rows")
    same = sum(map(str.__eq__, found["decode"][0]["texts"], found["generate"][0]["texts"]))
    print(f"identical texts: {same} of {wanted.decode}")


def main() -> None:
    """Measure and print."""
    parser = arguments()
    wanted = parser.parse_args()
    if wanted.child:
        rows = Path(wanted.dataset)
        if wanted.child in SIDES:
            print(json.dumps(train(wanted.child, rows, wanted.model, wanted.seed)))
        else:
            batch = wanted.batch if wanted.child == "decode" else wanted.library_batch
            print(json.dumps(decode(wanted.child, rows, wanted.model, wanted.adapter, batch)))
        return
    if wanted.only == "decoding" and not wanted.adapter:
        parser.error("--only decoding needs --adapter")
    from finetune.runs.rows import read_rows

    with tempfile.TemporaryDirectory() as scratch:
        pq.write_table(read_rows(wanted.dataset, "train", wanted.rows), Path(scratch) / "train.parquet")
        pq.write_table(read_rows(wanted.dataset, "test", wanted.decode), Path(scratch) / "test.parquet")
        if wanted.only != "decoding":
            compare_training(wanted, scratch)
        if wanted.adapter and wanted.only in (None, "decoding"):
            compare_decoding(wanted, scratch)


if __name__ == "__main__":
    main()
