"""The thread that writes recordings, so that the audio thread never waits for a disk."""

import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livecode.engine.stems import RecordedBlock, StemFiles
from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError

#: A recording that goes on after a crash fills the gap with silence, up to this length.
MOST_SILENCE_S = 60
#: With stems, blocks are collected for this long, since many small writes to many files are slow.
TOGETHER_S = 0.125
#: Offline, the player waits for the disk when this many pieces wait to be written.
MOST_WAITING = 64


class Recorder:
    """Writes blocks to a WAV file, and to one file for each stem, in its own thread."""

    HEADER_EVERY_S = 1.0

    def __init__(
        self,
        path: str | Path | None,
        sample_rate: int,
        resume_at: int | None = None,
        after: "Recorder | None" = None,
        bits: int = 32,
        stems: StemFiles | None = None,
        blocking: bool = False,
    ):
        """Begin to record. The call returns before the file is open.

        path: of the master's file; None records stems alone.
        resume_at: continue an existing file, filled with silence up to that many frames.
        after: a recorder that must have finished first.
        blocking: `write` and `take` may wait for the disk.
        """
        self.path = None if path is None else Path(path)
        self._sample_rate, self._resume_at, self._after = sample_rate, resume_at, after
        self._bits, self._stems, self._blocking = bits, stems, blocking
        self._together = 0.0 if stems is None else TOGETHER_S * sample_rate
        self._gathered: list[RecordedBlock] = []
        self._gathered_frames = 0
        self._blocks: queue.SimpleQueue[Sequence[RecordedBlock] | None] = queue.SimpleQueue()
        self._opened = threading.Event()
        self._finishing = False
        self.error: str | None = None  # why the recording stopped, as a sentence
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def await_open(self) -> None:
        """Wait until the file is open. Raises `LivecodeError` if it cannot be written."""
        self._opened.wait()
        if self.error is not None:
            raise LivecodeError(self.error)

    def write(self, block: np.ndarray) -> None:
        """Queue a copy of the master's block, (frames, 2), to be written."""
        self.take(RecordedBlock(block.copy()))

    def take(self, block: RecordedBlock) -> None:
        """Queue a block to be written; its arrays must not change any more."""
        if self.error is not None or self._finishing:
            return
        self._gathered.append(block)
        self._gathered_frames += len(block.master)
        if self._gathered_frames >= self._together:
            self._hand_over()
        while self._blocking and self.error is None and self.waiting > MOST_WAITING:
            time.sleep(0.001)

    @property
    def waiting(self) -> int:
        """The number of pieces that wait to be written."""
        return self._blocks.qsize()

    def finish(self) -> None:
        """Write what is left and close the file, without waiting."""
        if not self._finishing:
            self._finishing = True
            self._hand_over()
            self._blocks.put(None)

    def close(self) -> None:
        """Write what is left, close the file, and wait for that."""
        self.finish()
        self._thread.join()

    def _hand_over(self) -> None:
        if self._gathered:
            self._blocks.put(self._gathered)
            self._gathered, self._gathered_frames = [], 0

    def _work(self) -> None:
        if self._after is not None:
            self._after.close()
            self._after = None
        try:
            self._write_all()
        except LivecodeError as error:
            self.error = str(error)
        except OSError as error:
            verb = "recording to {} stopped" if self._opened.is_set() else "cannot write {}"
            self.error = f"{verb.format(self._where)}: {error.strerror}"
        finally:
            self._opened.set()

    @property
    def _where(self) -> Path | None:
        return self._stems.folder if self.path is None and self._stems is not None else self.path

    def _write_all(self) -> None:
        if self._stems is not None:
            # the master's file may lie in this folder, too
            self._stems.folder.mkdir(parents=True, exist_ok=True)
        file, at = self._open()
        if self._stems is not None:
            self._stems.open(at)
        self._opened.set()
        due = 0
        while (blocks := self._blocks.get()) is not None:
            if file is not None:
                file.write(np.concatenate([block.master for block in blocks]))
            if self._stems is not None:
                self._stems.write(blocks, at)
            at += sum(len(block.master) for block in blocks)
            if at >= due:
                due = at + int(self.HEADER_EVERY_S * self._sample_rate)
                if file is not None:
                    file.update_header()
                if self._stems is not None:
                    self._stems.update_headers()
        if file is not None:
            file.close()
        if self._stems is not None:
            self._stems.close(at)

    def _open(self) -> tuple[WavFile | None, int]:
        """Return (the master's file, the number of frames in it)."""
        if self.path is None:
            return None, 0
        if self._resume_at is None:
            return WavFile.fresh(self.path, self._sample_rate, bits=self._bits), 0
        file = WavFile(self.path, self._sample_rate, bits=self._bits)
        missing = self._resume_at - file.frames
        if 0 < missing < MOST_SILENCE_S * self._sample_rate:
            file.set_length(self._resume_at)
        return file, file.frames
