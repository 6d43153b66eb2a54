"""Reads a written solution as steps.

The lines become tokens (tokens); annotations and equations in prose become formulas (formula, annotations, prose);
equations with unknowns are solved (unknowns, equations, linear); the result is a list of steps (step, problem).

Imports solver and text.
"""
