"""What is being recorded, as the tape of the arena says."""

import msgspec


class Tape(msgspec.Struct, frozen=True):
    """What is being recorded; the engine posts it for the terminal, mind and next engine."""

    path: str = ""
    stems: str = ""
    bits: int = 32
    begin: int = 0  # sample time of the first sample
    error: str = ""  # why the last recording stopped, as a sentence

    @property
    def on(self) -> bool:
        """Whether anything is being recorded."""
        return bool(self.path or self.stems)
