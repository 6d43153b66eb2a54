"""Reads a written solution as steps: tokens, formulas, calculator annotations, and numbers told in prose.

Imports the packages below imports.
"""
