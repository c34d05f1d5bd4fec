"""The pace at which the numbers of the stage page are read: ten times a second of sound."""

#: How often numbers are read, in seconds.
EVERY_S = 0.1


class ReadingPace:
    """Says when the next reading is due, by the sample time; time may also go back, as in a replay."""

    def __init__(self, sample_rate: int):
        self._every = round(EVERY_S * sample_rate)
        self._due = 0

    def is_due(self, frame: int) -> bool:
        """Return whether to read at `frame`; if so, the next reading is due `EVERY_S` later."""
        if self._due - self._every <= frame < self._due:
            return False
        self._due = frame + self._every
        return True
