"""Links every number of a solution to its origin: a span of the question, an earlier step, or a named constant.

Imports question and solution, and the packages below imports.
"""
