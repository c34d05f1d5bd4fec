"""What stays silent after a hush or a panic: names come back by hand, and not by a function's turn."""

from livecode.playing.mix import Entry


class HushedNames:
    """Knows which names have been played since the last hush or panic.

    Functions that run every so often, and patterns of names, go on after a hush. They change
    settings, but a name that was hushed sounds again only once it has been played by hand, or by a
    function that was itself evaluated later.
    """

    def __init__(self) -> None:
        self.hushes = 0  # how often everything was silenced
        self._awake: set[str] = set()  # names that were played since

    def hush(self) -> None:
        """Let all names stay silent until they are played again."""
        self.hushes += 1
        self._awake.clear()

    def may_sound(self, name: str, entry: Entry) -> bool:
        """Return whether what is played now may begin to sound."""
        if entry.hushes in (None, self.hushes):
            self._awake.add(name)
        return self.hushes == 0 or name in self._awake
