"""Supervised training and reinforcement learning.

Imports solver, runs, hardware and models.
"""
