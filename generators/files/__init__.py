"""Reads and writes the files of a dataset folder, in a local folder or an object store.

Imports solver.
"""
