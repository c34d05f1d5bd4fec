"""Draws several streams of one model together: one call of the kernel, in which they share its weights."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.voices.samplernn import Sampler

Floats = NDArray[np.float32]
Codes = NDArray[np.int32]

#: So many samplers of batches are kept.
KEPT = 8


class SamplerStep(NamedTuple):
    """What the sampler of a stream of levels is to draw next."""

    hot: Floats  # (n,): the temperature of each code
    unlikely: float  # what is less likely than so many times the likeliest is not drawn
    figures: bool  # whether to tell how likely the codes are


class DrawnStep(NamedTuple):
    """What a sampler has drawn of a stream of levels."""

    codes: Codes  # (n,)
    likely: Floats | None  # (n,): log-likelihood of each code, in nats; None without figures
    entropy: Floats | None  # (n,): of what the model expected, in nats; None without figures

    @property
    def nats(self) -> float:
        """The surprise of all codes; 0 without figures."""
        return 0.0 if self.likely is None else -float(self.likely.sum(dtype=np.float64))


def draw(sampler: Sampler, steps: Sequence[SamplerStep]) -> list[DrawnStep]:
    """Draw the steps, all of one length, of a sampler's streams."""
    hot = np.array([step.hot for step in steps])
    unlikely = np.array([step.unlikely for step in steps], np.float32)
    drawn = sampler.step_block(hot, any(step.figures for step in steps), unlikely)
    likely, entropy = drawn.log_likelihood, drawn.entropy
    return [
        DrawnStep(drawn.codes[row], likely[row], entropy[row])
        if likely is not None and entropy is not None and step.figures
        else DrawnStep(drawn.codes[row], None, None)
        for row, step in enumerate(steps)
    ]


class Together:
    """Draws streams, each of which has a sampler of its own, by one call of the kernel.

    What a stream draws does not depend on which streams go along. Streams need not have the same
    number of samples to draw: what one needs beyond the others it draws alone.
    """

    def __init__(self) -> None:
        #: By the identity of the model's weights, and the number of streams.
        self._samplers: dict[tuple[int, int], Sampler] = {}

    def draw(self, samplers: Sequence[Sampler], steps: Sequence[SamplerStep]) -> list[DrawnStep]:
        """Draw a step of each of some streams of one model; return what each has drawn."""
        count = min(len(step.hot) for step in steps)
        batch = self._sampler(samplers)
        for stream, sampler in enumerate(samplers):
            batch.set_state(stream, sampler.state(0))
        drawn = draw(batch, [step._replace(hot=step.hot[:count]) for step in steps])
        for stream, (sampler, step) in enumerate(zip(samplers, steps, strict=True)):
            sampler.set_state(0, batch.state(stream))
            if len(step.hot) > count:
                (rest,) = draw(sampler, [step._replace(hot=step.hot[count:])])
                drawn[stream] = _joined(drawn[stream], rest)
        return drawn

    def _sampler(self, samplers: Sequence[Sampler]) -> Sampler:
        key = samplers[0].identity, len(samplers)
        if key not in self._samplers:
            while len(self._samplers) >= KEPT:
                del self._samplers[next(iter(self._samplers))]
            # it keeps the weights, so that no others get their identity
            self._samplers[key] = samplers[0].several(range(len(samplers)))
        return self._samplers[key]


def _joined(first: DrawnStep, rest: DrawnStep) -> DrawnStep:
    """Return what was drawn one after the other as one."""
    both = zip(first, rest, strict=True)
    joined = (
        None if one is None or two is None else np.concatenate([one, two]) for one, two in both
    )
    return DrawnStep(*joined)  # type: ignore[arg-type]
