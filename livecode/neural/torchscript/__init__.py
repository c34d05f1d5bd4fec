"""TorchScript models from others: whether they are trusted, and how they decode."""
