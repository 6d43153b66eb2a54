"""Loads a published revision back as a stranger would, in a process of its own with a fresh cache.

A process, since the client's caches are fixed when it is imported: a load beside the user's cache would be
answered from it, and would leave a copy of the dataset there.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from typing import Any

from huggingface_hub import HfApi, get_token

from solver.refusal import InputError

PAUSES = (1.0, 4.0)
"""Seconds between tries."""

Shards = dict[str, list[int]]
"""Rows of each shard of each split."""


def load_back(api: HfApi, repo_id: str, commit: str, manifest: dict[str, Any]) -> None:
    """Load a pushed revision and compare its rows with the manifest; raise InputError."""
    shards: Shards = {}
    for name, file in manifest["files"].items():
        shards.setdefault(name.removeprefix("data/").partition("-")[0], []).append(file["rows"])
    for pause in (*PAUSES, None):
        try:
            found = apart(api, repo_id, commit, shards)
            break
        except RuntimeError as error:
            if pause is None:
                raise InputError(
                    f"{repo_id}: {commit[:8]} is pushed, but could not be loaded back ({error}); "
                    f'try load_dataset("{repo_id}", revision="{commit[:8]}"), or push again, which loads it again'
                ) from None
            time.sleep(pause)
    wanted = {split: (sum(rows), manifest["splits"][split]["content"]) for split, rows in shards.items()}
    for split, expected in wanted.items():
        if tuple(found.get(split, ())) != expected:
            raise InputError(f"{repo_id}: the {split} split that was loaded back is not the one that was pushed")


def apart(api: HfApi, repo_id: str, commit: str, shards: Shards) -> dict[str, Any]:
    """Return what `contents` finds in a process of its own; raise RuntimeError with its last words."""
    kept = {name: value for name, value in os.environ.items() if not re.match(r"HF_.*(CACHE|OFFLINE)", name)}
    token = api.token if isinstance(api.token, str) else get_token()
    with tempfile.TemporaryDirectory(prefix="wirework-") as home:
        done = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-W", "ignore", "-m", __name__, repo_id, commit],
            input=json.dumps(shards),
            env={
                **kept,
                "HF_HOME": home,
                "HF_ENDPOINT": api.endpoint,
                "HF_HUB_DISABLE_PROGRESS_BARS": "1",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                **({"HF_TOKEN": token} if token else {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:200])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def contents(repo_id: str, commit: str, shards: Shards) -> dict[str, tuple[int, str]]:
    """Return rows and content hash of each split, loaded from the Hub; only one shard is held at a time."""
    import datasets

    from generators.rows import content_hash

    datasets.disable_progress_bars()
    loaded = datasets.load_dataset(repo_id, revision=commit)
    found = {}
    for split in loaded:
        hashes, start = [], 0
        for rows in shards.get(split, []):
            hashes.append(content_hash(loaded[split].data.table.slice(start, rows)))
            start += rows
        found[split] = (len(loaded[split]), hashlib.sha256("".join(hashes).encode()).hexdigest())
    return found


def _main() -> None:
    from .remote import bounded, line

    try:
        with bounded():
            print(json.dumps(contents(sys.argv[1], sys.argv[2], json.load(sys.stdin))))
    except Exception as error:  # noqa: BLE001 - whatever it was, its words are told by the process that asked
        sys.exit(f"{type(error).__name__}: {line(error)}")


if __name__ == "__main__":
    _main()
