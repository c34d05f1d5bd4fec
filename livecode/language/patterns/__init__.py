"""Patterns: a notation for rhythm and melody, pure functions of exact time, and all that is done to them."""
