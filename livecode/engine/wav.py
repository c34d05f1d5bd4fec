"""WAV files that can be read at every moment while they are written, even after a kill -9.

libsndfile writes a file's length only when it closes the file. This module updates it on request.
"""

import struct
from pathlib import Path

import numpy as np

from livecode.errors import LivecodeError

_PCM, _FLOAT = 1, 3  # WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT
_MOST_BYTES = 0xFFFF_FFFF
#: Sample formats in bits: 24 is integer; 32 is float, which cannot clip.
BITS = (24, 32)


class WavFile:
    """A WAV file of 32-bit float or 24-bit samples; beyond 4 GB it is RF64 (EBU Tech 3306)."""

    # RIFF head, a chunk that RF64 later uses for its 64-bit sizes, format, frame count, data head
    _HEAD = struct.Struct("<4sI4s 4sI28s 4sIHHIIHHH 4sII 4sI")

    def __init__(
        self,
        path: str | Path,
        sample_rate: int,
        channels: int = 2,
        resume: bool = True,
        bits: int = 32,
    ):
        """Open a file. `resume` continues a file of this kind and format, if there is one.

        Raises `LivecodeError` if the file cannot be written or `bits` is not one of `BITS`.
        """
        if bits not in BITS:
            raise LivecodeError(f"bits={bits}: a recording has 24 (integer) or 32 (float)")
        self.path = Path(path)
        self._sample_rate, self._channels, self._bits = sample_rate, channels, bits
        self._frame_bytes = channels * bits // 8
        self.frames = 0
        try:
            old = resume and self.path.exists()
            # Unbuffered, so that written data is in the file even if this process dies.
            self._file = open(self.path, "r+b" if old else "w+b", buffering=0)  # noqa: SIM115
            if old:
                self.frames = self._recorded()
                self._file.truncate(self._HEAD.size + self.frames * self._frame_bytes)
            self.update_header()
        except OSError as error:
            raise LivecodeError(
                f"cannot write {self.path}: {error.strerror}; choose a place that can be written"
            ) from None

    @classmethod
    def fresh(
        cls, path: str | Path, sample_rate: int, channels: int = 2, bits: int = 32
    ) -> "WavFile":
        """Make a new file, which replaces any that was there."""
        return cls(path, sample_rate, channels, resume=False, bits=bits)

    def write(self, audio: np.ndarray) -> None:
        """Append audio, (frames, channels). With 24 bits, samples outside −1 to 1 are clipped."""
        if self._bits == 32:
            data = np.ascontiguousarray(audio, "<f4").tobytes()
        else:
            whole = np.clip(np.rint(audio.astype(np.float64) * 2**23), -(2**23), 2**23 - 1)
            data = whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        self._put(data)
        self.frames += len(audio)

    def set_length(self, frames: int) -> None:
        """Shorten the file to `frames` frames, or lengthen it with silence.

        Silence takes no space on disks that support it.
        """
        if frames != self.frames:
            self._file.truncate(self._HEAD.size + frames * self._frame_bytes)
            self._file.seek(0, 2)
            self.frames = frames

    def update_header(self) -> None:
        """Bring the header up to date with what has been written."""
        data = self.frames * self._frame_bytes
        riff = data + self._HEAD.size - 8
        large = riff > _MOST_BYTES
        sizes = struct.pack("<QQQI", riff, data, self.frames, 0) if large else bytes(28)
        head = self._HEAD.pack(
            *(b"RF64" if large else b"RIFF", _MOST_BYTES if large else riff, b"WAVE"),
            *(b"ds64" if large else b"JUNK", 28, sizes),
            *(b"fmt ", 18, self._tag, self._channels, self._sample_rate),
            *(self._sample_rate * self._frame_bytes, self._frame_bytes, self._bits, 0),
            *(b"fact", 4, min(self.frames, _MOST_BYTES)),
            *(b"data", _MOST_BYTES if large else data),
        )
        self._file.seek(0)
        self._put(head)
        self._file.seek(0, 2)

    def close(self) -> None:
        """Finish the file."""
        self.update_header()
        self._file.close()

    @property
    def _tag(self) -> int:
        return _FLOAT if self._bits == 32 else _PCM

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # a disk that is nearly full takes a part, and raises an error the next time
            left = left[self._file.write(left) :]

    def _recorded(self) -> int:
        """Return how many frames the file holds; 0 if it is of another kind or format."""
        head = self._file.read(self._HEAD.size)
        if len(head) < self._HEAD.size:
            return 0
        fields = self._HEAD.unpack(head)
        format_ = (fields[2], *fields[8:11], fields[13])
        if format_ != (b"WAVE", self._tag, self._channels, self._sample_rate, self._bits):
            return 0
        return (self.path.stat().st_size - self._HEAD.size) // self._frame_bytes
