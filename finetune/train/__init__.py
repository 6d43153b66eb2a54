"""Supervised training and reinforcement learning; imports `solver` and every sub-package but `finetune.judge`."""
