"""Proposes wordings of a pattern with a language model, for a person to read. Builds never do: they stay offline.

Imports solver, text and patterns.
"""
