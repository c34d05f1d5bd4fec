"""The mind: evaluates the performer's blocks, and ticks signals into rewards, agents and controls."""
