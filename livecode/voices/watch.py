"""Watching over a stream: notices when it has fallen silent or still, bursts into noise, or roars."""

from collections import deque
from collections.abc import Mapping
from copy import copy
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["good", "doubtful", "silent", "still", "noisy", "roaring", "unknown"]

#: Judged in pieces of this length; so many bad ones in a row are a collapse.
PIECE_S = 0.25
SILENT_PIECES, NOISY_PIECES, LOUD_PIECES = 4, 2, 3
#: With moments to go to, a collapse is taken back sooner.
SILENT_PIECES_WITH_MOMENTS = 2
#: Below −60 dBFS, or 30 dB below what it was trained on, a piece is silent.
SILENT_RMS, SILENT_SHARE = 1e-3, 10 ** (-30 / 20)
#: What the model itself finds this unlikely is noise: bits a sample, as a share of all it could say.
NOISY_SHARE = 0.85
#: So many times as loud as what it was trained on, and so much less likely, in bits a sample than
#: what was held out, it is stuck in a roar: trained models fall into that before they do into noise.
LOUD, UNLIKELY_BITS = 1.6, 0.5
#: Of a model that does not tell how likely its sound is, so many times what is loud in its source.
LOUDER = 1.4
#: And so many times what is quiet in its source is silence.
FAINTER = 0.7
#: A stream hangs on one sound if over so many pieces its level moves less than this share of the
#: least that its source's does; only a model with moments is taken back from that.
STILL_PIECES, STILLER = 12, 0.8


class Watch:
    """Judges what a stream draws, piece by piece."""

    def __init__(
        self,
        sample_rate: int,
        facts: Mapping[str, Any],
        levels: int | None = None,
        has_moments: bool = False,
    ):
        """`facts` of the model's file: `rms` of what it was trained on, `quiet_rms` and `loud_rms`,
        between which nearly all of its quarter seconds lie, `still_db`, by how much their level
        moves at least in three seconds, and `held_out_bits`.

        levels: of a sample, of a model that tells how likely each is; None: level alone is judged.
        """
        usual = float(facts.get("rms", 0.0))
        loud, quiet = (float(facts.get(name, 0.0)) for name in ("loud_rms", "quiet_rms"))
        self._loud = (LOUD * usual if levels else LOUDER * loud) or np.inf
        self._faint = max(SILENT_RMS, SILENT_SHARE * usual, FAINTER * quiet)
        bits = float(facts.get("held_out_bits", np.inf)) if levels else -np.inf
        self._unlikely_nats = (bits + UNLIKELY_BITS) * np.log(2)
        self._noisy_nats = NOISY_SHARE * np.log(levels) if levels else np.inf
        self._still_db = STILLER * float(facts.get("still_db", 0.0)) if has_moments else 0.0
        self._levels: deque[float] = deque(maxlen=STILL_PIECES)  # of the last pieces, in dB
        self._most_silent = SILENT_PIECES_WITH_MOMENTS if has_moments else SILENT_PIECES
        self._piece = round(PIECE_S * sample_rate)
        self._count = 0
        self._power = self._surprise = 0.0
        self._silent = self._noisy = self._roaring = 0
        self.rescues = 0  # how often the stream was taken back

    def judged(self, audio: NDArray[np.float32], surprise_nats: float = 0.0) -> Verdict:
        """Take note of what was drawn and of its surprise in all; judge the piece if it is whole."""
        self._count += len(audio)
        self._power += float(np.square(audio - audio.mean()).sum()) if len(audio) else 0.0
        self._surprise += surprise_nats
        if self._count < self._piece:
            return "unknown"
        rms = np.sqrt(self._power / self._count)
        surprise = self._surprise / self._count
        self._count, self._power, self._surprise = 0, 0.0, 0.0
        self._levels.append(20 * np.log10(rms + 1e-9))
        self._silent = self._silent + 1 if rms < self._faint else 0
        self._noisy = self._noisy + 1 if surprise > self._noisy_nats else 0
        roars = rms > self._loud and surprise > self._unlikely_nats
        self._roaring = self._roaring + 1 if roars else 0
        if self._silent >= self._most_silent:
            return "silent"
        if self._noisy >= NOISY_PIECES:
            return "noisy"
        if self._roaring >= LOUD_PIECES:
            return "roaring"
        if len(self._levels) == STILL_PIECES and np.std(self._levels) < self._still_db:
            return "still"
        return "doubtful" if self._silent or self._noisy or self._roaring else "good"

    def taken_back(self) -> None:
        """The stream has been taken back: what it did before does not count."""
        self._silent = self._noisy = self._roaring = 0
        self._levels.clear()
        self.rescues += 1

    def begin_anew(self) -> None:
        """The stream goes on from elsewhere, which was asked for: nothing before counts."""
        self._count, self._power, self._surprise = 0, 0.0, 0.0
        self._silent = self._noisy = self._roaring = 0
        self._levels.clear()

    def copy(self) -> "Watch":
        """Another one that has noticed the same."""
        other = copy(self)
        other._levels = self._levels.copy()
        return other
