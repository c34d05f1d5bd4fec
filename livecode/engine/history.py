"""What each name has played lately, and parts of it written to files for kits."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from livecode.engine.wav import WavFile
from livecode.errors import LivecodeError
from livecode.files import replacing
from livecode.transport.kits import KITS
from livecode.transport.messages import GrabSound

_log = logging.getLogger(__name__)


class SoundHistory:
    """The last seconds of one name, (frames, 2), by sample time."""

    def __init__(self, frames: int):
        self._sound = np.zeros((frames, 2), np.float32)
        self._end = 0  # sample time after the last frame
        self._begin = 0  # sample time before which nothing is known

    def write(self, block: np.ndarray, end: int) -> None:
        """Append a block, (frames, 2), that ends before sample time `end`."""
        if end - len(block) != self._end:  # the first one, or some were left out
            self._begin = end - len(block)
        first = (end - len(block)) % len(self._sound)
        fits = min(len(block), len(self._sound) - first)
        self._sound[first : first + fits] = block[:fits]
        self._sound[: len(block) - fits] = block[fits:]
        self._end = end

    def between(self, begin: int, end: int) -> np.ndarray:
        """Return a copy of what was played, (frames, 2); silence where nothing is known."""
        out = np.zeros((end - begin, 2), np.float32)
        at = max(begin, self._begin, self._end - len(self._sound))
        until = min(end, self._end)
        while at < until:  # in two pieces at most, since a block waits for this
            first = at % len(self._sound)
            count = min(until - at, len(self._sound) - first)
            out[at - begin : at - begin + count] = self._sound[first : first + count]
            at += count
        return out


class Remembers(Protocol):
    """A strip, as far as its past goes."""

    history: SoundHistory


class Grabber:
    """Writes what names have played to files, each once it has been played."""

    def __init__(self, sample_rate: int, beside: Callable[[], bool]):
        """`beside()` tells whether a thread is to write, since a device waits for this one."""
        self._sample_rate, self._beside = sample_rate, beside
        self._waiting: list[GrabSound] = []

    def take(self, message: GrabSound) -> None:
        """Write that sound as soon as all of it has been played."""
        self._waiting.append(message)

    def advance(self, frame: int, strips: Mapping[str, Remembers]) -> None:
        """Write what has been played before the block at sample time `frame`."""
        for message in [each for each in self._waiting if each.end <= frame]:
            self._waiting.remove(message)
            strip = strips.get(message.name)
            length = message.end - message.begin
            sound = (
                np.zeros((length, 2), np.float32)
                if strip is None
                else strip.history.between(message.begin, message.end)
            )
            if self._beside():
                arguments = (sound, message.file)
                threading.Thread(target=self._write, args=arguments, daemon=True).start()
            else:
                self._write(sound, message.file)

    def _write(self, sound: np.ndarray, file: str) -> None:
        try:
            KITS.mkdir(parents=True, exist_ok=True)
            with replacing(KITS / file) as unfinished:
                written = WavFile(unfinished, self._sample_rate, resume=False)
                written.write(sound)
                written.close()
        except (OSError, LivecodeError):
            _log.exception("a sound that was grabbed could not be written")
