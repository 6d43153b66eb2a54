"""Works on finished datasets, built or imported: reads their recipes, audits and exports them, measures coverage.

Imports solver, files, patterns, builder and imports.
"""
