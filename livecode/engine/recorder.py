"""WAV files that are readable at every moment of their making, even after a kill -9 or a power cut.

libsndfile writes a file's length when it is closed; here it is put right about every second.
"""

import queue
import struct
import threading
from pathlib import Path

import numpy as np

from livecode.errors import LivecodeError

_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT
_MOST_BYTES = 0xFFFF_FFFF
#: Silence fills the gap in a recording that goes on after a crash, up to so much of it.
MOST_SILENCE_S = 60


class WavFile:
    """A 32-bit float WAV file, or RF64 (EBU Tech 3306) once it is beyond 4 GB."""

    # RIFF head, a chunk that RF64 later turns into its 64-bit sizes, format, frame count, data head
    _HEAD = struct.Struct("<4sI4s 4sI28s 4sIHHIIHHH 4sII 4sI")

    def __init__(self, path: str | Path, sample_rate: int, channels: int = 2, resume: bool = True):
        """`resume`: go on with what is there, if it is one of ours in the same format."""
        self.path = Path(path)
        self._sample_rate, self._channels = sample_rate, channels
        self.frames = 0
        try:
            old = resume and self.path.exists()
            # Unbuffered: what has been written is in the file, whatever becomes of this process.
            self._file = open(self.path, "r+b" if old else "w+b", buffering=0)  # noqa: SIM115
            if old:
                self.frames = self._recorded()
                self._file.truncate(self._HEAD.size + self.frames * 4 * channels)
            self.update_header()
        except OSError as error:
            raise LivecodeError(
                f"cannot write {self.path}: {error.strerror}; choose a place that can be written"
            ) from None

    @classmethod
    def fresh(cls, path: str | Path, sample_rate: int, channels: int = 2) -> "WavFile":
        """A new file; what was there before is lost."""
        return cls(path, sample_rate, channels, resume=False)

    def write(self, audio: np.ndarray) -> None:
        """Append audio (frames, channels)."""
        self._put(np.ascontiguousarray(audio, "<f4").tobytes())
        self.frames += len(audio)

    def update_header(self) -> None:
        """Make the header tell the truth about what has been written."""
        data = self.frames * self._channels * 4
        riff = data + self._HEAD.size - 8
        large = riff > _MOST_BYTES
        sizes = struct.pack("<QQQI", riff, data, self.frames, 0) if large else bytes(28)
        head = self._HEAD.pack(
            *(b"RF64" if large else b"RIFF", _MOST_BYTES if large else riff, b"WAVE"),
            *(b"ds64" if large else b"JUNK", 28, sizes),
            *(b"fmt ", 18, _FLOAT, self._channels, self._sample_rate),
            *(self._sample_rate * self._channels * 4, self._channels * 4, 32, 0),
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

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # a disk that is nearly full takes a part, and says so the next time
            left = left[self._file.write(left) :]

    def _recorded(self) -> int:
        """How many frames the file holds, 0 if it is not one of ours in the same format."""
        head = self._file.read(self._HEAD.size)
        if len(head) < self._HEAD.size:
            return 0
        fields = self._HEAD.unpack(head)
        if fields[2] != b"WAVE" or fields[8:11] != (_FLOAT, self._channels, self._sample_rate):
            return 0
        return (self.path.stat().st_size - self._HEAD.size) // (4 * self._channels)


class Recorder:
    """Writes blocks to a WAV file from a thread of its own: the audio thread hands them over."""

    HEADER_EVERY_S = 1.0

    def __init__(
        self,
        path: str | Path,
        sample_rate: int,
        resume_at: int | None = None,
        after: "Recorder | None" = None,
    ):
        """Begin to record; returns before the file is open.

        resume_at: go on with an existing file, filled with silence up to that many frames.
        after: a recorder that is to have finished first.
        """
        self.path = Path(path)
        self._sample_rate, self._resume_at, self._after = sample_rate, resume_at, after
        self._blocks: queue.SimpleQueue[np.ndarray | None] = queue.SimpleQueue()
        self._opened = threading.Event()
        self._finishing = False
        self.error: str | None = None  # why it stopped, a sentence
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def await_open(self) -> None:
        """Wait until the file is open; raises LivecodeError if it cannot be written."""
        self._opened.wait()
        if self.error is not None:
            raise LivecodeError(self.error)

    def write(self, block: np.ndarray) -> None:
        """Take a copy of the block (frames, 2); it is written soon."""
        if self.error is None and not self._finishing:
            self._blocks.put(block.copy())

    def finish(self) -> None:
        """Write what is left and close the file, without being waited for."""
        self._finishing = True
        self._blocks.put(None)

    def close(self) -> None:
        """Write what is left and close the file."""
        self.finish()
        self._thread.join()

    def _work(self) -> None:
        if self._after is not None:
            self._after.close()
            self._after = None
        try:
            file = self._open()
            self._opened.set()
            due = 0
            while (block := self._blocks.get()) is not None:
                file.write(block)
                if file.frames >= due:
                    file.update_header()
                    due = file.frames + int(self.HEADER_EVERY_S * self._sample_rate)
            file.close()
        except LivecodeError as error:
            self.error = str(error)
        except OSError as error:
            self.error = f"recording to {self.path} stopped: {error.strerror}"
        finally:
            self._opened.set()

    def _open(self) -> WavFile:
        if self._resume_at is None:
            return WavFile.fresh(self.path, self._sample_rate)
        file = WavFile(self.path, self._sample_rate)
        missing = self._resume_at - file.frames
        if 0 < missing < MOST_SILENCE_S * self._sample_rate:
            file.write(np.zeros((missing, 2), np.float32))
        return file
