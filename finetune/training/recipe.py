"""Reads training recipes: YAML files whose first line is the command that runs them; flags override their values."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from solver.document import Node, load, located
from solver.files import local, read_text, there
from solver.refusal import FormatError, InputError, did_you_mean

from .credit import CREDITS

FOLDER = Path(__file__).parents[1] / "recipes"


_WANTED: dict[Any, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _option(
    default: Any,
    meaning: str,
    *,
    zero: bool = False,
    below: float = float("inf"),
    choices: tuple[str, ...] = (),
    usual: tuple[float, float] | None = None,
) -> Any:
    """Return a field with its default, the text that `--help` shows, and the values it allows.

    A number must be above 0, or at least 0 with `zero`, and less than `below`. Outside `usual`, it is allowed and called
    odd.
    """
    said = {"help": meaning, "zero": zero, "below": below, "choices": choices, "usual": usual}
    return field(default=default, metadata=said)


@dataclass(frozen=True)
class Sft:
    """The options of supervised training."""

    epochs: float = _option(3.0, "passes over all rows", usual=(0.1, 100))
    batch: int = _option(2, "rows of one forward pass on one device")
    accumulation: int = _option(1, "passes of one step; the rows of a step are batch x accumulation x devices")
    lr: float = _option(2e-4, "peak learning rate of AdamW", usual=(1e-6, 0.05))
    beta2: float = _option(0.999, "decay of AdamW's average of squared gradients", below=1, usual=(0.9, 1))
    schedule: str = _option("cosine", "decay of the learning rate", choices=("cosine", "linear", "constant"))
    warmup: float = _option(
        0.03, "share of the steps in which the learning rate rises", zero=True, below=1, usual=(0, 0.5)
    )
    full: bool = _option(default=False, meaning="train all weights, without an adapter")
    targets: str = _option("all-linear", "layers that get the adapter: all-linear, or names such as q_proj,v_proj")
    rank: int = _option(16, "rank of the LoRA adapter", usual=(1, 512))
    alpha: int = _option(32, "scale of the adapter: alpha / rank")
    dropout: float = _option(0.0, "dropout before the adapter", zero=True, below=1, usual=(0, 0.5))
    weight_decay: float = _option(0.0, "weight decay of AdamW", zero=True, below=1, usual=(0, 0.3))
    clip: float = _option(1.0, "greatest norm of the gradient; a longer one is scaled down to it", usual=(0.01, 100))
    checkpointing: bool = _option(default=False, meaning="recompute activations to save memory")
    fit: bool = _option(
        default=False, meaning="choose batch, accumulation and checkpointing by free memory; the rows of a step stay"
    )
    packing: bool = _option(default=False, meaning="put the rows of a pass end to end, without padding")
    attention: str = _option(
        "auto", "kind of attention", choices=("auto", "eager", "sdpa", "flash_attention_2", "flash_attention_3")
    )
    kernels: bool = _option(default=False, meaning="use fused kernels of the package kernels")
    compile: bool = _option(default=False, meaning="compile the model with torch")
    order: str = _option("shuffled", "order of the rows in each epoch", choices=("shuffled", "difficulty"))
    easy: float = _option(0.2, "share of easy rows at any time if the number of steps rises", zero=True, below=0.5)
    save_every: int = _option(50, "steps between checkpoints")
    validation: int = _option(
        16, "validation rows for held-out loss and accuracy at each checkpoint; 0 for none", zero=True
    )
    eval_rows: int = _option(16, "rows of each --eval-dataset at each checkpoint")
    patience: int = _option(0, "checkpoints without a better one after which training stops; 0 for never", zero=True)
    threads: int = _option(0, "threads of a CPU; 0 for the fewest that a timing finds about as fast as any", zero=True)


UNSCORED = ("full", "order", "easy", "validation", "eval_rows", "patience", "threads")
"""Options that the training of a scorer ignores or refuses: it is an adapter, and its rows are samples, without checks."""


@dataclass(frozen=True)
class Rl:
    """The options of reinforcement learning."""

    steps: int = _option(20, "steps of the optimizer")
    prompts: int = _option(4, "questions of one step on one device")
    generations: int = _option(8, "completions sampled for each question")
    accumulation: int = _option(4, "passes of one step; must divide prompts x generations")
    credit: str = _option("gated", "reward of completions that are not right", choices=tuple(CREDITS))
    redraws: int = _option(
        2, "rounds in which further questions replace those with equal rewards; 0 for none", zero=True
    )
    temperature: float = _option(0.9, "sampling temperature", usual=(0.1, 2))
    constrained: bool = _option(default=False, meaning="sample only traces that the grammar of their question allows")
    vllm: bool = _option(default=False, meaning="sample with vLLM, on the GPU that trains")
    kl: float = _option(0.02, "weight of the KL divergence from the initial adapter", zero=True, usual=(0, 1))
    lr: float = _option(1e-5, "learning rate of AdamW, constant", usual=(1e-8, 1e-3))
    max_new_tokens: int = _option(256, "limit of a completion in tokens", usual=(32, 4096))
    checkpointing: bool = _option(default=False, meaning="recompute activations to save memory")
    save_every: int = _option(10, "steps between checkpoints")


@dataclass(frozen=True)
class Recipe:
    """The content of a recipe file; without a model, the device's default model is trained."""

    model: str = ""
    max_len: int = _option(1024, "limit of a row in tokens")
    sft: Sft = field(default_factory=Sft)
    rl: Rl = field(default_factory=Rl)


def known_recipes() -> list[str]:
    """Return the names of the shipped recipes."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_recipe(name: str) -> Recipe:
    """Return a shipped recipe by name, or the recipe in a file; raise InputError saying what is wrong with it."""
    path = FOLDER / f"{name}.yaml" if name in known_recipes() else local(name)
    if not there(path):
        raise InputError(f"{name}: neither a recipe nor a recipe file; {did_you_mean(name, known_recipes())}")
    text = read_text(path)
    try:
        recipe: Recipe = _record(Recipe, load(text, unique=True))
    except FormatError as error:
        raise InputError(f"{path}: {error}") from None
    except InputError as error:
        raise located(error, path, text) from None
    return replace(recipe, model=str(local(recipe.model))) if recipe.model.startswith("~") else recipe


def recipe_for(device: str, name: str | Path | None) -> Recipe:
    """Return the recipe of a name or a file, by default the one for a device of this name."""
    return read_recipe(str(name or ("tinyllama" if device == "cuda" else "smollm2")))


def with_options(section: Any, options: Mapping[str, Any]) -> Any:
    """Return a section with other values of some options; raise InputError for an unknown one or a wrong type."""
    known = {each.name: each for each in fields(section)}
    for name, value in options.items():
        if name not in known:
            raise InputError(f"{name} is no option of training; {did_you_mean(name, known)}")
        kind: Any = known[name].type
        if not isinstance(value, (int, float) if kind is float else kind) or (
            isinstance(value, bool) and kind is not bool
        ):
            raise InputError(f"{name} is {value!r}; give {_WANTED[kind]}")
    found = override(section, options)
    _refuse_idle(found, options)
    return found


def _refuse_idle(section: Any, options: Mapping[str, Any]) -> None:
    """Raise InputError for an option that would do nothing beside the others."""
    if not isinstance(section, Sft):
        return
    if section.order != "difficulty" and "easy" in options:
        raise InputError(f"easy is for order difficulty, and order is {section.order}; leave one of them out")
    adapter = [name for name in ("targets", "rank", "alpha", "dropout") if name in options]
    if section.full and adapter:
        raise InputError(
            f"{adapter[0]} is of an adapter, and full trains all weights without one; leave one of them out"
        )


def override(section: Any, flags: Mapping[str, Any], where: str = "") -> Any:
    """Return a section with the values of the flags that were given; the value of an omitted flag is None.

    `where` stands before the name of an option in an error.
    """
    known = {each.name for each in fields(section)}
    given = {name: value for name, value in flags.items() if name in known and value is not None}
    return _checked(replace(section, **given), where)


def odd_values(section: Sft | Rl) -> str | None:
    """Return a warning that names the values far from usual ones, or None; a run that takes them may learn nothing.

    >>> odd_values(Sft(lr=50.0))
    'warning: odd values: lr 50.0 (usual: 1e-06 to 0.05)'
    """
    found = []
    for each in fields(section):
        usual, value = each.metadata["usual"], getattr(section, each.name)
        if usual and not usual[0] <= value <= usual[1]:
            found.append(f"{each.name} {value} (usual: {usual[0]} to {usual[1]})")
    return f"warning: odd values: {', '.join(found)}" if found else None


def _record(kind: type, node: Node) -> Any:
    """Return a recipe or a section of one; an error has the place of its key."""
    known = {each.name: each for each in fields(kind)}
    if not isinstance(node, dict):
        raise InputError(f"not a mapping; write {', '.join(known)}")
    found = {}
    for key, value in node.items():
        try:
            if key not in known:
                raise InputError(f"unknown key {key}; {did_you_mean(key, known)}")
            found[key] = _value(known[key].type, value, key)
        except InputError as error:
            raise error.at(key) from None
    return _checked(kind(**found))


def _value(kind: Any, node: Node, name: str) -> Any:
    if kind in (Sft, Rl):
        return _record(kind, node)
    if not isinstance(node, str):
        raise InputError(f"{name} is not a plain value")
    return read_value(kind, node, name)


def read_value(kind: Any, text: str, where: str) -> Any:
    """Return the value that a text writes, in a recipe or on the command line."""
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        return kind(text)
    except (ValueError, KeyError):
        raise InputError(f"{where} is {text}; write {_WANTED[kind]}") from None


def read_option(option: Field[Any], text: str, name: str) -> Any:
    """Return the value of an option that a text writes; raise InputError, which calls it `name`, for any other."""
    value = read_value(option.type, text, name)
    _check_value(value, option, name)
    return value


def _checked(record: Any, where: str = "") -> Any:
    """Return the record; raise InputError naming a value that its field does not allow."""
    before = f"{where}: " if where else ""
    for each in fields(record):
        if each.metadata:
            try:
                _check_value(getattr(record, each.name), each, f"{before}{each.name}")
            except InputError as error:
                raise error.at(each.name) from None
    if isinstance(record, Rl):
        if record.generations < 2:
            raise InputError(f"{before}generations is {record.generations}; comparing needs at least 2")
        if record.prompts * record.generations % record.accumulation:
            raise InputError(f"{before}accumulation {record.accumulation} does not divide prompts x generations")
        if record.vllm and record.constrained:
            raise InputError(f"{before}vllm samples without the grammar of constrained; leave one of them out")
    return record


def _check_value(value: Any, option: Field[Any], name: str) -> None:
    zero, below, choices = (option.metadata[key] for key in ("zero", "below", "choices"))
    if choices and value not in choices:
        raise InputError(f"{name} is {value}; {did_you_mean(value, choices)}")
    if isinstance(value, bool | str):
        return
    if not (0 if zero else 1e-12) <= value < float("inf"):
        raise InputError(f"{name} is {value}; write a number {'from 0 on' if zero else 'above 0'}")
    if value >= below:
        raise InputError(f"{name} is {value}; write a number below {below}")
