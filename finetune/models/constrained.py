"""Masks the logits of a model, so that it writes only traces that can be read and run."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import LogitsProcessor

from solver.constraint import Constraint, Vocabulary, masks


def end_tokens(generation: Any, tokenizer: Any) -> set[int]:
    """Return the tokens that end a completion: that of the tokenizer, and those at which the model's generation stops."""
    stops = generation.eos_token_id
    return {tokenizer.eos_token_id, *(stops if isinstance(stops, list) else [] if stops is None else [stops])}


def vocabulary_of(tokenizer: Any, ends: set[int]) -> Vocabulary:
    """Return the vocabulary of a fast tokenizer, without its padding and truncation."""
    fast = type(tokenizer.backend_tokenizer).from_str(tokenizer.backend_tokenizer.to_str())
    fast.no_padding()
    fast.no_truncation()
    return Vocabulary(fast.to_str(), ends)


def mask(logits: torch.Tensor, constraints: Sequence[Constraint]) -> torch.Tensor:
    """Return the logits of a batch, minus infinity for the tokens that the constraints of its rows exclude."""
    words = torch.from_numpy(masks(constraints)).to(logits.device)
    bits = words[:, :, None] >> torch.arange(32, device=logits.device, dtype=words.dtype)
    known = (bits & 1).bool().flatten(1)[:, : logits.shape[1]]
    allowed = torch.zeros_like(logits, dtype=torch.bool)  # a head may be wider than its vocabulary
    allowed[:, : known.shape[1]] = known
    return logits.masked_fill(~allowed, float("-inf"))


class Constrained(LogitsProcessor):  # type: ignore[misc]  # transformers ships no types
    """Constrains `generate` of transformers: one constraint for each row of its batch, in order."""

    def __init__(self, constraints: Sequence[Constraint]):
        self.constraints = constraints
        self.read: int | None = None

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Take the tokens that were chosen since the last call, and mask the next ones."""
        if self.read is not None:
            for constraint, tokens in zip(self.constraints, input_ids[:, self.read :].tolist(), strict=True):
                for token in tokens:
                    if not constraint.ended:  # what follows pads the batch
                        constraint.take(token)
        self.read = input_ids.shape[1]
        return mask(scores, self.constraints)
