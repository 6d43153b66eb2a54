"""Varies an imported problem: its numbers and names become slots of a pattern, which keeps the sense of the problem.

Imports solver, text, patterns, question, candidates, linking and solution.
"""
