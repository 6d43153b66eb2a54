"""Reads a question: its numbers with the words around them, and the subjects of their clauses.

Numbers: mentions, from surroundings, noun_phrases and repeats. Subjects: clauses, from verbs, subjects and word_rows.

Imports solver and text.
"""
