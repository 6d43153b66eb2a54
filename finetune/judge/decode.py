"""Decodes prompts in batches, greedily or by sampling: sorted by length, padded on the left, finished rows dropped.

A row is finished at the end token, at the fence that closes its trace, or at the limit of tokens. Finished rows leave
the batch with their keys and values, so that short rows do not wait for the longest.

The random numbers of a sample depend on the seed, the row's id and the number of the sample alone. Rounding depends on
the batch: the same command gives the same texts, but with another batch size two nearly equal tokens may change places.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import torch
from transformers import DynamicCache

from finetune.models.constrained import end_tokens, mask
from finetune.models.static_cache import generate
from solver.constraint import Constraint

from .completion import BATCH, BaseDecoder, Completion, Lane, Sampling, by_row, sampled_lanes

_ORDINARY = 512
"""The most tokens of a prompt for which batches are whole: the memory for a longer prompt grows with its square."""
_WORTH = 7 / 8
"""Finished rows leave when at most this share of the batch remains: each time they leave, the cache is copied."""


class Decoder(BaseDecoder):
    """Decodes with one model until each row is finished.

    With `static`, batches are decoded by `generate` of transformers with a static cache. Finished rows then stay in the
    batch, its completions come when all are finished, and each sample has keys and values of its own for the prompt.
    """

    def __init__(self, model: Any, tokenizer: Any, limit: int, *, static: bool = False):
        room = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        super().__init__(tokenizer, end_tokens(model.generation_config, tokenizer), limit, room)
        self.model = model
        self.static = static

    def decode(
        self, prompts: list[list[int]], batch: int, constrain: Callable[[int], Constraint] | None = None
    ) -> Iterator[tuple[int, Completion]]:
        """Yield the number and the greedy completion of each prompt as soon as it is finished."""
        for part in _parts(prompts, batch):
            live = [Lane(row, constrain(row) if constrain else None) for row in part]
            for lane, completion in self._together([prompts[row] for row in part], live):
                yield lane.row, completion

    def sample(
        self,
        prompts: list[list[int]],
        keys: Sequence[str],
        sampling: Sampling,
        batch: int,
        constrain: Callable[[int], Constraint] | None = None,
    ) -> Iterator[tuple[int, list[Completion]]]:
        """Yield the number and the completions of each prompt.

        The keys and values of a prompt are computed once for all of them, or, if they are more than `batch`, once for
        each batch of them.
        """
        each = sampling.samples + 1
        rows = max(batch // each, 1)
        for part in _parts(prompts, rows):
            together = _batches(sampled_lanes(part, keys, sampling, constrain), min(rows * each, batch))
            asked = [prompts[row] for row in part]
            yield from by_row(chain.from_iterable(self._together(asked, live) for live in together), sampling)

    def stream(
        self, prompt: list[int], show: Callable[[str], None], constraint: Constraint | None = None
    ) -> Completion:
        """Decode one prompt greedily, show the text piece by piece as it is written, and return the completion."""
        lane = Lane(0, constraint)
        shown = ""
        cache = DynamicCache(config=self.model.config)
        ids = torch.tensor([prompt], device=self.model.device)
        finished = None
        while finished is None:
            chosen = self._choose(self._logits(input_ids=ids, past_key_values=cache), [lane])
            finished = self.append(lane, int(chosen[0]))
            text = self.text(lane.written)
            if not text.endswith("\ufffd") or finished:  # else its last character is incomplete
                show(text[len(shown) :])
                shown = text
            ids = chosen[:, None]
        return finished

    def _together(self, prompts: list[list[int]], live: list[Lane]) -> Iterator[tuple[Lane, Completion]]:
        """Decode one batch; `live` holds as many lanes for each of its prompts, in the order of the prompts."""
        ids, mask, places = self._padded(prompts)
        each = len(live) // len(prompts)
        if self.static:
            yield from self._generated(ids.repeat_interleave(each, 0), mask.repeat_interleave(each, 0), live)
            return
        cache = DynamicCache(config=self.model.config)
        logits = self._logits(input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=cache)
        if each > 1:
            cache.batch_repeat_interleave(each)
            mask, places, logits = (part.repeat_interleave(each, 0) for part in (mask, places, logits))
        while True:
            chosen = self._choose(logits, live)
            yield from self._finished(live, chosen)
            keep = [place for place, lane in enumerate(live) if not lane.done]
            if not keep:
                return
            ids, places = chosen[:, None], places[:, -1:] + 1
            mask = torch.cat([mask, mask.new_ones(len(live), 1)], 1)
            if len(keep) <= len(live) * _WORTH:
                index = torch.tensor(keep, device=self.model.device)
                ids, places, mask = ids[index], places[index], mask[index]
                cache.batch_select_indices(index)
                live = [live[place] for place in keep]
            logits = self._logits(input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=cache)

    def _generated(self, ids: torch.Tensor, mask: torch.Tensor, lanes: list[Lane]) -> list[tuple[Lane, Completion]]:
        """Return the completions of a batch of prompts, one a lane, decoded with a static cache."""
        made: list[tuple[Lane, Completion]] = []

        def choose(logits: torch.Tensor) -> torch.Tensor:
            chosen = self._choose(logits, lanes)
            made.extend(self._finished(lanes, chosen))
            return chosen

        def done() -> list[bool]:
            return [lane.done for lane in lanes]

        generate(self.model, ids, mask, self.limit, self.tokenizer.pad_token_id, choose=choose, done=done)
        return made

    def _finished(self, lanes: list[Lane], chosen: torch.Tensor) -> Iterator[tuple[Lane, Completion]]:
        """Append the chosen tokens to the lanes that are not done, and yield those that are finished by that."""
        for lane, token in zip(lanes, chosen.tolist(), strict=True):
            finished = None if lane.done else self.append(lane, token)
            if finished:
                lane.done = True
                yield lane, finished

    def logits(self, prompts: list[list[int]]) -> torch.Tensor:
        """Return the logits of the token that follows each prompt; prompts are read in batches of the usual size."""
        found: dict[int, torch.Tensor] = {}
        for part in _parts(prompts, BATCH):
            ids, mask, places = self._padded([prompts[row] for row in part])
            cache = DynamicCache(config=self.model.config)
            logits = self._logits(input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=cache)
            found.update(zip(part, logits, strict=True))
        return torch.stack([found[row] for row in range(len(prompts))])

    def _padded(self, prompts: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return prompts padded on the left: their tokens, their mask and the places of their tokens."""
        longest = max(map(len, prompts))
        fill = [longest - len(prompt) for prompt in prompts]
        pad = self.tokenizer.pad_token_id
        rows = [[pad] * gap + prompt for gap, prompt in zip(fill, prompts, strict=True)]
        ids = torch.tensor(rows, device=self.model.device)
        mask = torch.tensor([[0] * gap + [1] * (longest - gap) for gap in fill], device=self.model.device)
        return ids, mask, (mask.cumsum(1) - 1).clamp(min=0)

    def _logits(self, **inputs: Any) -> torch.Tensor:
        """Return the logits of each row's next token.

        The head is called directly on the last position: through the model's forward, transformers copies its weights
        for each row.
        """
        with torch.inference_mode():
            last = self.model.base_model(**inputs, use_cache=True).last_hidden_state[:, -1]
            return self.model.get_output_embeddings()(last).float()

    def _choose(self, logits: torch.Tensor, lanes: list[Lane]) -> torch.Tensor:
        """Return the next token of each lane, and add its log-probability to the lane."""
        constraints = [lane.constraint for lane in lanes if lane.constraint]
        drawn = [place for place, lane in enumerate(lanes) if lane.rng]
        with torch.inference_mode():
            allowed = mask(logits, constraints) if constraints else logits
            chosen = allowed.argmax(-1)
            if drawn:
                chosen[drawn] = _drawn(allowed[drawn], [lanes[place] for place in drawn])
            logprobs = logits.gather(1, chosen[:, None])[:, 0] - logits.logsumexp(1)
        for lane, token, logprob in zip(lanes, chosen.tolist(), logprobs.tolist(), strict=True):
            if lane.constraint:
                lane.constraint.take(token)
            if not lane.done:
                lane.logprob += logprob
        return chosen


def _parts(prompts: list[list[int]], size: int) -> Iterator[list[int]]:
    """Yield the numbers of the prompts of each batch, the longest prompts first; batches of long prompts are smaller."""
    order = sorted(range(len(prompts)), key=lambda row: -len(prompts[row]))
    while order:
        longest = max(len(prompts[order[0]]), _ORDINARY)
        rows = max(size * _ORDINARY**2 // longest**2, 1)
        yield order[:rows]
        del order[:rows]


def _batches(lanes: Iterator[Lane], size: int) -> Iterator[list[Lane]]:
    """Yield the lanes in lists of at most this size."""
    while batch := list(islice(lanes, size)):
        yield batch


def _drawn(logits: torch.Tensor, lanes: list[Lane]) -> torch.Tensor:
    """Draw a token for each lane: the first whose cumulated probability exceeds a random number of the lane.

    A token that a constraint excludes is never drawn, however a device rounds the sums.
    """
    heat = torch.tensor([lane.temperature for lane in lanes], device=logits.device)
    shares = (logits / heat[:, None]).softmax(1)
    sums = shares.cumsum(1).masked_fill(shares == 0, -1.0)
    points = [lane.rng.getrandbits(24) / 2**24 for lane in lanes if lane.rng]  # exact in float32, and below 1
    wanted = torch.tensor(points, device=logits.device) * sums.amax(1)
    return (sums > wanted[:, None]).byte().argmax(1)
