"""TorchScript models from elsewhere: whether they are trusted, and what they offer."""
