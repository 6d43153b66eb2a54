"""Finds the noun of a sum of money: a price, a wage, a gift, a debt.

sum_case holds the facts that the rules share; the rules stand in ordered tables in money, prices and purchases.

Imports solver, text, question and nouns.
"""
