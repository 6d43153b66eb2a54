"""Base models, adapters and chat templates.

Imports solver, runs and hardware.
"""
