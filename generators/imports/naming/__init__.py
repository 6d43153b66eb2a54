"""Names the variables of a trace after the nouns of the question.

Imports question and graph, and the packages below imports.
"""
