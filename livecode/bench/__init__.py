"""Benchmarks: each prints one row per figure, beside a baseline from the same run."""
