"""Decoding, evaluation and reports.

Imports solver, runs, hardware and models.
"""
