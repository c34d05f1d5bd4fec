"""The process of the mind: a Jupyter kernel around a performance, and its live loop."""
