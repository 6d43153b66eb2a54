"""Verbs on finished dataset folders, built or imported: read their recipe, audit, export, and measure coverage.

Imports solver, files, patterns, builder and imports.
"""
