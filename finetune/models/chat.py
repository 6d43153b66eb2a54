"""Puts rows into a model's chat template, and checks that training neither cuts nor unmasks a token of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pyarrow as pa

from solver.plurals import counted
from solver.refusal import InputError

FALLBACK = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
"""The chat template of Zephyr and TinyLlama, for a tokenizer that has none."""

_SHOWN = 5
"""The number of rows that an error message names."""


def prepare_tokenizer(tokenizer: Any) -> str:
    """Give a tokenizer the chat template and pad token that it lacks; return a note about the template, or "".

    Padding is masked by length, never by the pad token's id, which is often the end token's too. Decoding keeps
    spaces as the model wrote them, so that the solver judges the model's own text.
    """
    if tokenizer.eos_token is None:
        raise InputError(f"{tokenizer.name_or_path}: its tokenizer has no end token; choose another model")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.clean_up_tokenization_spaces = False
    if tokenizer.chat_template:
        return ""
    tokenizer.chat_template = FALLBACK
    return "the tokenizer has no chat template; the template of Zephyr and TinyLlama is used"


def prompt_ids(tokenizer: Any, prompt: list[dict[str, str]]) -> list[int]:
    """Return the tokens of a prompt, up to where the model's answer begins."""
    return _ids(tokenizer, prompt, add_generation_prompt=True)


def row_ids(tokenizer: Any, prompt: list[dict[str, str]], completion: list[dict[str, str]]) -> list[int]:
    """Return the tokens of a row, prompt and completion, as training reads them."""
    return _ids(tokenizer, prompt + completion, add_generation_prompt=False)


def _ids(tokenizer: Any, messages: list[dict[str, str]], *, add_generation_prompt: bool) -> list[int]:
    encoded = tokenizer.apply_chat_template(messages, add_generation_prompt=add_generation_prompt, return_dict=True)
    return list(encoded["input_ids"])


@dataclass(frozen=True)
class Length:
    """A row's length in tokens."""

    id: str
    prompt: int
    total: int

    @property
    def completion(self) -> int:
        """The number of tokens that count in the loss."""
        return self.total - self.prompt


def measure(tokenizer: Any, rows: pa.Table) -> list[Length]:
    """Return the length of each row; raise InputError where a row's tokens do not begin with its prompt's."""
    lengths = []
    for row in rows.select(["id", "prompt", "completion"]).to_pylist():
        prompt, whole = prompt_ids(tokenizer, row["prompt"]), row_ids(tokenizer, row["prompt"], row["completion"])
        if whole[: len(prompt)] != prompt:
            raise InputError(
                f"row {row['id']}: the tokens of its prompt change when the completion follows; "
                "this chat template cannot be trained with completion-only loss"
            )
        lengths.append(Length(row["id"], len(prompt), len(whole)))
    return lengths


def refuse_long(lengths: Iterable[Length], max_len: int) -> None:
    """Raise InputError naming the rows that exceed max_len: a cut target teaches the model to stop too early."""
    long = [length for length in lengths if length.total > max_len]
    if long:
        named = "; ".join(f"{row.id} has {row.prompt} + {row.completion} = {row.total}" for row in long[:_SHOWN])
        more = f"; and {len(long) - _SHOWN:,} more" if len(long) > _SHOWN else ""
        longest = max(length.total for length in long)
        raise InputError(
            f"{counted(len(long), 'row')} longer than --max-len {max_len}: {named}{more}; {longest} would do"
        )


def length_rows(lengths: Sequence[Length]) -> list[tuple[str, int, int, int]]:
    """Return the length table: the least, median and greatest number of tokens of prompts, completions and rows."""
    columns = {
        "prompt": [length.prompt for length in lengths],
        "completion": [length.completion for length in lengths],
        "row": [length.total for length in lengths],
    }
    return [(name, min(sizes), round(median(sizes)), max(sizes)) for name, sizes in columns.items()]


def check_mask(tokenizer: Any, rows: pa.Table, prepared: Iterable[dict[str, list[int]]]) -> None:
    """Raise InputError unless a trainer's rows are whole and mask exactly the prompt."""
    for row, made in zip(rows.select(["id", "prompt", "completion"]).to_pylist(), prepared, strict=True):
        prompt, whole = prompt_ids(tokenizer, row["prompt"]), row_ids(tokenizer, row["prompt"], row["completion"])
        labels = [-100] * len(prompt) + whole[len(prompt) :]
        if list(made["input_ids"]) != whole or list(made["labels"]) != labels:
            raise InputError(
                f"row {row['id']}: the loss is not on exactly its completion; do not train with this model"
            )
