"""The mind's process: a Jupyter kernel around a performance, and its live loop."""
