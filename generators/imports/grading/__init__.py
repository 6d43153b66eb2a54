"""Grades a converted problem A, B or C by the doubts about its wiring.

Imports every other sub-package of imports but sources and naming.
"""
