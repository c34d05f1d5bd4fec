"""Hears where phrases begin and end in a sound: by its level, a threshold, and the noise of the room."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: The level is that of so many seconds.
WINDOW_S = 0.0027
#: A phrase begins so much above the noise of the room, at least, and goes on down to so much below, in dB.
ABOVE_NOISE_DB, HYSTERESIS_DB = 12.0, 6.0
#: What is taken for noise falls at once, and rises so slowly, in dB a second: a held tone is no noise.
NOISE_RISES_DB = 1.0
#: A shorter sound is a click, and no phrase; within it, it may be silent for so long.
SHORTEST_S, CLICK_GAP_S = 0.06, 0.05
#: After so much silence it is likely that a phrase is over: what takes time can begin.
PAUSE_S = 0.03
#: So much before the first loud window belongs to a phrase.
BEFORE_S = 0.02
#: So much of a sound is kept; of a longer phrase, the end.
KEPT_S = 30.0
SILENT_DB = -120.0


class PhraseChange(Enum):
    """What has become of a phrase."""

    BEGAN = "began"
    PAUSED = "paused"  # it may be over
    ENDED = "ended"


@dataclass(frozen=True)
class PhraseEvent:
    """What has become of a phrase, and where in the sound it lies: in frames since listening began."""

    what: PhraseChange
    begin: int
    end: int  # after its last loud window


class PhraseListener:
    """Listens to one sound, piece by piece."""

    def __init__(self, rate_hz: int, threshold_db: float = -45.0, silence_s: float = 0.2):
        """A phrase begins above `threshold_db`, an RMS level, and ends after `silence_s`."""
        self.threshold_db, self.silence_s = threshold_db, silence_s
        self._rate = rate_hz
        self._window = max(round(WINDOW_S * rate_hz), 1)
        self._kept = np.zeros(round(KEPT_S * rate_hz), np.float32)
        self.frames = 0  # heard
        self._judged = 0  # frames of which the level is known: whole windows
        self._noise_db = math.inf
        self._begin: int | None = None  # of what may be a phrase
        self._is_phrase = False
        self._loud = 0  # the end of the last loud window
        self._paused_at = -1

    @property
    def in_phrase(self) -> bool:
        """Whether a phrase has begun, and is not over."""
        return self._is_phrase

    def listen(self, audio: Floats) -> list[PhraseEvent]:
        """Hear more samples, (n,); return what has happened in them."""
        audio = audio[-len(self._kept) :]
        at = self.frames % len(self._kept)
        fits = min(len(audio), len(self._kept) - at)
        self._kept[at : at + fits] = audio[:fits]
        self._kept[: len(audio) - fits] = audio[fits:]
        self.frames += len(audio)
        windows = (self.frames - self._judged) // self._window
        if not windows:
            return []
        sound = self.between(self._judged, self._judged + windows * self._window)
        power = np.square(sound, dtype=np.float64).reshape(-1, self._window).mean(axis=1)
        levels = 10 * np.log10(power + 10 ** (SILENT_DB / 10))
        return [event for level in levels.tolist() for event in self._judge(level)]

    def between(self, begin: int, end: int) -> Floats:
        """Return what was heard between two frames, as far as it is kept, (n,)."""
        begin = max(begin, self.frames - len(self._kept), 0)
        return self._kept[np.arange(begin, max(end, begin)) % len(self._kept)]

    def loud_between(self, begin: int, end: int) -> tuple[int, int] | None:
        """Return from where to where something above the threshold was heard; None: nothing was."""
        begin = max(begin, self.frames - len(self._kept), 0)
        sound = self.between(begin, end)
        sound = sound[: len(sound) // self._window * self._window].reshape(-1, self._window)
        power = np.square(sound, dtype=np.float64).mean(axis=1)
        loud = np.flatnonzero(power > 10 ** (self.threshold_db / 10))
        if len(loud) * self._window < SHORTEST_S * self._rate:
            return None
        return begin + int(loud[0]) * self._window, begin + (int(loud[-1]) + 1) * self._window

    def forget(self) -> None:
        """Let no phrase have begun."""
        self._begin, self._is_phrase, self._paused_at = None, False, -1

    def _judge(self, level_db: float) -> list[PhraseEvent]:
        """Take in the level of the next window."""
        window_s = self._window / self._rate
        begin, self._judged = self._judged, self._judged + self._window
        if math.isinf(self._noise_db):  # nothing is known of the room: the threshold rules
            self._noise_db = self.threshold_db - ABOVE_NOISE_DB
        on_db = max(self.threshold_db, self._noise_db + ABOVE_NOISE_DB)
        self._noise_db = min(level_db, self._noise_db + NOISE_RISES_DB * window_s)
        loud = level_db > (on_db if self._begin is None else on_db - HYSTERESIS_DB)
        if loud:
            self._begin = begin if self._begin is None else self._begin
            self._loud = self._judged
        if self._begin is None:
            return []
        quiet_s = (self._judged - self._loud) / self._rate
        if not self._is_phrase:
            return self._perhaps(self._begin, quiet_s)
        where = max(self._begin - round(BEFORE_S * self._rate), 0), self._loud
        if quiet_s >= self.silence_s:
            self.forget()
            return [PhraseEvent(PhraseChange.ENDED, *where)]
        if quiet_s >= PAUSE_S and self._paused_at != self._loud:
            self._paused_at = self._loud
            return [PhraseEvent(PhraseChange.PAUSED, *where)]
        return []

    def _perhaps(self, begin: int, quiet_s: float) -> list[PhraseEvent]:
        """Decide whether what has begun is a phrase."""
        if quiet_s > CLICK_GAP_S:
            self.forget()
            return []
        if self._loud - begin < SHORTEST_S * self._rate:
            return []
        self._is_phrase = True
        return [PhraseEvent(PhraseChange.BEGAN, begin, self._loud)]
