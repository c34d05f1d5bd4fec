"""The `livecode` command: a parser and a module for each command, and all that they print."""
