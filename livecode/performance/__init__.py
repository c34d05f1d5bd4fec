"""Composes a performance of its parts: words, inputs, tempo, status, checkpoints, handover."""
