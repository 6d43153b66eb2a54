"""Compares ways to train: reads a file of arms, makes their data, trains and evaluates each, and reports.

Imports solver, runs, hardware, models, training and judge.
"""
