"""The keys and values of a decoding: with room to grow, so that a token is written in place and nothing is copied.

The library's own cache copies all that it holds for every token, which on a CPU took two fifths of the time.
"""

from typing import Any

from . import device  # noqa: F401  # before torch

from transformers import DynamicCache  # isort: skip
from transformers.cache_utils import DynamicLayer  # isort: skip

_ROOM = 64
"""Tokens by which a layer grows."""


class Growing(DynamicLayer):  # type: ignore[misc]  # transformers may be absent where types are checked
    """One layer's keys and values: the beginning of a buffer that has room for more."""

    def update(self, key_states: Any, value_states: Any, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Write the next tokens behind those held and return all."""
        held, more = self.get_seq_length(), key_states.shape[-2]
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self.buffer = [_longer(states[..., :0, :], more + _ROOM) for states in (key_states, value_states)]
        elif held + more > self.buffer[0].shape[-2]:
            self.buffer = [_longer(part[..., :held, :], more + _ROOM) for part in self.buffer]
        for part, states in zip(self.buffer, (key_states, value_states), strict=True):
            part[..., held : held + more, :] = states
        self.keys, self.values = (part[..., : held + more, :] for part in self.buffer)
        return self.keys, self.values

    def batch_select_indices(self, indices: Any) -> None:
        """Keep these rows."""
        held = self.get_seq_length()
        self.buffer = [part[indices] for part in self.buffer]
        self.keys, self.values = (part[..., :held, :] for part in self.buffer)


def _longer(states: Any, more: int) -> Any:
    """Return a copy of keys or values with room for more tokens."""
    rows, heads, held, width = states.shape
    longer = states.new_empty(rows, heads, held + more, width)
    longer[..., :held, :] = states
    return longer


def growing_cache(model: Any) -> Any:
    """Return an empty cache for a model; layers that see only a window stay the library's."""
    cache = DynamicCache(config=model.config)
    cache.layers = [Growing() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache
