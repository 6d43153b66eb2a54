"""Reads a question: its clauses, and the numbers it mentions with the words around them.

Imports the packages below imports.
"""
