"""Links every number of a solution to its origin: searches the candidates, and chooses among complete linkings.

search follows partial linkings (state) by the scores of candidates, neighbours, coverage and money. choice compares
complete linkings as functions (equivalence) by learned features. corruptions makes counterexamples for the fit.

Imports solver, text, question, solution and candidates.
"""
