"""Decodes with transformers' `generate` and keys and values of a fixed size, whose step is compiled on a GPU."""

from collections.abc import Callable
from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessor, StoppingCriteria


def generate(
    model: Any,
    ids: torch.Tensor,
    mask: torch.Tensor,
    limit: int,
    pad: int,
    *,
    choose: Callable[[torch.Tensor], torch.Tensor],
    done: Callable[[], list[bool]],
) -> None:
    """Write the tokens that `choose` picks from the logits of each step, until all rows are done.

    `ids` and `mask` are prompts padded on the left, of shape (rows, tokens). `choose` gets logits of shape (rows,
    vocabulary) and returns a token for each row, also for rows that `done` calls finished; those are ignored.
    """
    own = model.generation_config
    model.generation_config = GenerationConfig(
        max_new_tokens=limit, do_sample=False, cache_implementation="static", pad_token_id=pad
    )  # the model's own is replaced: `generate` would apply its penalties, and stop rows by itself
    try:
        model.generate(ids, attention_mask=mask, logits_processor=[_Chosen(choose)], stopping_criteria=[_Done(done)])
    finally:
        model.generation_config = own


class _Chosen(LogitsProcessor):  # type: ignore[misc]  # transformers ships no types
    """Excludes all tokens but the chosen ones, so that `generate` takes those."""

    def __init__(self, choose: Callable[[torch.Tensor], torch.Tensor]):
        self.choose = choose

    def __call__(self, _ids: Any, scores: Any) -> Any:
        """Return zero for the chosen token of each row, and minus infinity for the others."""
        return torch.full_like(scores, float("-inf")).scatter(1, self.choose(scores)[:, None], 0.0)


class _Done(StoppingCriteria):  # type: ignore[misc]  # transformers ships no types
    """Ends `generate` when all rows are done."""

    def __init__(self, done: Callable[[], list[bool]]):
        self.done = done

    def __call__(self, ids: Any, _scores: Any, **_: Any) -> Any:
        """Return for each row whether it is done."""
        return torch.tensor(self.done(), device=ids.device)
