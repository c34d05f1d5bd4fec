"""Headers of recordings that were cut off: their length is 0, although sound follows."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path

#: How far from the beginning a chunk of sound may begin.
HEADER_BYTES = 1 << 20
UNKNOWN = b"\xff\xff\xff\xff"


def repaired(path: Path) -> io.RawIOBase | None:
    """Return the file with a header that lets all of its sound be read; None if nothing can be done.

    Recorders write the length of a WAV, RF64, AU or CAF file at the end. One that was killed, or
    whose batteries were empty, leaves 0. Raises `OSError` if the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    patches: dict[int, bytes] = {}
    if head[:4] == b".snd" and head[8:12] == bytes(4):
        patches = {8: UNKNOWN}
    elif head[:4] in (b"RIFF", b"RF64", b"RIFX") and head[8:12] == b"WAVE":
        patches = _wave(head, size, ">" if head[:4] == b"RIFX" else "<")
    elif head[:4] == b"caff":
        patches = _caf(head, size)
    return Patched(path, patches) if patches else None


def _wave(head: bytes, size: int, order: str) -> dict[int, bytes]:
    long = None
    for name, at, _ in _chunks(head, 12, f"{order}4sI"):
        if name == b"ds64":
            long = at
        if name == b"data":
            if size <= at or _are_chunks(head[at:], size - at, order):
                return {}
            if long is not None:
                return {long: struct.pack("<QQ", size - 8, size - at)}
            return {4: UNKNOWN, at - 4: UNKNOWN}
    return {}


def _are_chunks(rest: bytes, size: int, order: str) -> bool:
    """Whether what follows an empty chunk of sound is nothing but whole chunks: then there is none."""
    at = 0
    for name, at, length in _chunks(rest, 0, f"{order}4sI"):
        if not name.isascii() or not name.decode("ascii").isprintable():
            return False
        at += length + length % 2
    return at in (size, size + 1)


def _caf(head: bytes, size: int) -> dict[int, bytes]:
    for name, at, _ in _chunks(head, 8, ">4sQ"):
        if name == b"data" and size > at:
            return {at - 8: struct.pack(">Q", size - at)}
    return {}


def _chunks(head: bytes, at: int, layout: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, the place of the content, and the length of each chunk from `at` on."""
    header = struct.calcsize(layout)
    while at + header <= len(head):
        name, length = struct.unpack_from(layout, head, at)
        yield name, at + header, length
        at += header + length + (length % 2 if header == 8 else 0)


class Patched(io.RawIOBase):
    """A file of which a few bytes read otherwise than they are on disk."""

    def __init__(self, path: Path, patches: dict[int, bytes]):
        """Open the file. `patches`: place in bytes -> what is read from there on."""
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._patches = patches

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into a buffer. Return how many bytes were read."""
        at = self._file.tell()
        count = self._file.readinto(buffer) or 0
        for place, data in self._patches.items():
            begin, end = max(place, at), min(place + len(data), at + count)
            if begin < end:
                buffer[begin - at : end - at] = data[begin - place : end - place]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
