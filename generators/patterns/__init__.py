"""Pattern files: read, checked, rendered and numbered.

Imports solver, files and text. A pattern is one file of `templates/`; nothing registers it.
"""
