"""Problems that people wrote, made into verified traces without any language model: GSM-8K and SVAMP.

Imports solver, files, text, builder, question, solution, sources, linking, graph, naming and grading.
"""
