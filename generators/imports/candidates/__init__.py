"""Proposes and scores the possible origins of each number of a solution.

Imports solver, text, question and solution.
"""
