"""A block of code from Alt+Enter on: run, probed, applied or put back."""
