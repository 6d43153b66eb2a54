"""Presets and recipes to proved rows: makes shards, proves every row, and writes the dataset folder.

Imports solver, files, text and patterns.
"""
