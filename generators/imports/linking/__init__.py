"""Links every number of a solution to its origin: searches the candidates, and chooses among complete linkings.

Imports question, solution and candidates, and the packages below imports.
"""
