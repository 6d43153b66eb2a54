"""Names the variables of a trace after the nouns of the question.

names drafts a name for every number from its noun (nouns) and its owner (owners), and distinguishes equal names by words
near the numbers (clues).

Imports solver, text, question, graph, nouns and sums.
"""
