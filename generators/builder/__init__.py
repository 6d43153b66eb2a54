"""Builds datasets from presets and recipes: makes shards, proves every row, and writes the dataset folder.

Imports solver, files, text and patterns.
"""
