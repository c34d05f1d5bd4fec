"""The thread that writes what is recorded: the audio thread hands blocks over and never waits for a disk."""

import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from livecode.engine.stems import Block, StemFiles
from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError

#: Silence fills the gap in a recording that goes on after a crash, up to so much of it.
MOST_SILENCE_S = 60
#: With stems, blocks are handed over so much at a time: many small files would cost many small writes.
TOGETHER_S = 0.125
#: Offline the one who plays waits for the disk when so much is to be written.
MOST_WAITING = 64


class Recorder:
    """Writes blocks to a WAV file, and to one for each stem, from a thread of its own."""

    HEADER_EVERY_S = 1.0

    def __init__(
        self,
        path: str | Path | None,
        sample_rate: int,
        resume_at: int | None = None,
        after: "Recorder | None" = None,
        bits: int = 32,
        stems: StemFiles | None = None,
        patient: bool = False,
    ):
        """Begin to record; returns before the file is open.

        path: of the master; None for stems alone.
        resume_at: go on with an existing file, filled with silence up to that many frames.
        after: a recorder that is to have finished first.
        patient: `write` may wait for the disk.
        """
        self.path = None if path is None else Path(path)
        self._sample_rate, self._resume_at, self._after = sample_rate, resume_at, after
        self._bits, self._stems, self._patient = bits, stems, patient
        self._together = 0.0 if stems is None else TOGETHER_S * sample_rate
        self._gathered: list[Block] = []
        self._gathered_frames = 0
        self._blocks: queue.SimpleQueue[Sequence[Block] | None] = queue.SimpleQueue()
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
        """Take a copy of the master's block (frames, 2); it is written soon."""
        self.take(Block(block.copy()))

    def take(self, block: Block) -> None:
        """Take a block of everything, whose arrays nobody changes any more; it is written soon."""
        if self.error is not None or self._finishing:
            return
        self._gathered.append(block)
        self._gathered_frames += len(block.master)
        if self._gathered_frames >= self._together:
            self._hand_over()
        while self._patient and self.error is None and self._blocks.qsize() > MOST_WAITING:
            time.sleep(0.001)

    def finish(self) -> None:
        """Write what is left and close the file, without being waited for."""
        if not self._finishing:
            self._finishing = True
            self._hand_over()
            self._blocks.put(None)

    def close(self) -> None:
        """Write what is left and close the file."""
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
            self._stems.folder.mkdir(parents=True, exist_ok=True)  # the master may lie there, too
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
        """The master's file, and how many frames there are."""
        if self.path is None:
            return None, 0
        if self._resume_at is None:
            return WavFile.fresh(self.path, self._sample_rate, bits=self._bits), 0
        file = WavFile(self.path, self._sample_rate, bits=self._bits)
        missing = self._resume_at - file.frames
        if 0 < missing < MOST_SILENCE_S * self._sample_rate:
            file.set_length(self._resume_at)
        return file, file.frames
