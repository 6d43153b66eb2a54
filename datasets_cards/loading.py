"""Loads a published revision back as any user would, in a separate process with an empty cache.

It is a separate process because the client fixes its cache folders at import; in this process, the user's cache would
answer. Every data file is downloaded, hashed and deleted. `load_dataset` must then find exactly these files and
stream one row of each split; a plain load would write nine times their bytes of Arrow into the cache.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import HfApi, get_token, hf_hub_download

from generators.files.manifest import file_hash
from solver.refusal import InputError

from .repository import WAITING, asked_wait, first_line, time_limits

if TYPE_CHECKING:
    from datasets import DatasetBuilder

PAUSES = (1.0, 4.0)
"""Seconds between attempts."""
WAITS = 4
"""Attempts of the separate process if the Hub asks it to wait."""

Files = dict[str, dict[str, Any]]
"""The entries of a manifest for its data files: rows and sha256 by path."""


def load_back(api: HfApi, repo_id: str, commit: str, files: Files) -> None:
    """Load a pushed revision and compare it with the files that were pushed; raise InputError."""
    for pause in (*PAUSES, None):
        try:
            differs = in_own_process(api, repo_id, commit, files)
            break
        except RuntimeError as error:
            if pause is None:
                raise InputError(
                    f"{repo_id}: {commit[:8]} is pushed, but could not be loaded back ({error}); "
                    f'try load_dataset("{repo_id}", revision="{commit[:8]}"), or push again, which loads it again'
                ) from None
            time.sleep(pause)
    if differs:
        raise InputError(f"{repo_id}: {commit[:8]} is pushed, but differs when loaded back: {differs}; push again")


def in_own_process(api: HfApi, repo_id: str, commit: str, files: Files) -> str | None:
    """Return the result of `difference` in a separate process; raise RuntimeError with its last line of errors."""
    kept = {name: value for name, value in os.environ.items() if not re.match(r"HF_.*(CACHE|OFFLINE)", name)}
    token = api.token if isinstance(api.token, str) else get_token()
    with tempfile.TemporaryDirectory(prefix="wirework-") as home:
        process = subprocess.Popen(  # noqa: S603 - runs this module
            [sys.executable, "-W", "ignore", "-m", __name__, repo_id, commit],
            env={
                **kept,
                "HF_HOME": home,
                "HF_ENDPOINT": api.endpoint,
                "HF_HUB_DISABLE_PROGRESS_BARS": "1",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                **({"HF_TOKEN": token} if token else {}),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        with process:
            return _answer(process, files)


def _answer(process: "subprocess.Popen[str]", files: Files) -> str | None:
    """Return the answer of the other process, and show its waits while it runs."""
    last = ""
    if process.stdin and process.stdout and process.stderr:
        with suppress(BrokenPipeError), process.stdin as question:
            json.dump(files, question)
        for line in process.stderr:
            last = line.strip() or last
            if line.startswith(WAITING):
                print(line, end="", file=sys.stderr, flush=True)
        answer = process.stdout.read()
    if process.wait():
        raise RuntimeError((last or f"exit {process.returncode}")[:200])
    found: str | None = json.loads(answer.splitlines()[-1])
    return found


def difference(repo_id: str, commit: str, files: Files) -> str | None:
    """Return the first difference between a revision on the Hub and the dataset of these files, or None."""
    import datasets

    datasets.config.STREAMING_READ_MAX_RETRIES = 1  # of 5 to 60 s each; the caller retries
    shards: dict[str, Files] = {}
    for path, file in files.items():
        shards.setdefault(path.removeprefix("data/").partition("-")[0], {})[path] = file
    rows = {split: sum(file["rows"] for file in held.values()) for split, held in shards.items()}
    loaded = datasets.load_dataset_builder(repo_id, revision=commit)
    fetch = partial(hf_hub_download, repo_id, repo_type="dataset", revision=commit)
    return next(_differences(fetch, loaded, {split: held for split, held in shards.items() if rows[split]}), None)


def _differences(fetch: Callable[..., str], loaded: "DatasetBuilder", shards: dict[str, Files]) -> Iterator[str]:
    """Yield the differences of a repository from the files of its splits: first of its card, then of each file."""
    from datasets import Features

    found, listed = loaded.config.data_files or {}, loaded.info.splits or {}
    for split in dict.fromkeys([*shards, *found]):
        held = shards.get(split, {})
        if [f"data/{url.rpartition('/')[2]}" for url in found.get(split, [])] != list(held):
            yield f"its card leads to other files for {split}"
        if split not in listed or listed[split].num_examples != sum(file["rows"] for file in held.values()):
            yield f"its card has another number of rows for {split}"
    streams = loaded.as_streaming_dataset()
    for split, held in shards.items():
        first: list[dict[str, Any]] = []
        for path, file in held.items():
            with tempfile.TemporaryDirectory() as place:
                fetched = Path(fetch(path, local_dir=place))
                if file_hash(fetched) != file["sha256"]:
                    yield f"{path} has other bytes"
                with pq.ParquetFile(fetched) as shard:
                    if shard.metadata.num_rows != file["rows"]:
                        yield f"{path} has {shard.metadata.num_rows} rows"
                    if Features.from_arrow_schema(shard.schema_arrow) != loaded.info.features:
                        yield f"its card has other columns than {path}"
                    first = first or next(shard.iter_batches(batch_size=1), pa.table({})).to_pylist()
        if list(streams[split].take(1)) != first:
            yield f"{split} does not begin with its first row"


def _main() -> int:
    """Print the result of `difference` as JSON, or the error in one line; return the exit status."""
    files = json.load(sys.stdin)
    for attempt in reversed(range(WAITS)):
        try:
            with time_limits():
                print(json.dumps(difference(sys.argv[1], sys.argv[2], files)))
                return 0
        except Exception as error:  # noqa: BLE001 - the calling process reports any error
            asked = asked_wait(error)
            if asked is None or not attempt:
                print(f"{type(error).__name__}: {first_line(error)}", file=sys.stderr)
                return 1
            time.sleep(asked)
    raise AssertionError("the last attempt returns")


if __name__ == "__main__":
    status = _main()
    sys.stdout.flush()
    sys.stderr.flush()
    # An orderly exit can abort the process: pyarrow ends so if a stream of Parquet files was read in part
    # (https://github.com/apache/arrow/issues/45214).
    os._exit(status)
