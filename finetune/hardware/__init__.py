"""The device, its memory and threads, and a CPU speed-up for the loss.

Imports solver and runs.
"""
