"""Base models, adapters and chat templates; imports `solver`, `finetune.runs` and `finetune.hardware`."""
