"""Completes names at the cursor, and explains them."""
