"""Candidates: several continuations of one stream, drawn together; of either make of model."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.quantise import dequantised
from livecode.voices.drawing import (
    Drawing,
    FullbandDrawing,
    FullbandState,
    Held,
    LevelsDrawing,
    held_on,
    left_out,
)

Floats = NDArray[np.float32]


class DrawnCandidates(NamedTuple):
    """Sound of all candidates, and how unlikely the model finds it."""

    audio: Floats  # (candidates, n)
    surprise: Floats  # (candidates,): nats in all


class Candidates(Protocol):
    """Several continuations of one stream. Each has random numbers of its own; the first the stream's."""

    #: A number of samples that is drawn is a multiple of this.
    grain: int

    def draw(self, temperatures: Floats, held: Held, guarded: bool) -> DrawnCandidates:
        """The next samples of each, (candidates, n), at temperatures (n,) for all."""

    def copy(self, parents: Sequence[int]) -> None:
        """Let each go on from where its parent is."""

    def state(self, candidate: int) -> Any:
        """A copy of where one is, for `load_state`, or for the drawing that they come from."""

    def load_state(self, candidate: int, state: Any) -> None:
        """Go on from there, random numbers included."""


class LevelsCandidates:
    """Continuations of a stream of a model whose codes are levels of the sound."""

    grain = 1

    def __init__(self, drawing: LevelsDrawing, seeds: Sequence[int]):
        """Continuations from where `drawing` is; the first has its random numbers, the others seeds."""
        self._config = drawing.sampler.config
        self._sampler = drawing.sampler.several(seeds)
        state = drawing.state()
        for candidate in range(len(seeds)):
            self._sampler.set_state(candidate, state, random=candidate == 0)

    def draw(self, temperatures: Floats, held: Held, guarded: bool) -> DrawnCandidates:
        hot = temperatures * held.surface
        unlikely = max(held.unlikely, left_out(hot) if guarded else 0.0)
        all_hot = np.broadcast_to(hot, (self._sampler.streams, len(hot)))
        drawn = self._sampler.step_block(all_hot, True, unlikely)
        assert drawn.log_likelihood is not None
        audio = dequantised(drawn.codes, self._config.levels, self._config.quantiser)
        return DrawnCandidates(audio, -drawn.log_likelihood.sum(axis=1))

    def copy(self, parents: Sequence[int]) -> None:
        # a parent stays where it is, so the order does not matter
        for candidate, parent in enumerate(parents):
            if candidate != parent:
                self._sampler.set_state(candidate, self._sampler.state(parent), random=False)

    def state(self, candidate: int) -> Any:
        return self._sampler.state(candidate)

    def load_state(self, candidate: int, state: Any) -> None:
        self._sampler.set_state(candidate, state)


class FullbandCandidates:
    """Continuations of a stream of a full-band model."""

    def __init__(self, drawing: FullbandDrawing, seeds: Sequence[int]):
        """Continuations from where `drawing` is, beyond what it has drawn and not yet given."""
        self._drawing = drawing
        self._sampler = drawing.sampler.several(seeds)
        self.grain = self._sampler.config.subbands
        state = drawing.state()
        self._holds = [state.hold] * len(seeds)
        for candidate in range(len(seeds)):
            self._sampler.set_state(candidate, state.sampler, random=candidate == 0)

    def draw(self, temperatures: Floats, held: Held, guarded: bool) -> DrawnCandidates:
        self._drawing.take_in_hand(self._sampler.hand, held)
        structure = [self._drawing.structure(hold) for hold in self._holds]
        self._sampler.hand.structure[:] = np.array(structure) * temperatures[0]
        hot = temperatures[:: self.grain] * held.surface
        drawn = self._sampler.step_block(
            np.broadcast_to(hot, (self._sampler.streams, len(hot))), True
        )
        assert drawn.surprise is not None
        for candidate, tokens in enumerate(drawn.tokens[:, :, 0]):
            for token in tokens:
                self._holds[candidate] = held_on(self._holds[candidate], int(token))
        surprise = drawn.surprise.sum(axis=1) * self.grain  # nats a cell, and a cell is a sample
        return DrawnCandidates(drawn.audio, surprise)

    def copy(self, parents: Sequence[int]) -> None:
        # a parent stays where it is, so the order does not matter
        for candidate, parent in enumerate(parents):
            if candidate != parent:
                self._sampler.set_state(candidate, self._sampler.state(parent), random=False)
                self._holds[candidate] = self._holds[parent]

    def state(self, candidate: int) -> Any:
        nothing = np.zeros(0, np.float32)
        return FullbandState(self._sampler.state(candidate), nothing, self._holds[candidate])

    def load_state(self, candidate: int, state: Any) -> None:
        self._sampler.set_state(candidate, state.sampler)
        self._holds[candidate] = state.hold


def candidates_of(drawing: Drawing, seeds: Sequence[int]) -> Candidates:
    """Return continuations of a stream from where it is, one for each seed."""
    if isinstance(drawing, FullbandDrawing):
        return FullbandCandidates(drawing, seeds)
    assert isinstance(drawing, LevelsDrawing)
    return LevelsCandidates(drawing, seeds)
