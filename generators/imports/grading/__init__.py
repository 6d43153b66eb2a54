"""Grades a converted problem A, B or C by the doubts about its wiring.

Imports solver, text, question, solution, candidates, linking and graph.
"""
