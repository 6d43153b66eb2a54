"""Sources of problems: where each lies, its licence and its columns (registry), which
one a caller asks for (request), and how an entry is read (reading).

Imports solver, files, text, builder and solution.
"""
