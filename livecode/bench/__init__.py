"""Measurements that print one row per figure, each against a baseline from the same run."""
