"""Voices of a space of hits: an agent strikes the hit where it is, or notes strike it at their pitches."""

import numpy as np

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.struck.shape import thinned
from livecode.neural.spaces.struck.space import HitSpace
from livecode.transport.onsets import Onset
from livecode.transport.positions import sounded_at
from livecode.voices.struck_sound import BandNoise, StruckSound, loudness_gain

#: So many hits sound at once, of the notes of a voice and of an agent, which is one hand: its cymbals
#: would become a wall of noise. One more ends the oldest, which fades over a hop.
MOST_OF_NOTES, MOST_OF_AN_AGENT = 8, 1
#: The middle C at which a hit is as it is.
PLAIN_NOTE = 60.0


class _Hits:
    """The hits of one voice that sound."""

    def __init__(self, space: HitSpace, sample_rate: int, hop: int, seed: int, most: int):
        """`most` hits sound at once."""
        self._space, self._rate, self._hop, self._most = space, sample_rate, hop, most
        self._noise = BandNoise(sample_rate, seed)
        self._sounding: list[StruckSound] = []

    def play(self, begun: list[tuple[int, StruckSound]]) -> Floats:
        """Return the next hop, (hop,), in which these begin, each so many frames into it."""
        out = np.zeros(self._hop, np.float32)
        for sound in self._sounding[: max(len(self._sounding) + len(begun) - self._most, 0)]:
            last = np.zeros(self._hop, np.float32)
            sound.add(last)
            out += last * np.linspace(1, 0, self._hop, dtype=np.float32)
            self._sounding.remove(sound)
        for sound in self._sounding:
            sound.add(out)
        for wait, sound in begun:
            sound.add(out, wait)
            self._sounding.append(sound)
        self._sounding = [sound for sound in self._sounding if not sound.over]
        return out

    def hit(
        self, value: np.ndarray | None, gain: float, note: float = PLAIN_NOTE, thin: bool = False
    ) -> StruckSound:
        """Return the hit at the position value[:latent] in [0, 1], at a note; `thin`: without a low end."""
        latent = self._space.latent
        where = np.full(latent, 0.5)
        if value is not None:
            known = value[:latent]  # fewer, where an agent has gone into another space
            where[: len(known)] = np.clip(known, 0.0, 1.0)
        ratio = 2.0 ** ((note - PLAIN_NOTE) / 12)
        shape = self._space.shape(self._space.place(where))
        if thin:
            whole, shape = shape, thinned(shape)
            gain *= loudness_gain(whole) / loudness_gain(shape)  # what is left is no louder
        return StruckSound(shape, self._noise, self._rate, self._hop, gain, ratio)


class LatentHitsVoice:
    """Plays one space of hits for an agent. Its output depends on its inputs alone, never on time.

    An agent goes everywhere, so its low hits are thinned: several a second would cover the bass.
    """

    controls = ("position",)

    def __init__(self, space: HitSpace, sample_rate: int, hop: int, seed: int):
        self._hits = _Hits(space, sample_rate, hop, seed, MOST_OF_AN_AGENT)
        self._latent, self._stroke, self._last = space.latent, 0.0, hop - 1
        #: Positions are read to the end of the next hop, so that a hit begins on its sample.
        self.early = {"position": hop - 1}
        #: How many frames into the next hop the newest position applies.
        self.came = 0

    def play(self, value: np.ndarray | None) -> np.ndarray:
        """Return the next hop, (hop,) float32; a new stroke of `value` is a hit at its position."""
        sounded = sounded_at(value, self._latent)
        begun = []
        if sounded.stroke > self._stroke and sounded.strike > 0:
            self._stroke = sounded.stroke
            wait = min(max(self.came, 0), self._last)
            begun = [(wait, self._hits.hit(value, min(sounded.strike, 1.0), thin=True))]
        return self._hits.play(begun)


class HitNotesVoice:
    """Plays notes in a space of hits: the control `position` says which hit, the notes move its tones."""

    controls = ("position",)

    def __init__(self, space: HitSpace, sample_rate: int, hop: int, seed: int):
        self._hits = _Hits(space, sample_rate, hop, seed, MOST_OF_NOTES)

    def play(self, onsets: list[tuple[int, Onset]], position: np.ndarray | None) -> np.ndarray:
        """Return the next hop, (hop, 2) float32. Each onset begins so many frames into it."""
        begun = [(wait, self._hits.hit(position, onset.gain, onset.note)) for wait, onset in onsets]
        return np.repeat(self._hits.play(begun)[:, None], 2, axis=1)
