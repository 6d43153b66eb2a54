"""Makes problems of public sources into verified traces, without any language model.

Imports solver, files, text, patterns, builder, question, solution, sources, linking, graph, naming, grading and variation.
"""
