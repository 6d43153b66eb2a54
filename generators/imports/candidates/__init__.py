"""Proposes and scores the possible origins of each number of a solution.

Imports question and solution, and the packages below imports.
"""
