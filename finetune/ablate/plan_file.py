"""Reads ablations from YAML files; an error names the file, the line and the key that was probably meant."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from finetune.runs.rows import ALIASES, short_name
from finetune.training.recipe import Sft, override, read_recipe, read_value
from solver.dataset import hub_place
from solver.document import Node, check_plain, load, located
from solver.files import local, read_text, there
from solver.refusal import FormatError, InputError, did_you_mean

from .plan import HERE, PLACE, Arm, EvaluationSet, Plan, folder_name

FOLDER = Path(__file__).parents[1] / "ablations"
OPTIONS = {
    "model": "the base model; by default the recipe's",
    "recipe": "a training recipe by name or path; by default the one of the device",
    "sft": "values that replace the recipe's, as in `sft: {epochs: 1}`",
    "max_len": "the limit of a row in tokens; by default the recipe's",
    "rows": "only so many training rows, so that all arms have equally many",
    "system": 'the system prompt of all rows, in training and evaluation, "" for none; by default that of the data',
    "cut": "cut each training row after so many tokens, as trainers do that truncate without a word",
    "seeds": "a list of seeds, `[0]` by default; each gives one training run",
}
"""The keys of an arm besides `data`; at the top of the file they hold for all arms."""
KEYS = {
    "data": "names for the data that commands make: `NAME: build --weights run8`",
    "arms": "the arms by name, each with `data` and the options above; the others are compared with the first one",
    "evaluate": "the evaluation sets by name, each with `data`, and if need be `split` (`test`) and `limit`",
}
"""The other keys of an ablation."""
_SET_KEYS = ("data", "split", "limit")
_VERBS = ("build", "import")
_NAME = re.compile(r"\w[\w .+-]*")


def known_ablations() -> list[str]:
    """Return the names of the shipped ablations."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_plan(name: str, *, evaluate: Sequence[str] = (), model: str | None = None) -> Plan:
    """Return a shipped ablation by name, or the one in a file; raise InputError with the file and the line of a fault.

    `evaluate` are further datasets to evaluate on, each called like its file or folder; `model` replaces that of all arms.
    """
    path = FOLDER / f"{name}.yaml" if name in known_ablations() else local(name)
    if not there(path):
        raise InputError(f"{name}: neither an ablation nor the file of one; {did_you_mean(name, known_ablations())}")
    text = read_text(path)
    try:
        plan = _plan(load(text, unique=True), path, text)
    except FormatError as error:
        raise InputError(f"{path}: {error}") from None
    except InputError as error:
        raise located(error, path, text) from None
    arms = tuple(replace(arm, model=model or arm.model) for arm in plan.arms)
    return replace(plan, arms=arms, sets=_with_further(plan.sets, evaluate))


def with_keys(message: str) -> str:
    """Return a message with the keys of an ablation in place of flags of other commands.

    >>> with_keys("resume with --lr 0.01 --max-len 512, or choose another --out")
    'resume with lr 0.01 max_len 512, or choose another --out'
    """
    known = {*OPTIONS, *(each.name for each in fields(Sft))}

    def key(flag: re.Match[str]) -> str:
        name = flag[1].replace("-", "_")
        return name if name in known else flag[0]

    return re.sub(r"--([a-z][a-z0-9-]*)", key, message)


def _with_further(sets: tuple[EvaluationSet, ...], datasets: Sequence[str]) -> tuple[EvaluationSet, ...]:
    for dataset in datasets:
        named = EvaluationSet(short_name(dataset), dataset)
        if named.name in [each.name for each in sets]:
            raise InputError(f"--evaluate {dataset}: there is an evaluation set {named.name} already; rename the file")
        if not _is_dataset(dataset):
            raise InputError(f"--evaluate {dataset}: neither a folder, nor a file, nor ORG/NAME on the Hub")
        sets = (*sets, named)
    return sets


def _plan(node: Node, path: Path, text: str) -> Plan:
    known = (*OPTIONS, *KEYS)
    if not isinstance(node, dict):
        raise InputError(f"not a mapping; an ablation has {', '.join(known)}")
    for key, value in node.items():
        check_plain(value, (key,))
        if key not in known:
            raise InputError(f"unknown key {key}; {did_you_mean(key, known)}").at(key)
    commands: dict[str, list[str]] = {}
    for name, words in _mapping(node, "data").items() if "data" in node else ():
        commands[name] = _command(words, name, commands)
    usual = _options({key: value for key, value in node.items() if key in OPTIONS})
    arms = tuple(_arm(name, arm, usual, commands) for name, arm in _mapping(node, "arms").items())
    sets = tuple(_set(name, each, commands) for name, each in _mapping(node, "evaluate").items())
    for arm in arms[1:]:
        if not set(arm.seeds) & set(arms[0].seeds):
            raise InputError(f"{arm.name} shares no seed with {arms[0].name}, so they cannot be compared").at(
                "arms", arm.name
            )
    return Plan(path, text, commands, arms, sets)


def _mapping(node: Mapping[str, Node], key: str) -> dict[str, Node]:
    """Return a mapping of names; raise InputError if it is missing or empty, or if two names have one folder."""
    inner = node.get(key)
    if not isinstance(inner, dict) or not inner:
        raise InputError(f"{key} is {'missing' if key not in node else 'no mapping'}; write {key}: NAME: ...").at(key)
    folders: dict[str, str] = {}
    for name in inner:
        if not _NAME.fullmatch(name):
            raise InputError(f"{name} is no name: write letters, digits, spaces and . + - _").at(key, name)
        if folder_name(name) in folders:
            raise InputError(f"{name} and {folders[folder_name(name)]} have the same folder; rename one").at(key, name)
        folders[folder_name(name)] = name
    return inner


def _command(node: Node, name: str, earlier: Mapping[str, object]) -> list[str]:
    """Return the words of a command of generators, without its folder."""
    place = ("data", name)
    try:
        words = shlex.split(node) if isinstance(node, str) else []
    except ValueError:
        raise InputError(f"{node} cannot be split into words: a quotation mark or a backslash has no end").at(
            *place
        ) from None
    if not words:
        raise InputError(f"{name} is no command; write {name}: build --weights run8").at(*place)
    if words[0] not in _VERBS:
        raise InputError(f"{words[0]} makes no data; write build ... or import ...").at(*place)
    for word in words:
        if word.partition("=")[0] in ("--out", "--push"):
            raise InputError(f"{word} is not possible: the data is kept in a folder of the ablation").at(*place)
        for found in PLACE.findall(word):
            if found not in (HERE, *earlier):
                known = did_you_mean(found, (HERE, *earlier))
                raise InputError(f"{{{found}}} names no data that stands before; {known}").at(*place)
    return words


def _arm(name: str, node: Node, usual: Mapping[str, Any], commands: Mapping[str, object]) -> Arm:
    if not isinstance(node, dict):
        raise InputError(f"{name} is no mapping; write {name}: {{data: ...}}").at("arms", name)
    try:
        known = ("data", *OPTIONS)
        for key in node:
            if key not in known:
                raise InputError(f"unknown key {key}; {did_you_mean(key, known)}").at(key)
        given = node.get("data", [])
        data = tuple(text for text in (given if isinstance(given, list) else [given]) if isinstance(text, str))
        if not data:
            raise InputError(f"{name} has no data; name some, or write a list of names").at("data")
        for text in data:
            _check_dataset(text, commands)
        own = _options({key: value for key, value in node.items() if key != "data"})
        options = {**usual, **own, "sft": {**usual.get("sft", {}), **own.get("sft", {})}}
        return Arm(name, data, **options)
    except InputError as error:
        raise error.at("arms", name) from None


def _set(name: str, node: Node, commands: Mapping[str, object]) -> EvaluationSet:
    try:
        if not isinstance(node, dict) or not isinstance(node.get("data"), str):
            raise InputError(f"{name} has no data; write {name}: {{data: ...}}")
        for key, value in node.items():
            if key not in _SET_KEYS:
                raise InputError(f"unknown key {key}; {did_you_mean(key, _SET_KEYS)}").at(key)
            if not isinstance(value, str):
                raise InputError(f"{key} is not a plain value").at(key)
        values = {key: str(value) for key, value in node.items()}
        _check_dataset(values["data"], commands)
        limit = _number("limit", values["limit"], 1) if "limit" in values else None
        return EvaluationSet(name, values["data"], values.get("split"), limit)
    except InputError as error:
        raise error.at("evaluate", name) from None


def _check_dataset(text: str, commands: Mapping[str, object]) -> None:
    """Raise InputError unless a text, perhaps with a weight, names made data, a folder, a file or a dataset on the Hub."""
    if not any(name in commands or _is_dataset(name) for name in (text, text.rpartition(":")[0])):
        hint = f"; {did_you_mean(text, commands)}" if commands else ""
        fault = f"{text}: neither data of this file, nor a folder, a file or ORG/NAME on the Hub{hint}"
        raise InputError(fault).at("data")


def _is_dataset(name: str) -> bool:
    return bool(name) and (name in ALIASES or local(name).exists() or hub_place(name) is not None)


def _options(node: Mapping[str, Node]) -> dict[str, Any]:
    """Return the values of an arm's options, checked."""
    found: dict[str, Any] = {}
    for key, value in node.items():
        try:
            found[key] = _option(key, value)
        except InputError as error:
            raise error if error.place[:1] == (key,) else error.at(key) from None
    if "recipe" in found or "sft" in found:
        section = read_recipe(found["recipe"]).sft if "recipe" in found else Sft()
        try:
            override(section, found.get("sft", {}), "sft")
        except InputError as error:
            raise error.at("sft") from None
    return found


def _option(key: str, value: Node) -> Any:
    if key == "seeds":
        given = value if isinstance(value, list) else [value]
        seeds = tuple(_number("a seed", seed, 0) for seed in given)
        if not seeds or len(set(seeds)) < len(seeds):
            raise InputError("seeds must be different numbers, at least one")
        return seeds
    if key == "sft":
        return _training_values(value)
    if not isinstance(value, str) or not (value.strip() or key == "system"):
        raise InputError(f"{key} is not a plain value")
    if key in ("rows", "max_len", "cut"):
        return _number(key, value, 1)
    if key == "recipe":
        read_recipe(value)
    return value.strip() if key == "system" else value


def _training_values(node: Node) -> dict[str, Any]:
    known = {each.name: each.type for each in fields(Sft)}
    if not isinstance(node, dict):
        raise InputError("sft is no mapping; write sft: {epochs: 1}")
    found = {}
    for key, value in node.items():
        if key not in known:
            raise InputError(f"unknown key {key}; {did_you_mean(key, known)}").at("sft", key)
        if not isinstance(value, str):
            raise InputError(f"{key} is not a plain value").at("sft", key)
        try:
            found[key] = read_value(known[key], value, key)
        except InputError as error:
            raise error.at("sft", key) from None
    return found


def _number(name: str, value: Node, least: int) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,9}", value) or int(value) < least:
        shown = f" is {value}" if isinstance(value, str) else ""
        raise InputError(f"{name}{shown}; write a whole number from {least} to {10**9 - 1:,}")
    return int(value)
