"""Watching over a stream: notices when it has fallen silent or bursts into noise, and takes it back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from livecode.voices.samplernn import DrawnCodes, Sampler, StreamState

#: Judged in pieces of this length; so many bad ones in a row are a collapse.
PIECE_S = 0.25
SILENT_PIECES, NOISY_PIECES, LOUD_PIECES = 4, 2, 3
#: Below −60 dBFS, or 30 dB below what it was trained on, a piece is silent.
SILENT_RMS, SILENT_SHARE = 1e-3, 10 ** (-30 / 20)
#: What the model itself finds this unlikely is noise: bits a sample, as a share of all it could say.
NOISY_SHARE = 0.85
#: So many times as loud as what it was trained on, and so much less likely, in bits a sample than
#: what was held out, it is stuck in a roar: trained models fall into that before they do into noise.
LOUD, UNLIKELY_BITS = 1.6, 0.5
#: From a good piece that it was taken back to it goes on so long at another temperature, so that it
#: does not go the same way again: hot after silence, cool after noise.
KICK_S, HOT, COOL = 0.1, 1.5, 0.8


class Watch:
    """Judges what a stream draws, piece by piece."""

    def __init__(self, sample_rate: int, levels: int, facts: Mapping[str, Any]):
        """`facts` of the model's file: `rms` of what it was trained on, and `held_out_bits`."""
        usual = float(facts.get("rms", 0.0))
        self._loud = LOUD * usual or np.inf
        self._faint = max(SILENT_RMS, SILENT_SHARE * usual)
        self._unlikely_nats = (float(facts.get("held_out_bits", np.inf)) + UNLIKELY_BITS) * np.log(
            2
        )
        self._piece = round(PIECE_S * sample_rate)
        self._noisy_nats = NOISY_SHARE * np.log(levels)
        self._kick = round(KICK_S * sample_rate)
        self._count = 0
        self._power = self._surprise = 0.0
        self._silent = self._noisy = self._roaring = 0
        self._good: StreamState | None = None  # where the last good piece began
        self.rescues = 0

    def over(self, sampler: Sampler, audio: np.ndarray, drawn: DrawnCodes) -> np.ndarray:
        """Take note of what stream 0 has drawn, with its figures; set it back if it has collapsed.

        Returns the audio as it is: what is heard of a collapse is short.
        """
        assert drawn.log_likelihood is not None
        self._count += len(audio)
        self._power += float(np.square(audio - audio.mean()).sum()) if len(audio) else 0.0
        self._surprise -= float(drawn.log_likelihood[0].sum())
        if self._count < self._piece:
            return audio
        rms = np.sqrt(self._power / self._count)
        surprise = self._surprise / self._count
        self._count, self._power, self._surprise = 0, 0.0, 0.0
        self._silent = self._silent + 1 if rms < self._faint else 0
        self._noisy = self._noisy + 1 if surprise > self._noisy_nats else 0
        roars = rms > self._loud and surprise > self._unlikely_nats
        self._roaring = self._roaring + 1 if roars else 0
        if (
            self._silent >= SILENT_PIECES
            or self._noisy >= NOISY_PIECES
            or self._roaring >= LOUD_PIECES
        ):
            self._rescue(sampler)
        elif not (self._silent or self._noisy or self._roaring):
            self._good = sampler.state(0)
        return audio

    def _rescue(self, sampler: Sampler) -> None:
        """Back to the last good piece, with other random numbers; without one, to the beginning."""
        random = sampler.state(0).random
        if self._good is None:
            sampler.reset(0)
        else:
            state = self._good
            sampler.set_state(
                0, StreamState(state.history, state.t, random, state.h, state.c, state.out)
            )
        temperature = HOT if self._silent else COOL
        sampler.step_block(np.full((1, self._kick), temperature, np.float32))
        self._silent = self._noisy = self._roaring = 0
        self._good = None
        self.rescues += 1
