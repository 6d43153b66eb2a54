"""Reads, checks and renders pattern files, and numbers their rows.

A pattern is one file below `templates/`; nothing else registers it.

Imports solver, files and text.
"""
