"""The device, its memory, and CPU speed-ups for attention, cache and loss; imports `solver` and `finetune.runs`."""
