"""The device, its memory, and CPU speed-ups for attention and loss; imports `solver` and `finetune.runs`."""
