"""Sources on trial while they are loaded: if the voices die of one, the next voices know of which."""

from collections import deque

import numpy as np

from livecode.transport import Arena
from livecode.transport.messages import StartVoice


def note_suspects(arena: Arena) -> None:
    """Note what was on trial when the former voices died; call this before the mind is told of it."""
    arena.suspects[:] = arena.trials
    arena.trials[:] = 0


class Trials:
    """Knows which sources are on trial, and lets suspects be loaded one at a time.

    A source is on trial from when it begins to be loaded until its first sound is computed.
    """

    def __init__(self, arena: Arena):
        """Go on after voices that may have died: their suspects are in the arena."""
        self._trials = arena.trials
        self._suspects = {int(generation) for generation in arena.suspects if generation}
        self._waiting: deque[StartVoice] = deque()

    def holds(self, message: StartVoice) -> bool:
        """Keep a suspect waiting; tell whether this source is one. `released` gives it back."""
        if message.generation not in self._suspects:
            return False
        self._suspects.discard(message.generation)
        self._waiting.append(message)
        return True

    def released(self) -> StartVoice | None:
        """Return the next suspect to be loaded, once nothing else is on trial."""
        return self._waiting.popleft() if self._waiting and not self._trials.any() else None

    def begin(self, message: StartVoice) -> None:
        """Put a source on trial."""
        self._trials[message.buffer] = message.generation

    def end(self, generation: int) -> None:
        """End the trial of a source, whatever came of it."""
        self._trials[np.flatnonzero(self._trials == generation)] = 0
