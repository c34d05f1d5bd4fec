"""The processes of a live performance: how they are started, watched, and ended together."""
