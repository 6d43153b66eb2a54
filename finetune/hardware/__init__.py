"""The device, its memory, and CPU speed-ups for attention and loss.

Imports solver and runs.
"""
