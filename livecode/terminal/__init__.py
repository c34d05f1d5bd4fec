"""The terminal that the performer plays in: editor, messages, status bar and keys."""
