"""The process of a supervisor that is started before its performance is known, and has others started so."""

from importlib import import_module

from livecode.processes.early import early_players
from livecode.system.early import await_order


def main() -> int:
    """Supervise the performance of the folder that is told; returns the exit status."""
    players = early_players()
    await_order(lambda: import_module("livecode.processes.__main__"))
    from livecode.processes.__main__ import main as supervise

    return supervise(players)


if __name__ == "__main__":
    raise SystemExit(main())
