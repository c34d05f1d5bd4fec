"""Writes down what one voice plays, note by note: when each begins and ends, how high and loud it is."""

import itertools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.signals.pitch import Yin

Floats = NDArray[np.float32]

#: Pitches are measured so often, in windows of so many seconds; levels in windows of a quarter of a hop.
HOP_S, WINDOW_S, LEVELS = 0.01, 0.0427, 4
#: A window has a pitch if it is so periodic, and not so much softer than the loudest one, in dB.
SURE, SOFT_DB = 0.7, 30.0
#: A note begins where the level rises by so much within so long, or the pitch moves by so much.
RISE_DB, RISE_S, MOVE = 6.0, 0.03, 0.6
#: Notes are so long at least, in seconds.
SHORTEST_S = 0.05
LEAST_DB, SILENT_DB = -100.0, -70.0


class HeardNote(NamedTuple):
    """A note that was heard."""

    begin_s: float  # since the transcriber began
    length_s: float
    note: float  # a MIDI number, with its fraction
    level_db: float  # RMS of its loudest window


class Transcriber:
    """Listens to one voice, piece by piece."""

    def __init__(self, rate_hz: int):
        self._rate, self._hop = rate_hz, round(HOP_S * rate_hz)
        self._frames = 1 << round(math.log2(WINDOW_S * rate_hz))
        self._yin = Yin(rate_hz, self._frames)
        self._sound = np.zeros(self._frames, np.float32)
        self._rest = np.zeros(0, np.float32)
        self._pitches: list[
            float
        ] = []  # MIDI numbers of the windows that end with each hop; NaN: none
        self._levels: list[float] = []  # dB, `LEVELS` a hop

    def listen(self, audio: Floats) -> None:
        """Hear more samples, (n,)."""
        self._rest = np.concatenate([self._rest, audio])
        while len(self._rest) >= self._hop:
            piece, self._rest = self._rest[: self._hop], self._rest[self._hop :]
            self._sound = np.concatenate([self._sound[self._hop :], piece])
            parts = np.array_split(np.square(piece, dtype=np.float64), LEVELS)
            self._levels += [10 * math.log10(part.mean() + 10 ** (LEAST_DB / 10)) for part in parts]
            hz, sure = self._yin.measure(self._sound.astype(np.float64))
            pitched = hz > 0 and sure >= SURE
            self._pitches.append(69 + 12 * math.log2(hz / 440) if pitched else math.nan)

    def notes(self) -> list[HeardNote]:
        """Return the notes that have been heard, in their order."""
        levels, pitches = np.array(self._levels), np.array(self._pitches)
        if not len(pitches) or levels.max() < SILENT_DB:
            return []
        audible = levels > levels.max() - SOFT_DB
        begins = sorted({*self._attacks(levels, audible), *self._moves(pitches, audible)})
        begins = [at for n, at in enumerate(begins) if not n or at - begins[n - 1] >= self._least()]
        found = []
        for at, until in itertools.pairwise([*begins, len(levels)]):
            heard = np.flatnonzero(audible[at:until])
            if len(heard) < self._least():
                continue
            end = at + int(heard[-1]) + 1
            # the windows that lie within it
            whole = self._frames / self._hop
            first, last = math.ceil(at / LEVELS + whole), end // LEVELS
            inside = pitches[min(first, max(last - 1, 0)) : last + 1]
            inside = inside[np.isfinite(inside)]
            if len(inside):
                step_s = HOP_S / LEVELS
                level = float(levels[at:end].max())
                found.append(
                    HeardNote(at * step_s, (end - at) * step_s, float(np.median(inside)), level)
                )
        return found

    @staticmethod
    def _least() -> int:
        return round(SHORTEST_S * LEVELS / HOP_S)

    @staticmethod
    def _attacks(levels: NDArray[np.float64], audible: NDArray[np.bool_]) -> list[int]:
        """Return where the level rises, as numbers of levels."""
        back = round(RISE_S * LEVELS / HOP_S)
        # a low tone has its own waves in so short windows: its crests count
        crests = np.array(
            [levels[max(at - back // 2, 0) : at + 1].max() for at in range(len(levels))]
        )
        before = np.array([crests[max(at - back, 0) : at].min(initial=LEAST_DB if not at else np.inf)
                           for at in range(len(crests))])  # fmt: skip
        rises = (crests > before + RISE_DB) & audible
        starts = np.flatnonzero(rises & ~np.concatenate([[False], rises[:-1]]))
        return [int(at) for at in starts]

    def _moves(self, pitches: NDArray[np.float64], audible: NDArray[np.bool_]) -> list[int]:
        """Return where the pitch moves from one note to another without an attack."""
        found, current = [], math.nan
        for at in range(len(pitches) - 2):
            three = pitches[at : at + 3]
            steady = np.isfinite(three).all() and np.ptp(three) < MOVE / 2
            if not steady:
                continue
            here = float(np.median(three))
            if math.isfinite(current) and abs(here - current) > MOVE:
                # it is heard once half a window and a period of it are new
                late_s = self._frames / 2 / self._rate + 1 / (440 * 2 ** ((here - 69) / 12))
                begin = round(((at + 1) * HOP_S - late_s) * LEVELS / HOP_S)
                if begin > 0 and audible[min(begin, len(audible) - 1)]:
                    found.append(begin)
            current = here
        return found
