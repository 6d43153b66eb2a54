"""How a row is put to a model: its own chat template, or one fallback; and the proof that nothing is cut or unmasked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pyarrow as pa

from solver.refusal import InputError

FALLBACK = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
"""The form of Zephyr and TinyLlama, for a tokenizer that has no chat template of its own."""

_TOLD = 5
"""Rows that a refusal names."""


def prepare_tokenizer(tokenizer: Any) -> str:
    """Give a tokenizer a chat template and a pad token where it lacks them; return what was done, to be said once.

    Padding is always masked by length, never by the pad token's id: it often is the end token too. Text is read as
    it was written, without mending spaces, so that the solver judges what the model said.
    """
    if tokenizer.eos_token is None:
        raise InputError(f"{tokenizer.name_or_path}: its tokenizer has no end token; choose another model")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.clean_up_tokenization_spaces = False
    if tokenizer.chat_template:
        return ""
    tokenizer.chat_template = FALLBACK
    return "the tokenizer has no chat template; the form of Zephyr and TinyLlama is used"


def prompt_ids(tokenizer: Any, prompt: list[dict[str, str]]) -> list[int]:
    """Return the tokens that a model is given before it answers."""
    return _ids(tokenizer, prompt, add_generation_prompt=True)


def row_ids(tokenizer: Any, prompt: list[dict[str, str]], completion: list[dict[str, str]]) -> list[int]:
    """Return the tokens of a row, prompt and completion, as training sees them."""
    return _ids(tokenizer, prompt + completion, add_generation_prompt=False)


def _ids(tokenizer: Any, messages: list[dict[str, str]], *, add_generation_prompt: bool) -> list[int]:
    return list(
        tokenizer.apply_chat_template(messages, add_generation_prompt=add_generation_prompt, return_dict=True)[
            "input_ids"
        ]
    )


@dataclass(frozen=True)
class Length:
    """A row's length in tokens."""

    id: str
    prompt: int
    total: int

    @property
    def completion(self) -> int:
        """Tokens that the loss is on."""
        return self.total - self.prompt


def measure(tokenizer: Any, rows: pa.Table) -> list[Length]:
    """Return every row's length; raise InputError where a prompt's tokens are not the beginning of its row's."""
    lengths = []
    for row in rows.select(["id", "prompt", "completion"]).to_pylist():
        before, whole = prompt_ids(tokenizer, row["prompt"]), row_ids(tokenizer, row["prompt"], row["completion"])
        if whole[: len(before)] != before:
            raise InputError(
                f"row {row['id']}: the tokens of its prompt change when the completion follows; "
                "this chat template cannot be trained with completion-only loss"
            )
        lengths.append(Length(row["id"], len(before), len(whole)))
    return lengths


def refuse_long(lengths: Iterable[Length], max_len: int) -> None:
    """Raise InputError naming the rows that are longer than max_len: a cut target teaches to stop in the middle."""
    long = [length for length in lengths if length.total > max_len]
    if long:
        named = "; ".join(f"{row.id} has {row.prompt} + {row.completion} = {row.total}" for row in long[:_TOLD])
        more = f"; and {len(long) - _TOLD:,} more" if len(long) > _TOLD else ""
        longest = max(length.total for length in long)
        raise InputError(f"{len(long):,} rows are longer than --max-len {max_len}: {named}{more}; {longest} would do")


def length_rows(lengths: Sequence[Length]) -> list[tuple[str, int, int, int]]:
    """Return the length table: for prompts, completions and rows their least, middle and greatest number of tokens."""
    columns = {
        "prompt": [length.prompt for length in lengths],
        "completion": [length.completion for length in lengths],
        "row": [length.total for length in lengths],
    }
    return [(name, min(sizes), round(median(sizes)), max(sizes)) for name, sizes in columns.items()]


def check_mask(tokenizer: Any, rows: pa.Table, prepared: Iterable[dict[str, list[int]]]) -> None:
    """Check that a trainer masks exactly the prompt of every row, and cuts nothing; raise InputError otherwise."""
    for row, made in zip(rows.select(["id", "prompt", "completion"]).to_pylist(), prepared, strict=True):
        before, whole = prompt_ids(tokenizer, row["prompt"]), row_ids(tokenizer, row["prompt"], row["completion"])
        wanted = [-100] * len(before) + whole[len(before) :]
        if list(made["input_ids"]) != whole or list(made["labels"]) != wanted:
            raise InputError(
                f"row {row['id']}: the loss is not on exactly its completion; do not train with this model"
            )
