"""Turns linked steps into a graph of operations, and the graph into a program of the trace language.

Imports question, solution and linking, and the packages below imports.
"""
