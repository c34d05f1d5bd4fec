"""The `livecode` command: its parser, its commands, and what they print."""
