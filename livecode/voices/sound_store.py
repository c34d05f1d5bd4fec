"""Sounds of kits in memory: read when they are first asked for, beside what plays."""

import queue
import threading
import time
from collections import OrderedDict

import numpy as np
import soxr

from livecode.errors import LivecodeError
from livecode.neural.audio.sound_file import read_stereo
from livecode.system.scheduling import ordinary
from livecode.transport.kits import OWN, KitSound, file_of, is_grabbed, kit_of
from livecode.voices.drum_kit import own_sound
from livecode.voices.drum_parts import RATE_HZ
from livecode.voices.first_start import ensure
from livecode.voices.slicing import onset_cuts

#: Longer sounds are cut, in seconds.
LONGEST_S = 120
#: All sounds together take no more memory than this; the ones used longest ago go first.
MOST_BYTES = 1 << 30
#: How long to wait for a sound that is still being played, in seconds.
AGAIN_S = 0.05
SILENCE = np.zeros((1, 1), np.float32)

#: A sound: the number of its kit, and its place in the listing.
Key = tuple[int, int]


class SoundStore:
    """Keeps the sounds of kits, float32 (frames, channels) at the performance's rate."""

    def __init__(self, sample_rate: int, beside: bool):
        """`beside`: a thread reads sounds while others play; otherwise `sound` waits for them."""
        self._rate, self._beside = sample_rate, beside
        self._known: OrderedDict[Key, np.ndarray] = OrderedDict()
        self._asked: queue.SimpleQueue[Key] = queue.SimpleQueue()
        self._waiting: set[Key] = set()
        self._bytes = 0
        self._lock = threading.Lock()
        self._trouble: list[str] = []
        self._thread: threading.Thread | None = None

    def get(self, kit: int, sounds: tuple[int, ...]) -> None:
        """Have these sounds read, if they are not there yet."""
        for index in sounds:
            self.sound(kit, index)

    def sound(self, kit: int, index: int) -> np.ndarray | None:
        """Return a sound, (frames, channels); None while it is being read.

        A sound that cannot be read is silence.
        """
        key = kit, index
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
        if not self._beside:
            self._read(key)
            return self._known.get(key)
        if key not in self._waiting:
            self._waiting.add(key)
            self._asked.put(key)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="sounds", daemon=True)
                self._thread.start()
        return None

    def take_trouble(self) -> list[str]:
        """Return a sentence for each sound that could not be read since the last call."""
        if not self._trouble:
            return []
        trouble, self._trouble = self._trouble, []
        return trouble

    def _work(self) -> None:
        ordinary()
        ensure("drum_parts")
        while True:
            key = self._asked.get()
            if self._read(key):
                self._waiting.discard(key)
            else:  # it is still being played
                time.sleep(AGAIN_S)
                self._asked.put(key)

    def _read(self, key: Key) -> bool:
        """Read a sound; return False if it has not been written yet."""
        try:
            kit = kit_of(key[0])
            listed = kit.sounds[key[1] % len(kit.sounds)]
            if is_grabbed(listed.path) and not file_of(listed.path).exists():
                return False
            sound, notes = read_sound(listed, self._rate)
            self._trouble += notes
        except LivecodeError as error:
            self._trouble.append(str(error))
            sound = SILENCE
        except Exception as error:  # whatever a file does, the sounds after it are still read
            self._trouble.append(
                f"a sound of a kit cannot be read: {type(error).__name__}: {error}"
            )
            sound = SILENCE
        with self._lock:
            self._known[key] = sound
            self._bytes += sound.nbytes
            while self._bytes > MOST_BYTES and len(self._known) > 1:
                self._bytes -= self._known.popitem(last=False)[1].nbytes
        return True


def read_sound(sound: KitSound, sample_rate: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a sound of a kit, float32 (frames, 1 or 2), and what the performer should know of it.

    Raises `LivecodeError` if it cannot be read.
    """
    if sound.path.startswith(OWN):
        audio = own_sound(sound.path.removeprefix(OWN))
        if sample_rate != RATE_HZ:
            audio = soxr.resample(audio, RATE_HZ, sample_rate)
        return np.ascontiguousarray(audio, np.float32), ()
    begin, end = (0, 0) if sound.slices else (sound.begin, sound.end)
    read = read_stereo(str(file_of(sound.path)), sample_rate, LONGEST_S, begin, end)
    audio = read.audio
    if sound.slices:
        cuts = onset_cuts(audio, sound.slices)
        audio = audio[cuts[sound.begin] : cuts[sound.begin + 1]]
    return (audio if len(audio) else SILENCE), read.notes
