"""Sources of problems: where each lies, its licence, and the reader of its entries.

Imports solver, text and solution.
"""
