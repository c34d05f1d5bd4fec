"""Evaluates blocks of code: runs them, probes what they define, and plays it or puts it back."""
