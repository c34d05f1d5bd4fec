"""The texture of a space in numpy: how the outputs of its decoder move at a held position."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.spectrum import Floats

ORDER = 4  # order of the components' autoregressions
MOST = 0.998  # of a reflection coefficient; more would ring for seconds, as a pitch does
LOG_SCALE_RANGE = (-12.0, 0.0)  # of the outputs' scale: nepers, and octaves for the pitch
LOG_RANGE = (-8.0, 2.0)  # of the components
LOG_RATE_RANGE = (1.0, 2.3)  # of the vibrato's rate in Hz: 2.7 to 10
LOG_UNEVEN_RANGE = (-3.0, 2.0)  # of the wander of the vibrato's phase, radians per root second
FARTHEST = 3.0  # standard deviations that a component may move from where it is held
UNDECIDED = 0.1  # a shorter direction means no swing


def head_rows(outputs: int, components: int) -> int:
    """Return the number of outputs of a texture's network.

    There is a scale for each decoder output and for the level; the rest describes the components.
    """
    return outputs + 1 + (1 + ORDER + 3) * components + 2


def texture_shapes(
    latent: int, outputs: int, components: int, hidden: int
) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of a texture's tensors for a decoder with `outputs` outputs."""
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
    """How a space moves at one latent point."""

    scale: Floats  # (outputs + 1,): scale of all motion, for each output
    amplitude: Floats  # (components,): of the irregular motion
    reflections: Floats  # (ORDER, components): reflection coefficients of the autoregressions
    swing: NDArray[np.complex64]  # (components,): of the vibrato
    rate_hz: float
    uneven: float  # wander of the vibrato's phase, radians per root second


class Texture:
    """How a space moves around a held position: components with irregular motion and a vibrato.

    At every latent point, a small network gives how far each decoder output and the log level
    (which is last) move. It also gives each component's amplitude and its motion as reflection
    coefficients, which keep it stable everywhere, and how the component swings in the common
    vibrato. The basis says which outputs move together.
    """

    def __init__(self, tensors: dict[str, Floats], step_s: float) -> None:
        """Set up from tensors. `step_s` is the time between two steps of a motion, in seconds."""
        self.step_s = step_s
        self._body, self._body_bias = tensors["texture.body.weight"], tensors["texture.body.bias"]
        self._head, self._head_bias = tensors["texture.head.weight"], tensors["texture.head.bias"]
        self.mixing = tensors["texture.mixing"]
        self.basis = np.ascontiguousarray(tensors["texture.basis"].T)
        self.components = len(self.mixing)

    def at(self, z: Floats) -> Character:
        """Return how the space moves at a latent point (latent,)."""
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
    """A texture in time.

    It starts at rest, and depends only on its seed and the points it is held at.
    """

    def __init__(self, texture: Texture, seed: int) -> None:
        self._texture = texture
        self._rng = np.random.default_rng([seed, texture.components])
        # in standard deviations, the newest first
        self._past = np.zeros((ORDER, texture.components))
        self._phase = self._rng.uniform(0, 2 * np.pi)
        self._before, self._next, self.moves = np.zeros((3, len(texture.basis)), np.float32)
        self._share = 1.0  # of the way from `_before` to `_next`
        self._swell = 0.0  # variance of the log level

    def advance(self, seconds: float, z: Floats, amount: float) -> Floats:
        """Advance by `seconds` at z (latent,).

        Return moves of the outputs and the log level, (outputs + 1,).
        """
        self._share += seconds / self._texture.step_s
        while self._share >= 1.0:
            self._share -= 1.0
            self._step(z)
        np.subtract(self._next, self._before, out=self.moves)
        self.moves *= np.float32(self._share)
        self.moves += self._before
        self.moves *= np.float32(amount)
        # so that a swelling level is not louder on average
        self.moves[-1] -= amount**2 * self._swell
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
    """Return an autoregression's coefficients (ORDER, n) and innovation deviations (n,).

    Levinson's recursion, from reflection coefficients (ORDER, n) in (-1, 1). The variance is 1.
    """
    coefficients = reflections[:1]
    for k in reflections[1:]:
        coefficients = np.concatenate([coefficients - k * coefficients[::-1], k[None]])
    return coefficients, np.sqrt(np.prod(1 - np.square(reflections), axis=0))
