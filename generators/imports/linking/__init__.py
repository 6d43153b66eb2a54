"""Links every number of a solution to its origin: searches the candidates, and chooses among complete linkings.

Imports solver, text, question, solution and candidates.
"""
