"""What can be typed next, and what a word means: completion, signatures, explanations."""
