"""The voice of a space of ambiences: a position is how a texture moves, in stereo."""

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats
from livecode.neural.spaces.ambient.space import AmbienceSpace
from livecode.transport.positions import Sounded, sounded_at
from livecode.voices.ambience_sound import STEP, AmbienceSound
from livecode.voices.strokes import Strokes

#: Time constant of the glide to a new position: textures change as weather does.
GLIDE_S = 0.15
#: So many steps lie between two shapes on the way to a position.
EVERY = 3
#: A way that is as short as this has ended.
ARRIVED = 1e-4


class AmbienceVoice:
    """Plays one space of ambiences. Its output depends on its inputs alone, never on time."""

    controls = ("position",)

    def __init__(self, space: AmbienceSpace, sample_rate: int, hop: int, seed: int):
        self._space, self._hop = space, hop
        self._sound = AmbienceSound(sample_rate, seed)
        self._follow = 1 - np.exp(-EVERY * STEP / (GLIDE_S * sample_rate))
        self._position: NDArray[np.float64] | None = None
        self._note, self._steps, self._away = 0.0, 0, True
        self._strokes, self._stroke = Strokes(sample_rate, hop), 0.0
        #: Positions are read to the end of the next hop, so that a stroke begins on its sample.
        self.early = {"position": hop - 1}
        #: How many frames into the next hop the newest position applies.
        self.came = 0
        self._waiting: Floats = np.zeros((2, 0), np.float32)  # steps that are not heard yet

    def play(self, value: np.ndarray | None) -> np.ndarray:
        """Return the next hop, (hop, 2) float32, on the way to the position value[:latent] in [0, 1].

        Beside the position, `value` says at which note and how struck it sounds; see
        `transport.positions`.
        """
        latent = self._space.latent
        sounded = sounded_at(value, latent)
        position = np.full(latent, 0.5) if value is None else np.clip(value[:latent], 0.0, 1.0)
        begins = self._begins(sounded)
        while self._waiting.shape[1] < self._hop:
            self._go(position, sounded.note, at_once=begins is not None)
            burst = None if begins is None or self._waiting.shape[1] else begins[1] % STEP
            step = self._sound.step(self._strokes.tilt, burst)
            self._waiting = np.concatenate([self._waiting, step], axis=1)
        out, self._waiting = self._waiting[:, : self._hop], self._waiting[:, self._hop :]
        if begins is not None or not self._strokes.held:
            out = out * self._strokes.advance(begins)
        return np.ascontiguousarray(out.T)

    def _begins(self, sounded: Sounded) -> tuple[float, int] | None:
        """Return the stroke that begins in the next hop, and so many frames into it; None: none does."""
        if sounded.stroke > self._stroke and sounded.strike > 0:
            self._stroke = sounded.stroke
            return min(sounded.strike, 1.0), min(max(self.came, 0), self._hop - 1)
        if sounded.strike <= 0:
            self._strokes.let_go()
        return None

    def _go(self, position: NDArray[np.float64], note: float, at_once: bool) -> None:
        """Give the sound its shape for the next step."""
        self._steps += 1
        if self._position is None or at_once:
            self._position = position.copy()
        elif note == self._note and self._steps % EVERY:
            return
        else:
            away = position - self._position
            self._position += self._follow * away
            arrived = float(np.abs(away).max()) < ARRIVED
            if arrived and note == self._note and not self._away:
                return
            self._away = not arrived
        self._note = note
        self._sound.set(self._space.shape(self._space.place(self._position)), note)
