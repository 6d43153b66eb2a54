"""Works on finished datasets, built or imported: reads their recipes, audits and exports them, measures wording and coverage.

Imports solver, files, text, patterns, builder, solution and imports.
"""
