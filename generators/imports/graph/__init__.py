"""Turns linked steps into a graph of operations, and the graph into a program of the trace language.

The graph is built from nodes and forms of numbers (build, node, forms), its idioms are folded (fold), and remainders
and factors of one are restored (remainders with fractions and fraction_contexts, unit_factors with counted_ones). The
program is written by program, traces and entity_tracks.

Imports solver, text, question, solution, candidates and linking.
"""
