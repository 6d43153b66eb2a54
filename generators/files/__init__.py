"""The dataset folder: where its files lie and how they are read and written.

Imports solver alone. A local folder and an object store look the same from here.
"""
