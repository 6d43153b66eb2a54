"""Reads English text: word lists, word classes, proper names, and the contamination gate.

Imports solver and files.
"""
