"""Reads a solution as steps: written in prose, as a formula, or as a program.

The lines become tokens (tokens); annotations and equations in prose become formulas (formula, annotations, prose);
equations with unknowns are solved (unknowns, equations, linear); the result is a list of steps (step, problem).
Programs (programs) are equations that stand alone (one_unknown), slot programs (slots) and Python (python); what they
write of the origins of their numbers is kept (written).

Imports solver and text.
"""
