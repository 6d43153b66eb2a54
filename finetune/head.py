"""What takes a third of a training step's time on a CPU and changes nothing: taken out of TRL's trainers.

Where there is no Triton, TRL's head scores every position, prompt and padding too, in tiles that it makes once more
for the gradient. PEFT widens what an adapter reads to float32, which autocast narrows at once.
"""

from functools import wraps
from typing import Any

from .device import Device

import torch  # after device, which sets what torch reads when it starts  # isort: skip


def read_narrow(model: Any) -> None:
    """Let adapters read what their layers read; only for a model that is never called outside autocast."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.cast_input_dtype_enabled = False


def score_labelled(model: Any, device: Device, temperature: float = 1.0) -> None:
    """Replace the head that a TRL trainer gave a model on a CPU; what it returns is the same.

    Called with `fused_lm_head`, the model returns log-probabilities, entropies and whether a label is the likeliest
    token, (rows, tokens - 1) each and zero where nothing is labelled.
    """
    if device.name != "cpu":
        return
    from trl.trainer.utils import FusedCausalLMOutput

    library = model.forward

    @wraps(library)
    def forward(*args: Any, fused_lm_head: bool = False, labels: Any = None, **inputs: Any) -> Any:
        if not fused_lm_head:
            return library(*args, **inputs) if labels is None else library(*args, labels=labels, **inputs)
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
        return FusedCausalLMOutput(log_probs=log_probs, entropy=entropy, is_top1=likeliest, label_mask=mask)

    model.forward = forward
