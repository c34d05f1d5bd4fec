"""Runs the `livecode` command as `python -m livecode.cli`."""

import sys

from livecode.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
