"""Hits as a voice: sounds of kits, each begun at its exact sample, hundreds of them at once."""

import math
from dataclasses import dataclass

import numpy as np

from livecode.transport.onsets import Onset
from livecode.voices.hit_kernel import (
    CLOSE,
    FALL,
    FIELDS,
    GATE,
    LAST,
    LEFT,
    PLACE,
    RIGHT,
    RISE,
    STEP,
    WAIT,
    add_hit,
    warm,
)
from livecode.voices.sound_store import SoundStore

#: So many hits sound at once; those that began first make room for others.
MOST = 384
#: A part of a sound fades in and out over this, so that neighbouring parts run into each other.
SEAM_S = 0.002
#: A sound that is cut, or makes room, fades over this.
CUT_S = 0.004
#: The middle C at which a sound is as it was recorded.
PLAIN_NOTE = 60.0
_FOREVER = 1e18


@dataclass(eq=False)
class Hit:
    """One sound that is heard."""

    sound: np.ndarray  # (frames, channels)
    state: np.ndarray  # (FIELDS,)
    cut: tuple[float, float]  # its kit, and the group in which it is cut; 0: none

    def end(self, wait: int, frames: float) -> None:
        """Fade out over `frames`, `wait` frames from the beginning of the hop."""
        wait -= int(self.state[WAIT])
        if self.state[GATE] > wait or self.state[FALL] < 1.0 / frames:
            self.state[GATE] = min(self.state[GATE], max(wait, 0))
            self.state[FALL] = max(self.state[FALL], 1.0 / frames)


class HitsVoice:
    """Plays the onsets of one name. Its output depends on its inputs alone, never on time."""

    controls: tuple[str, ...] = ()

    def __init__(self, sounds: SoundStore, sample_rate: int, hop: int):
        self._sounds, self._rate, self._hop = sounds, sample_rate, hop
        self._hits: list[Hit] = []
        warm()
        #: Onsets of the last hop whose sound was not there yet: (frames from its beginning, onset).
        self.missed: list[tuple[int, Onset]] = []

    @property
    def sounding(self) -> int:
        """How many hits are heard."""
        return len(self._hits)

    def play(self, onsets: list[tuple[int, Onset]]) -> np.ndarray:
        """Return the next hop, (hop, 2) float32. Each onset begins so many frames into it."""
        self.missed = []
        for wait, onset in onsets:
            self._begin(wait, onset)
        out = np.zeros((self._hop, 2), np.float32)
        self._hits = [hit for hit in self._hits if add_hit(hit.sound, hit.state, out)]
        return out

    def _begin(self, wait: int, onset: Onset) -> None:
        sound = self._sounds.sound(int(onset.kit), int(onset.sound))
        if sound is None:
            self.missed.append((wait, onset))
            return
        group = onset.kit, onset.cut
        if onset.cut:
            for hit in self._hits:
                if hit.cut == group:
                    hit.end(wait, CUT_S * self._rate)
        state = self._state(wait, onset, len(sound))
        if state is None:
            return
        if len(self._hits) >= MOST:
            del self._hits[0]  # it has been fading since the room got scarce
        for hit in self._hits[: len(self._hits) - MOST * 7 // 8]:
            hit.end(wait, CUT_S * self._rate)
        self._hits.append(Hit(sound, state, group))

    def _state(self, wait: int, onset: Onset, length: int) -> np.ndarray | None:
        """Return how a hit begins; None if there is nothing to hear."""
        low, high = sorted((onset.begin * length, onset.end * length))
        step = onset.speed * 2.0 ** ((onset.note - PLAIN_NOTE) / 12)
        if onset.fit > 0:
            step = math.copysign(length / onset.fit, step)
        if onset.begin > onset.end:
            step = -step
        if high - low < 1 or abs(step) < 1e-6 or onset.gain <= 0:
            return None
        state = np.zeros(FIELDS)
        seam = SEAM_S * self._rate
        forwards = step > 0
        state[STEP], state[WAIT] = step, wait
        state[PLACE] = math.floor(low) if forwards else math.ceil(high) - 1
        begins_whole = forwards and low == 0
        state[RISE] = 1.0 if begins_whole else 1.0 / seam
        if onset.attack > 0:
            state[RISE] = 1.0 / max(onset.attack * self._rate, 1.0)
        ends_whole = high == length if forwards else low == 0
        heard = (high - low) / abs(step)
        state[LAST] = max(heard - seam, 0.0) if ends_whole else heard
        state[CLOSE] = 1.0 / seam
        state[GATE], state[FALL] = _FOREVER, 1.0 / seam
        if onset.release >= 0:
            state[GATE] = max(onset.gate, 1.0)
            state[FALL] = 1.0 / max(onset.release * self._rate, seam)
        angle = (min(max(onset.pan, -1.0), 1.0) + 1) * math.pi / 4
        state[LEFT] = onset.gain * math.sqrt(2) * math.cos(angle)
        state[RIGHT] = onset.gain * math.sqrt(2) * math.sin(angle)
        return state
