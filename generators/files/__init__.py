"""The dataset folder: where its files lie and how they are read and written.

A local folder and an object store look the same from here.

Imports solver.
"""
