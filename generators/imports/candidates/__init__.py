"""Proposes and scores the possible origins of each number of a solution.

A number in its place (place, position) gets candidates from each kind of origin: a quantity of the question (given), an
earlier step, a named constant, an implicit number, a hidden step. filters compares them.

Imports solver, text, question and solution.
"""
