"""Decodes prompts greedily in batches: sorted by length, padded on the left, each row dropped when it is finished.

A row is finished at the end token, at the fence that closes its trace, or at the limit of tokens. Finished rows leave
the batch with their keys and values, so that short rows do not wait for the longest.

Rounding depends on the batch: the same command gives the same texts, but with another batch size two nearly equal
tokens may change places.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache

from finetune.models.constrained import mask, vocabulary_of
from solver.constraint import Constraint, Vocabulary
from solver.grounding import Reading
from solver.text import FENCE

_NAMED = re.compile(r"^\W*expert\b", re.MULTILINE)

_WORTH = 7 / 8
"""Finished rows leave when at most this share of the batch remains: each time they leave, the cache is copied."""


@dataclass(frozen=True)
class Completion:
    """The text that a model wrote, its number of tokens, and whether it was cut at the limit."""

    text: str
    tokens: int
    truncated: bool


def closed(text: str) -> bool:
    """Return whether the text contains the fence that closes its trace."""
    named = _NAMED.search(text)
    return text.find(FENCE, named.end()) >= 0 if named else text.count(FENCE) >= 2


class Decoder:
    """Decodes with one model: always the most likely token, until a row is finished."""

    def __init__(self, model: Any, tokenizer: Any, limit: int):
        self.model = model
        self.tokenizer = tokenizer
        self.limit = limit
        stops = model.generation_config.eos_token_id
        self.ends = {tokenizer.eos_token_id, *(stops if isinstance(stops, list) else [stops])}
        self._vocabulary: Vocabulary | None = None
        self.ticks = {token for text, token in tokenizer.get_vocab().items() if "`" in text}

    def constraint(self, question: str, reading: Reading = Reading()) -> Constraint:  # noqa: B008  # a frozen value
        """Return a constraint for one completion."""
        if self._vocabulary is None:
            self._vocabulary = vocabulary_of(self.tokenizer, self.ends)
        return Constraint(self._vocabulary, question, reading)

    def decode(
        self, prompts: list[list[int]], batch: int, constraints: Sequence[Constraint] | None = None
    ) -> Iterator[tuple[int, Completion]]:
        """Yield the number and the completion of each prompt as soon as it is finished.

        With `constraints`, one for each prompt, each token is the most likely one that its constraint allows.
        """
        order = sorted(range(len(prompts)), key=lambda row: -len(prompts[row]))
        for start in range(0, len(order), batch):
            yield from self._together(prompts, order[start : start + batch], constraints)

    def stream(
        self, prompt: list[int], show: Callable[[str], None], constraint: Constraint | None = None
    ) -> Completion:
        """Decode one prompt, show the text piece by piece as it is written, and return the completion."""
        held = None if constraint is None else [constraint]
        written: list[int] = []
        shown = ""
        cache = DynamicCache(config=self.model.config)
        ids = torch.tensor([prompt], device=self.model.device)
        finished = None
        while finished is None:
            token = int(self._next(held, input_ids=ids, past_key_values=cache)[0])
            finished = self._append(written, token)
            text = self._text(written)
            if not text.endswith("\ufffd") or finished:  # else its last character is incomplete
                show(text[len(shown) :])
                shown = text
            ids = torch.tensor([[token]], device=self.model.device)
        return finished

    def _together(
        self, prompts: list[list[int]], live: list[int], constraints: Sequence[Constraint] | None
    ) -> Iterator[tuple[int, Completion]]:
        """Decode one batch; `live` holds the numbers of its prompts."""
        longest = max(len(prompts[row]) for row in live)
        fill = [longest - len(prompts[row]) for row in live]
        pad = self.tokenizer.pad_token_id
        rows = [[pad] * gap + prompts[row] for gap, row in zip(fill, live, strict=True)]
        ids = torch.tensor(rows, device=self.model.device)
        mask = torch.tensor([[0] * gap + [1] * (longest - gap) for gap in fill], device=self.model.device)
        places = (mask.cumsum(1) - 1).clamp(min=0)
        cache = DynamicCache(config=self.model.config)
        written: dict[int, list[int]] = {row: [] for row in live}
        done: set[int] = set()
        while True:
            held = None if constraints is None else [constraints[row] for row in live]
            chosen = self._next(held, input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=cache)
            for row, token in zip(live, chosen.tolist(), strict=True):
                finished = None if row in done else self._append(written[row], token)
                if finished:
                    done.add(row)
                    yield row, finished
            keep = [place for place, row in enumerate(live) if row not in done]
            if not keep:
                return
            ids, places = chosen[:, None], places[:, -1:] + 1
            mask = torch.cat([mask, mask.new_ones(len(live), 1)], 1)
            if len(keep) <= len(live) * _WORTH:
                index = torch.tensor(keep, device=self.model.device)
                ids, places, mask = ids[index], places[index], mask[index]
                cache.batch_select_indices(index)
                live = [live[place] for place in keep]

    def _next(self, constraints: Sequence[Constraint] | None, **inputs: Any) -> Any:
        """Return the most likely next token of each row.

        The head is called directly on the last position: through the model's forward, transformers copies its weights
        for each row.
        """
        with torch.inference_mode():
            last = self.model.base_model(**inputs, use_cache=True).last_hidden_state[:, -1]
            logits = self.model.get_output_embeddings()(last)
            chosen = (mask(logits, constraints) if constraints else logits).argmax(-1)
        for constraint, token in zip(constraints or (), chosen.tolist() if constraints else (), strict=True):
            constraint.take(token)
        return chosen

    def _append(self, written: list[int], token: int) -> Completion | None:
        """Append a token to a row; return the completion if that finishes it."""
        if token in self.ends:
            return Completion(self._text(written), len(written), truncated=False)
        written.append(token)
        full = len(written) >= self.limit
        if token in self.ticks or full:
            text = self._text(written)
            if closed(text) or full:
                return Completion(text, len(written), truncated=not closed(text))
        return None

    def _text(self, tokens: list[int]) -> str:
        """Return the text of generated tokens with its spaces unchanged."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
