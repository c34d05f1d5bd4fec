"""Checkpoints of samplernn-pytorch, turned into model files."""
