"""A stream that is bent towards what a reward asks for: particles, candidates, and what is heard."""
