"""The processes of a live performance: started, watched, and ended together."""
