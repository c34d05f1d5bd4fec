"""The journal of a performance: written while it plays, read back, kept, exported."""
