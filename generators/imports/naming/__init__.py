"""Names the variables of a trace after the nouns of the question.

names drafts a name for every number from its noun (nouns) and its owner (owners), and tells equal names apart by words
near the numbers (clues). Nouns come from ordered tables of named rules: counted_nouns, missing_nouns, rates, containers,
ratios, percents, ages and equals for all numbers; money, prices and purchases for sums. case, noun_case and sum_case
hold the facts that the rules share.

Imports solver, text, question and graph.
"""
