"""Where the sound goes: what the engine posts of its device, and how a front end shows it."""

import msgspec

from livecode.transport.bytes import Board

#: So many ways out are posted; a machine with more devices than that has names for none of them.
MOST_WAYS = 24
_MOST_LETTERS = 60


class WayOut(msgspec.Struct, frozen=True):
    """A back end, or one device of it, that a survey has found to work or not."""

    backend: str
    device: str = ""  # its name, where the back end has several
    text: str = ""  # rate and block, or why it does not work
    works: bool = True

    @property
    def name(self) -> str:
        """The name by which a performer chooses it."""
        return self.device or self.backend


class AudioStatus(msgspec.Struct, frozen=True):
    """What the engine plays on, and what it looks for while nobody hears it."""

    backend: str = ""  # "": the engine has not begun
    device: str = ""
    sample_rate: int = 0  # Hz, of the device
    block: int = 0  # frames, of the device
    unheard: str = ""  # why nobody hears it; "": it is heard, or was meant to be headless
    wanted: str = ""  # the back end to take up again
    wanted_device: str = ""
    ways: tuple[WayOut, ...] = ()  # as the last survey found them
    surveys: int = 0  # how many surveys have ended
    outputs: int = 2  # that are used of the device
    dummy: bool = False  # the device is the dummy card of a JACK server

    @property
    def is_heard(self) -> bool:
        """Whether there is a device that somebody can hear."""
        return self.backend != "headless" and not self.dummy

    @property
    def described(self) -> str:
        """The back end and its device in a few words."""
        if self.backend == "headless":
            return "headless (no device)"
        return f"{self.backend}: {self.device}" if self.device else self.backend


def encode_audio(status: AudioStatus) -> bytes:
    """The status as JSON."""
    ways = tuple(
        msgspec.structs.replace(way, device=way.device[:_MOST_LETTERS], text=way.text[:120])
        for way in status.ways[:MOST_WAYS]
    )
    return msgspec.json.encode(msgspec.structs.replace(status, ways=ways))


def look_at_audio(board: Board) -> AudioStatus:
    """The status on the board; an empty one while there is none that can be read."""
    try:
        return msgspec.json.decode(board.look() or b"{}", type=AudioStatus)
    except msgspec.MsgspecError:
        return AudioStatus()
