"""Sources of problems: where each lies, its licence and its columns (registry), and how an entry is read (reading).

Imports solver, text and solution.
"""
