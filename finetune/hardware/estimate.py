"""Estimates the memory of a training step, and splits the rows of a step into the fewest passes that fit.

The estimate is computed from the model's shape. A test compares it with the tensors that autograd keeps on a CPU. It was
not compared with a GPU, so a fifth of the memory is left free.
"""

from dataclasses import dataclass
from typing import Any

import torch

from .device import Device

_SHARE = 0.8
"""The share of the free memory that a step may take by the estimate."""
_TRAINED = 16
"""Bytes of a trained weight: itself, its gradient and AdamW's two averages, in float32."""
_WORKSPACE = 1 << 30
"""Bytes for libraries, temporary tensors and the head, which scores tokens in pieces."""


@dataclass(frozen=True)
class Split:
    """The rows of one pass, the passes of a step, and whether activations are recomputed."""

    batch: int
    accumulation: int
    checkpointing: bool


@dataclass(frozen=True)
class Shape:
    """The sizes of a model on which the memory of training depends."""

    weights: int
    trained: int
    layers: int
    hidden: int
    inner: int
    heads: int
    narrow: int
    "the width of keys and values together"
    scores: bool
    "whether attention keeps the scores of all pairs of tokens"
    bytes: int
    "bytes of a number in most activations"

    @classmethod
    def of(cls, model: Any, device: Device) -> "Shape":
        """Return the shape of a language model, with its adapter if it has one."""
        config = model.config
        heads = config.num_attention_heads
        width = getattr(config, "head_dim", None) or config.hidden_size // heads
        weights = list(model.parameters())
        return cls(
            weights=sum(each.numel() * each.element_size() for each in weights if not each.requires_grad),
            trained=sum(each.numel() for each in weights if each.requires_grad),
            layers=config.num_hidden_layers,
            hidden=config.hidden_size,
            inner=getattr(config, "intermediate_size", None) or 4 * config.hidden_size,
            heads=heads,
            narrow=2 * width * (getattr(config, "num_key_value_heads", None) or heads),
            scores=config._attn_implementation == "eager",  # noqa: SLF001  # there is no public name
            bytes=2 if device.dtype is torch.bfloat16 else 4,
        )

    def layer(self, rows: int, tokens: int) -> int:
        """Return the bytes that one layer keeps for the backward pass, for so many rows of so many tokens.

        Kept are the inputs of both norms in float32 and their results, of seven products, of the rotation, of attention
        and of the gate; with attention of all pairs, its weights in float32 and, if that is another one, in the model's format.
        """
        kept = 2 * 4 * self.hidden + self.bytes * (10 * self.hidden + 3 * self.narrow + 5 * self.inner)
        pairs = self.heads * tokens * (4 if self.bytes == 4 else 4 + self.bytes) if self.scores else 0
        return rows * tokens * (kept + pairs)

    def step(self, rows: int, tokens: int, *, checkpointing: bool) -> int:
        """Return the bytes of a pass over so many rows of so many tokens: weights, optimizer and activations."""
        layer = self.layer(rows, tokens)
        inputs = self.layers * rows * tokens * self.hidden * self.bytes
        activations = inputs + layer if checkpointing else self.layers * layer
        return self.weights + self.trained * _TRAINED + activations + _WORKSPACE


def fewest_passes(shape: Shape, rows: int, tokens: int, memory: int) -> Split:
    """Return the split of a step's rows with the fewest passes that fit into memory, its longest row having `tokens`.

    Passes have equal numbers of rows, so that the step is the same whatever the split. Activations are recomputed only
    if not even one row fits without; the last resort is returned even if it does not fit by the estimate.
    """
    sizes = [size for size in range(rows, 0, -1) if rows % size == 0]
    for checkpointing in (False, True):
        for size in sizes:
            if shape.step(size, tokens, checkpointing=checkpointing) <= memory:
                return Split(size, rows // size, checkpointing)
    return Split(1, rows, checkpointing=True)


def usable_memory(device: Device) -> int:
    """Return the bytes that a training may take on a device: a share of those that are free."""
    if device.name == "cuda":
        return int(torch.cuda.mem_get_info()[0] * _SHARE)
    import psutil

    return int(psutil.virtual_memory().available * _SHARE)
