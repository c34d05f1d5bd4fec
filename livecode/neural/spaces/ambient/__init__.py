"""Spaces of ambiences: a position is how a texture moves, such as rain, wind, fire or crickets."""
