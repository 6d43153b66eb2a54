"""Decoding, evaluation and reports; imports `solver` and every sub-package but `finetune.train`."""
