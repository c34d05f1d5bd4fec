"""The living texture of a space in numpy: how the outputs of its decoder move where it is held."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats

ORDER = 4  # steps of its own past that a component goes on from
MOST = 0.998  # of a reflection coefficient: what rings longer than seconds is a pitch
LOG_SCALE_RANGE = (-12.0, 0.0)  # of how far outputs go: nepers, and octaves of the pitch
LOG_RANGE = (-8.0, 2.0)  # of components
LOG_RATE_RANGE = (1.0, 2.3)  # of a vibrato in Hz: 2.7 to 10
LOG_UNEVEN_RANGE = (-3.0, 2.0)  # of what its phase strays by, radians a root second
FARTHEST = 3.0  # deviations that a component goes from where it is held
UNDECIDED = 0.1  # directions shorter than this are those of no swing


def head_rows(outputs: int, components: int) -> int:
    """Outputs of a texture's network: a scale for each output and the level, and the components'."""
    return outputs + 1 + (1 + ORDER + 3) * components + 2


def texture_shapes(
    latent: int, outputs: int, components: int, hidden: int
) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors of a texture on a decoder of so many outputs."""
    return {
        "texture.body.weight": (hidden, latent),
        "texture.body.bias": (hidden,),
        "texture.head.weight": (head_rows(outputs, components), hidden),
        "texture.head.bias": (head_rows(outputs, components),),
        "texture.mixing": (components, components),
        "texture.basis": (components, outputs + 1),
    }


@dataclass(frozen=True)
class Character:
    """How a space moves at one place."""

    scale: Floats  # (outputs + 1,) of all motion, by output
    amplitude: Floats  # (components,) of what is irregular
    reflections: Floats  # (ORDER, components) of its autoregressions
    swing: NDArray[np.complex64]  # (components,) of the vibrato
    rate_hz: float
    uneven: float  # radians a root second that the vibrato's phase strays by


class Texture:
    """How a space moves about a held position: some components, each irregular and in a vibrato.

    A small network says at every latent point how far each of the decoder's outputs goes, and
    the log level, which is the last; how far each component does by itself and, as reflection
    coefficients, how it moves, so that it is stable anywhere; and how far and when it swings in
    the vibrato, which all have in common. The basis says which outputs move together.
    """

    def __init__(self, tensors: dict[str, Floats], step_s: float) -> None:
        """`step_s`: seconds between two steps of a motion."""
        self.step_s = step_s
        self._body, self._body_bias = tensors["texture.body.weight"], tensors["texture.body.bias"]
        self._head, self._head_bias = tensors["texture.head.weight"], tensors["texture.head.bias"]
        self.mixing = tensors["texture.mixing"]
        self.basis = np.ascontiguousarray(tensors["texture.basis"].T)
        self.components = len(self.mixing)

    def at(self, z: Floats) -> Character:
        """How it moves at a latent point (latent,)."""
        hidden = np.tanh(self._body @ z + self._body_bias)
        outputs = self._head @ hidden + self._head_bias
        width = len(self.basis)
        rows = outputs[width:-2].reshape(-1, self.components)
        amplitude, swing = np.exp(np.clip(rows[[0, 1 + ORDER]], *LOG_RANGE))
        real, imaginary = rows[2 + ORDER], rows[3 + ORDER]
        length = np.sqrt(np.square(real) + np.square(imaginary) + UNDECIDED**2)
        return Character(
            np.exp(np.clip(outputs[:width], *LOG_SCALE_RANGE)),
            amplitude,
            np.float32(MOST) * np.tanh(rows[1 : 1 + ORDER]),
            swing / length * (real + 1j * imaginary),
            float(np.exp(np.clip(outputs[-2], *LOG_RATE_RANGE))),
            float(np.exp(np.clip(outputs[-1], *LOG_UNEVEN_RANGE))),
        )


class Motion:
    """A texture in time; it begins still, and depends on its seed and where it is held alone."""

    def __init__(self, texture: Texture, seed: int) -> None:
        self._texture = texture
        self._rng = np.random.default_rng([seed, texture.components])
        self._past = np.zeros((ORDER, texture.components))  # of unit deviation, the newest first
        self._phase = self._rng.uniform(0, 2 * np.pi)
        self._before, self._next, self.moves = np.zeros((3, len(texture.basis)), np.float32)
        self._share = 1.0  # of the way from the one to the other
        self._swell = 0.0  # variance of the log level

    def advance(self, seconds: float, z: Floats, amount: float) -> Floats:
        """Deviations of the outputs (outputs,) and of the log level, `seconds` later at z (latent,)."""
        self._share += seconds / self._texture.step_s
        while self._share >= 1.0:
            self._share -= 1.0
            self._step(z)
        np.subtract(self._next, self._before, out=self.moves)
        self.moves *= np.float32(self._share)
        self.moves += self._before
        self.moves *= np.float32(amount)
        self.moves[-1] -= amount**2 * self._swell  # or what swells would be louder in the mean
        return self.moves

    def _step(self, z: Floats) -> None:
        texture, rng = self._texture, self._rng
        character = texture.at(z)
        coefficients, deviation = prediction(character.reflections)
        noise = texture.mixing @ rng.standard_normal(texture.components)
        new = (coefficients * self._past).sum(0) + deviation * noise
        self._past[1:] = self._past[:-1]
        self._past[0] = np.clip(new, -FARTHEST, FARTHEST)
        stray = character.uneven * np.sqrt(texture.step_s) * rng.standard_normal()
        self._phase = (self._phase + 2 * np.pi * character.rate_hz * texture.step_s + stray) % (
            2 * np.pi
        )
        vibrato = (character.swing * np.exp(1j * self._phase)).real
        components = np.asarray(character.amplitude * self._past[0] + vibrato, np.float32)
        self._before = self._next
        self._next = character.scale * (texture.basis @ components)
        power = np.square(character.amplitude) + 0.5 * np.square(np.abs(character.swing))
        self._swell = float(character.scale[-1] ** 2 * (np.square(texture.basis[-1]) @ power))


def prediction(
    reflections: NDArray[np.floating],
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Coefficients (ORDER, n) of autoregressions, and the deviation (n,) of what they cannot tell.

    Levinson's recursion, from reflection coefficients (ORDER, n) in (-1, 1); of unit variance.
    """
    coefficients = reflections[:1]
    for k in reflections[1:]:
        coefficients = np.concatenate([coefficients - k * coefficients[::-1], k[None]])
    return coefficients, np.sqrt(np.prod(1 - np.square(reflections), axis=0))
