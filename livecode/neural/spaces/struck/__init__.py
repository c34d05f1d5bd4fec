"""Spaces of hits: a position is a whole stroke, from its attack until it has died away."""
