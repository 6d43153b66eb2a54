"""Training recipes: YAML files whose first line is the command that runs them; a flag overrides any value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from solver.document import Node, load
from solver.refusal import FormatError, InputError, did_you_mean

FOLDER = Path(__file__).parent / "recipes"
SCHEDULES = ("cosine", "linear", "constant")


def _told(meaning: str) -> Any:
    """Return a value's field, with the words that `--help` has for it."""
    return field(metadata={"help": meaning})


@dataclass(frozen=True)
class Sft:
    """What supervised training is told."""

    epochs: float = _told("times that every row is seen")
    batch: int = _told("rows of one forward pass on one device")
    accumulation: int = _told("passes of one step; the step's rows are batch x accumulation x devices")
    lr: float = _told("the highest learning rate of AdamW")
    beta2: float = _told("how much AdamW's measure of the gradients' size keeps of itself each step")
    schedule: str = _told("how the learning rate falls: cosine, linear or constant")
    warmup: float = _told("the share of the steps in which the learning rate rises")
    rank: int = _told("rank of the LoRA adapter, on all linear layers")
    alpha: int = _told("the adapter's weight is alpha / rank")
    dropout: float = _told("dropout before the adapter")
    checkpointing: bool = _told("recompute activations to save memory")
    save_every: int = _told("steps between checkpoints")


@dataclass(frozen=True)
class Rl:
    """What reinforcement is told."""

    steps: int = _told("steps of the optimizer")
    prompts: int = _told("questions of one step on one device")
    generations: int = _told("completions that each question gets")
    accumulation: int = _told("passes of one step; must divide prompts x generations")
    temperature: float = _told("how freely completions are drawn")
    kl: float = _told("weight of the distance to the model that was begun with")
    lr: float = _told("the learning rate of AdamW, constant")
    max_new_tokens: int = _told("tokens after which a completion is cut")
    checkpointing: bool = _told("recompute activations to save memory")
    save_every: int = _told("steps between checkpoints")


@dataclass(frozen=True)
class Recipe:
    """A recipe file's content."""

    model: str
    max_len: int
    sft: Sft
    rl: Rl


def known_recipes() -> list[str]:
    """Return the names of the shipped recipes."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_recipe(name: str) -> Recipe:
    """Return the shipped recipe of that name, or the recipe in that file; raise InputError saying what is wrong."""
    path = FOLDER / f"{name}.yaml" if name in known_recipes() else Path(name)
    try:
        node = load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise InputError(
            f"{name}: neither a recipe nor a readable recipe file; {did_you_mean(name, known_recipes())}"
        ) from None
    except FormatError as error:
        raise InputError(f"{path}: {error}") from None
    return _record(Recipe, node, str(path))


def override(section: Any, flags: Mapping[str, Any]) -> Any:
    """Return a section with the values that flags give; a flag that is None is silent."""
    known = {each.name for each in fields(section)}
    given = {name: value for name, value in flags.items() if name in known and value is not None}
    return _sound(replace(section, **given), "the flags")


def _record(kind: type, node: Node, where: str) -> Any:
    known = {each.name: each.type for each in fields(kind)}
    if not isinstance(node, dict):
        raise InputError(f"{where}: not a mapping; write {', '.join(known)}")
    for key in node:
        if key not in known:
            raise InputError(f"{where}: unknown key {key}; {did_you_mean(key, known)}")
    missing = [key for key in known if key not in node]
    if missing:
        raise InputError(f"{where}: {', '.join(missing)} is missing")
    return _sound(kind(**{key: _value(known[key], node[key], f"{where}: {key}") for key in known}), where)


def _value(kind: Any, node: Node, where: str) -> Any:
    if kind in (Sft, Rl):
        return _record(kind, node, where)
    if not isinstance(node, str):
        raise InputError(f"{where}: not a plain value")
    return read_value(kind, node, where)


def read_value(kind: Any, text: str, where: str) -> Any:
    """Return a value of a recipe from its text, in a file or on a command line."""
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        return kind(text)
    except (ValueError, KeyError):
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}[kind]
        raise InputError(f"{where} is {text}; write {wanted}") from None


def _sound(record: Any, where: str) -> Any:
    """Return a record whose values make sense; raise InputError naming the one that does not."""
    for each in fields(record):
        value = getattr(record, each.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            free = each.name in ("dropout", "warmup", "kl")
            if not (0 if free else 1e-12) <= value < float("inf"):
                raise InputError(
                    f"{where}: {each.name} is {value}; write a number {'from 0 on' if free else 'above 0'}"
                )
    for name in ("beta2", "dropout") if isinstance(record, Sft) else ():
        if getattr(record, name) >= 1:
            raise InputError(f"{where}: {name} is {getattr(record, name)}; write a share below 1")
    if isinstance(record, Sft) and record.schedule not in SCHEDULES:
        raise InputError(f"{where}: schedule is {record.schedule}; {did_you_mean(record.schedule, SCHEDULES)}")
    if isinstance(record, Rl):
        if record.generations < 2:
            raise InputError(f"{where}: generations is {record.generations}; comparing needs at least 2")
        if record.prompts * record.generations % record.accumulation:
            raise InputError(f"{where}: accumulation {record.accumulation} does not divide prompts x generations")
    return record
