"""Gathers the files of a model that are published: no path of this machine, and a base that others can load."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # imported there for others

from finetune.models.adapter import is_scorer
from finetune.models.base_model import EMBEDDED, cache_folder
from finetune.runs.folder import ADAPTER, RUN, command
from finetune.runs.mix import name_of
from finetune.runs.rows import hub_dataset, public_name
from finetune.runs.trained import TRAINED
from solver.dataset import hub_place
from solver.files import decode, read_json, read_text
from solver.refusal import InputError

_WEIGHTS = ("*.safetensors", "*.safetensors.index.json")
_TOKENIZER = ("tokenizer*", "*_tokens*.json", "vocab.*", "merges.txt", "*.model", "chat_template.jinja")
PUBLISHED = (
    ADAPTER,
    "config.json",
    "generation_config.json",
    *_WEIGHTS,
    *_TOKENIZER,
    RUN,
    TRAINED,
    "LICENSE*",
    "NOTICE*",
)
"""The files of a model. No others are published: a log, for example, may name paths of this machine."""
KEPT_BACK = ("training_args.bin", "*.jsonl", "*.html", "evaluations.txt", "README.md", ".*")
"""Files that we write into the folder of a run beside its model; the card is written anew."""
_TEXTS = (".json", ".md", ".txt", ".jinja", "")

_REF = re.compile(r"\w(?!.*\.\.)[\w.+/-]*(?<![./])")
"""The name of a branch or a tag."""

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
        path.name: path for path in sorted(folder.iterdir()) if path.is_file() and _matches(path.name, PUBLISHED)
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


def refuse_names(repo_id: str, revision: str, tag: str | None, dataset: str | None) -> None:
    """Raise InputError for a repository, a branch, a tag or a dataset whose name the Hub cannot have."""
    try:
        validate_repo_id(repo_id)
    except HFValidationError as error:
        raise InputError(f"{repo_id}: {str(error).splitlines()[0]}") from None
    for option, name in (("--revision", revision), ("--tag", tag)):
        if name is not None and not _REF.fullmatch(name):
            raise InputError(f"{option} {name}: no name of a branch or a tag; write one such as v1.0")
    place = hub_place(dataset) if dataset else None
    if dataset is not None and (place is None or place.repo != dataset):
        raise InputError(f"--dataset {dataset}: no name of a dataset on the Hub; write one such as acme/run8")


def left_out(folder: Path) -> list[str]:
    """Return the names of the files in a folder that are neither of a model nor written by us."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return [name for name in names if not _matches(name, (*PUBLISHED, *KEPT_BACK))]


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def public_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a run with the names alone of what lies on this machine."""
    mix = [
        source | {"dataset": public_name(source["dataset"], source["hub_dataset"])}
        for source in settings.get("mix", [])
    ]
    name = name_of(mix) if mix else public_name(str(settings.get("dataset")), settings.get("hub_dataset"))
    evaluated = [public_name(dataset, hub_dataset(dataset)) for dataset in settings.get("eval_datasets", [])]
    shown: dict[str, Any] = {"dataset": name, "mix": mix, "eval_datasets": evaluated}
    if settings.get("model") and is_local(str(settings["model"])):
        shown["model"] = Path(str(settings["model"])).name
    if settings.get("adapter") and is_local(str(settings["adapter"])):
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
