"""What the stage page is made of: where it is, who watches, what it shows, and the text in the editor."""

from typing import Any, TypeVar

import msgspec

from livecode.transport.bytes import Board
from livecode.transport.token_times import TokenTimes

#: All layers, from the one that has most room.
LAYERS = ("spectrum", "code", "patterns", "agent", "map", "curves", "clock")
#: The palettes of the page: dark, with one or two colours each.
PALETTES = ("night", "ember", "glacier", "phosphor", "violet", "mono", "contrast")

#: Addresses that only this machine reaches.
LOOPBACK = ("127.0.0.1", "::1", "localhost")

#: The end of the name of a layer of the performer's own, which is a file beside the set.
OWN = ".js"
#: The library for pictures that may stand beside the set; it makes functions of text.
HYDRA = "hydra-synth.js"

_Posted = TypeVar("_Posted", "StageOrder", "Audience", "ShownText", "Watched", "StreamEntropies")


class StageStatus(msgspec.Struct, frozen=True):
    """What the page shows, as the word `stage` says."""

    layers: tuple[str, ...] = LAYERS
    palette: str = PALETTES[0]
    motion: bool = True
    size: float = 1.0  # of the type


class StageOrder(msgspec.Struct, frozen=True):
    """Where the page is to be served; the front end that plays posts it.

    `token` is the secret part of the address. It stands in shared memory, which only this user can read,
    and in no log, no file and no command line.
    """

    host: str = "127.0.0.1"
    port: int = 0  # 0: any that is free
    token: str = ""
    certificate: str = ""  # path of a PEM file; "": without TLS
    key: str = ""  # path; "": the key is in the certificate's file
    audio: bool = False  # the page offers the sound as well
    folder: str = ""  # of the set: the performer's own layers are there; "": nowhere


class Audience(msgspec.Struct, frozen=True):
    """Where the page is, and who watches; the stage process posts it for front ends."""

    address: str = ""  # "": it is not served yet
    port: int = 0
    viewers: int = 0
    refused: dict[str, int] = {}  # requests, by why they were refused
    dropped: int = 0  # frames that viewers were too slow for
    #: Each viewer's address, and since when, as monotonic time in ns; who came first stands first.
    watching: tuple[tuple[str, int], ...] = ()
    trouble: str = ""  # why it cannot be served, as a sentence


class MarkedLine(msgspec.Struct, frozen=True, array_like=True):
    """A line of the page that was evaluated."""

    row: int  # in the text, from 0
    state: str  # pending, live, failing, reverted; edited if it is live and was changed since
    number: int  # grows from one evaluation to the next


class LitSpan(msgspec.Struct, frozen=True, array_like=True):
    """Columns `first` to `last` of a row, lit from sample time `begin` until `end`."""

    begin: int
    end: int
    row: int
    first: int
    last: int


class ShownText(msgspec.Struct, frozen=True):
    """The text in the editor around its cursor; the terminal posts it while somebody watches."""

    title: str = ""
    first: int = 0  # row of the first line here, from 0
    lines: tuple[str, ...] = ()
    row: int = 0  # of the cursor
    column: int = 0
    marks: tuple[MarkedLine, ...] = ()
    lights: tuple[LitSpan, ...] = ()


class WatchedBlock(msgspec.Struct, frozen=True):
    """A block that was evaluated, from whichever editor."""

    number: int
    frame: int
    code: str
    ok: bool | None = None  # None: it is running


class Watched(msgspec.Struct, frozen=True):
    """What the mind tells the page beside its status; it posts it while somebody watches."""

    blocks: tuple[WatchedBlock, ...] = ()
    tokens: TokenTimes = TokenTimes()


class StreamEntropies(msgspec.Struct, frozen=True):
    """How undecided the models of streams are; the voices post it while somebody watches.

    For each stream's name: (sample time, bits) of its last numbers, the oldest first. The entropy is that
    of what the model expects of its next draw, at temperature 1, before it is drawn.
    """

    streams: dict[str, tuple[tuple[int, float], ...]] = {}

    def at(self, frame: float) -> dict[str, float]:
        """Return the entropy of each stream at a sample time, in bits a draw."""
        found = {}
        for name, points in self.streams.items():
            past = [bits for at, bits in points if at <= frame]
            if past:
                found[name] = past[-1]
        return found


def is_loopback(host: str) -> bool:
    """Return whether an address leads to this machine from this machine alone."""
    return host in LOOPBACK or host.startswith("127.")


def encode_stage(document: Any) -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(document)


def look_at(board: Board, kind: type[_Posted]) -> _Posted:
    """The document on a board; an empty one while there is none that can be read."""
    try:
        return msgspec.json.decode(board.look() or b"{}", type=kind)
    except msgspec.MsgspecError:
        return kind()
