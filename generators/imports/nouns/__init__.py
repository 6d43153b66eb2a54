"""Finds the noun of a number: the thing that it counts or measures.

case and noun_case hold the facts that the rules share. The rules stand in ordered tables: counted_nouns and
missing_nouns for nouns that follow a number or are left out, rates, containers, ratios and percents.

Imports solver, text and question.
"""
