"""Files, libraries and terminal of a command: dataset rows, the run's folder, its log.

Imports solver.
"""
