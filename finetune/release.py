"""Gathers the files of a model that are published: no path of this machine, and a base that others can load."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from finetune.models.adapter import is_scorer
from finetune.models.base_model import EMBEDDED, cache_folder
from finetune.runs.folder import ADAPTER, RUN, command
from finetune.runs.mix import name_of
from finetune.runs.rows import hub_dataset, public_name
from solver.dataset import hub_place
from solver.files import decode, read_json, read_text
from solver.refusal import InputError

KEPT_BACK = ("checkpoint-*", "eval-*", "training_args.bin", "*.jsonl", "*.html", "evaluations.txt", "README.md", ".*")
"""Files and folders of a run that are not published; the card is written anew."""
_TEXTS = (".json", ".md", ".txt", ".jinja", ".yaml")

Files = dict[str, Path | bytes]
"""The published files by their path in the repository."""


def is_local(model: str) -> bool:
    """Return whether a base model is a folder of this machine."""
    return model not in EMBEDDED and (Path(model).exists() or hub_place(model) is None)


def hub_name(model: str) -> str:
    """Return the name under which others find a base model: its own, or the origin of an embedded one."""
    return EMBEDDED[model].origin if model in EMBEDDED else model


def gather(folder: Path) -> Files:
    """Return the files to publish; raise InputError if the base of an adapter is a folder that others lack."""
    found: Files = {
        path.name: path
        for path in sorted(folder.iterdir())
        if path.is_file() and not any(fnmatch(path.name, pattern) for pattern in KEPT_BACK)
    }
    if ADAPTER in found:
        settings = _json(folder / ADAPTER)
        base = str(settings["base_model_name_or_path"])
        if is_local(base) and is_scorer(folder):
            raise InputError(
                f"{folder}: its base model is {base}, a folder that others do not have; publish that model, and train the "
                "scorer on samples of the published one"
            )
        if is_local(base):
            merged = command(["merge", str(folder), "--out", f"{folder}-merged"])
            raise InputError(
                f"{folder}: its base model is {base}, a folder that others do not have; publish merged weights: {merged}"
            )
        found[ADAPTER] = _text(settings | {"base_model_name_or_path": hub_name(base)})
    if RUN in found:
        run = _json(folder / RUN)
        run["settings"] = public_settings(run["settings"])
        found[RUN] = _text(run)
    return found


def public_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a run with the names alone of what lies on this machine."""
    mix = [
        source | {"dataset": public_name(source["dataset"], source["hub_dataset"])}
        for source in settings.get("mix", [])
    ]
    name = name_of(mix) if mix else public_name(str(settings.get("dataset")), settings.get("hub_dataset"))
    evaluated = [public_name(dataset, hub_dataset(dataset)) for dataset in settings.get("eval_datasets", [])]
    shown: dict[str, Any] = {"dataset": name, "mix": mix, "eval_datasets": evaluated}
    if is_local(str(settings.get("model"))):
        shown["model"] = Path(str(settings["model"])).name
    if settings.get("adapter"):
        shown["adapter"] = Path(str(settings["adapter"])).name
    return {key: shown.get(key, value) for key, value in settings.items()}


def refuse_paths(files: Files, folder: Path) -> None:
    """Raise InputError if a text that would be published contains a path of this machine."""
    places = {folder.resolve(), Path.home(), Path.cwd(), cache_folder()}
    private = "|".join(re.escape(str(place)) for place in places if len(place.parts) > 1)
    for name, content in files.items():
        if Path(name).suffix in _TEXTS:
            text = content.decode() if isinstance(content, bytes) else decode(content.read_bytes(), name)
            path = re.search(rf"(?<![\w/])(?:{private})(?=[/\"'\s]|$)[^\"'\s]*", text)
            if path:
                raise InputError(
                    f"{name}: would publish {path[0]}, a path of this machine; take it out of {folder / name}"
                )


def _json(path: Path) -> dict[str, Any]:
    return dict(read_json(read_text(path), str(path)))


def _text(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
