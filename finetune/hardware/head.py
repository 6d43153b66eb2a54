"""A CPU speed-up for the loss: scores labelled tokens only.

Without Triton, TRL's trainers score every position, prompt and padding included, in tiles that the backward pass
computes again. Here each labelled token is scored once.
"""

from functools import wraps
from typing import Any

import torch

from finetune.runs.libraries import needed

from .device import Device


def score_labelled(model: Any, device: Device, temperature: float = 1.0) -> None:
    """Replace the loss head that a TRL trainer added to a model on a CPU by one that returns the same, faster.

    Called with `fused_lm_head`, the model returns log-probabilities, entropies and whether the label is the most
    likely token; each is (rows, tokens - 1), and zero where there is no label.
    """
    if device.name != "cpu":
        return
    output = needed("trl.trainer.utils:FusedCausalLMOutput")
    original = model.forward

    @wraps(original)
    def forward(*args: Any, fused_lm_head: bool = False, labels: Any = None, **inputs: Any) -> Any:
        if not fused_lm_head:
            return original(*args, **inputs) if labels is None else original(*args, labels=labels, **inputs)
        hidden = model.base_model(*args, **inputs | {"use_cache": False}).last_hidden_state[:, :-1]
        mask = labels[:, 1:] != -100
        targets = labels[:, 1:][mask]
        scores = model.get_output_embeddings()(hidden[mask] / temperature).float().log_softmax(-1)
        with torch.no_grad():
            entropy = -torch.linalg.vecdot(scores.exp(), scores)
            likeliest = scores.argmax(-1) == targets
        chosen = -torch.nn.functional.nll_loss(scores, targets, reduction="none")
        log_probs, entropy, likeliest = (
            found.new_zeros(mask.shape).masked_scatter(mask, found) for found in (chosen, entropy, likeliest)
        )
        return output(log_probs=log_probs, entropy=entropy, is_top1=likeliest, label_mask=mask)

    model.forward = forward
