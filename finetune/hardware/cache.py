"""A CPU speed-up for decoding: a key-value cache with spare room, which writes new tokens in place.

The cache of transformers copies everything it holds for each token: two fifths of the time on a CPU. Its static cache
does not copy, but attends to its full length from the first token on, and does not drop finished rows from a batch.
"""

from typing import Any

from transformers import DynamicCache, DynamicLayer

_ROOM = 64
"""Tokens by which a full buffer grows."""


class GrowingLayer(DynamicLayer):  # type: ignore[misc]  # transformers may be absent where types are checked
    """The keys and values of one layer: a view of the filled part of a larger buffer."""

    def update(self, key_states: Any, value_states: Any, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Append the states of new tokens and return all states."""
        held, more = self.get_seq_length(), key_states.shape[-2]
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self.buffer = [_enlarged(states[..., :0, :], more + _ROOM) for states in (key_states, value_states)]
        elif held + more > self.buffer[0].shape[-2]:
            self.buffer = [_enlarged(part[..., :held, :], more + _ROOM) for part in self.buffer]
        for part, states in zip(self.buffer, (key_states, value_states), strict=True):
            part[..., held : held + more, :] = states
        self.keys, self.values = (part[..., : held + more, :] for part in self.buffer)
        return self.keys, self.values

    def batch_select_indices(self, indices: Any) -> None:
        """Keep these rows of the batch."""
        held = self.get_seq_length()
        self.buffer = [part[indices] for part in self.buffer]
        self.keys, self.values = (part[..., :held, :] for part in self.buffer)


def _enlarged(states: Any, more: int) -> Any:
    """Return a copy of keys or values with room for more tokens."""
    rows, heads, held, width = states.shape
    larger = states.new_empty(rows, heads, held + more, width)
    larger[..., :held, :] = states
    return larger


def growing_cache(model: Any) -> Any:
    """Return an empty cache for a model; layers with a sliding window keep transformers' own class."""
    cache = DynamicCache(config=model.config)
    cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache
