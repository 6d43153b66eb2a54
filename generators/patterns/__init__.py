"""Pattern files: read, checked, rendered and numbered.

A pattern is one file of `templates/`; nothing registers it.

Imports solver and text.
"""
