"""Grades a converted problem A, B or C by the reasons to doubt its wiring.

Imports solver, text, question, solution, candidates, linking and graph.
"""
