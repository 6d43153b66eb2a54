"""The loss head for a CPU gives what TRL's gives, and switching off PEFT's cast changes no gradient."""

import copy

import pytest
import torch

from finetune.hardware.device import Device
from finetune.hardware.head import score_labelled
from finetune.models.base_model import load_model

pytestmark = pytest.mark.filterwarnings("default")
CPU = Device("cpu", torch.float32)


@pytest.fixture
def batch():
    """Return three rows of random tokens, padded on the right, with labels on the ends of two."""
    chance = torch.Generator().manual_seed(3)
    ids = torch.randint(2, 500, (3, 17), generator=chance)
    mask = torch.ones_like(ids)
    mask[1, 11:] = 0
    labels = ids.masked_fill(mask == 0, -100)
    labels[:2, :6] = -100
    labels[2] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_head_gives_what_trls_gives(model, batch, temperature):
    """Log-probabilities, entropies, most likely tokens, the mask and all gradients equal TRL's."""
    from trl.trainer.utils import add_fused_lm_head

    outputs = []
    models = [model, copy.deepcopy(model)]
    for each, ours in zip(models, (True, False), strict=True):
        if ours:
            score_labelled(each, CPU, temperature)
        else:
            add_fused_lm_head(each, temperature, outputs=("log_probs", "entropy", "is_top1"))
        outputs.append(each(**batch, fused_lm_head=True))
        outputs[-1].log_probs.sum().backward()
    found, wanted = outputs
    assert found.label_mask.sum() == 11 + 5
    for field in ("log_probs", "entropy", "is_top1", "label_mask"):
        torch.testing.assert_close(found[field], wanted[field])
    for (name, one), (_, other) in zip(*(each.named_parameters() for each in models), strict=True):
        torch.testing.assert_close(one.grad, other.grad, msg=name)


def test_the_head_leaves_other_calls_alone(model, batch):
    """Called as transformers calls it, the model gives logits and, with labels, its own loss."""
    wanted = model(**batch)
    score_labelled(model, CPU)
    found = model(**batch)
    torch.testing.assert_close(found.loss, wanted.loss)
    torch.testing.assert_close(model(batch["input_ids"]).logits, model(input_ids=batch["input_ids"]).logits)


def test_a_batch_without_labels_has_a_loss_of_zero_and_gradients(model, batch):
    """As with TRL's head, a part of a batch without labels has a loss of 0 and can be differentiated."""
    score_labelled(model, CPU)
    out = model(**batch | {"labels": torch.full_like(batch["labels"], -100)}, fused_lm_head=True)
    out.log_probs.sum().backward()
    assert out.log_probs.abs().sum() == 0
    assert all(part.grad is None or not part.grad.abs().sum() for part in model.parameters())


def test_both_speed_ups_keep_the_gradients_of_an_adapter(tiny, batch):
    """In bfloat16 under autocast, as in training, gradients keep their direction."""
    from peft import LoraConfig, get_peft_model
    from peft.helpers import disable_input_dtype_casting
    from trl.trainer.utils import add_fused_lm_head

    found = []
    for trimmed in (True, False):
        torch.manual_seed(0)
        base = load_model(str(tiny), Device("cpu", torch.bfloat16))
        wrapped = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
        add_fused_lm_head(base)
        if trimmed:
            score_labelled(base, CPU)
        with disable_input_dtype_casting(wrapped, active=trimmed), torch.autocast("cpu", torch.bfloat16):
            loss = -wrapped(**batch, fused_lm_head=True).log_probs.sum()
        loss.backward()
        found.append([part.grad for part in wrapped.parameters() if part.requires_grad])
        assert found[-1][0].dtype == torch.float32
    for one, other in zip(*found, strict=True):
        assert torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), dim=0) > 0.999
