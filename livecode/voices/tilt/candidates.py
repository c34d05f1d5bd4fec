"""Candidates: several continuations of one stream, drawn together; of either make of model."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband.hanging import held_on
from livecode.neural.samplernn.quantise import dequantised
from livecode.voices.drawing import (
    Drawing,
    FullbandDrawing,
    FullbandState,
    Held,
    LevelsDrawing,
    LevelsState,
    is_held,
)
from livecode.voices.samplernn import Sampler
from livecode.voices.servo import Servo
from livecode.voices.temperatures import kept_warm, left_out
from livecode.voices.tilt.steering import PUSH

Floats = NDArray[np.float32]
#: Codes that the candidates have drawn in one piece, (candidates, n).
Drawn = NDArray[np.int32]


#: At an amount of 1 the outline's tokens gain logits with this standard deviation, by how far each lies in
#: the direction.
LEAN = 1.0


class DrawnCandidates(NamedTuple):
    """Sound of all candidates, and how unlikely the model finds it."""

    audio: Floats  # (candidates, n)
    surprise: Floats  # (candidates,): nats in all
    drawn: tuple[Drawn, ...] = ()  # what a follower is to hear, piece by piece


class DrawnOutline(NamedTuple):
    """How all candidates have chosen the outline's tokens that begin in what was drawn last."""

    hidden: Floats  # (candidates, outline_dim): what the outline's last layer held
    tokens: NDArray[np.int32]  # (candidates, stages)
    heat: Floats  # (candidates,): the temperature that they were drawn at


class Follower(Protocol):
    """The model left alone, which hears what a steered stream plays."""

    def surprise(self, drawn: Sequence[Drawn], candidate: int) -> float:
        """Return how unlikely it finds what a candidate has drawn, in nats in all, and go on from there."""

    def state(self) -> Any:
        """Return where it is, for `Candidates.follower`."""


class Candidates(Protocol):
    """Several continuations of one stream. Each has random numbers of its own; the first the stream's."""

    def draw(
        self, temperatures: Floats, held: Held, guarded: bool, warmth: Floats | float = 1.0
    ) -> DrawnCandidates:
        """The next samples of each, (candidates, n), at temperatures (n,), times a warmth (candidates,)."""

    @property
    def hidden(self) -> Floats:
        """What tells what each plays next, (candidates, width): hidden layers, or outlines drawn last."""

    def push(self, push: Floats) -> None:
        """Move what all play next by so much, (width,): hidden layers now, or what is drawn of outlines."""

    def copy(self, parents: Sequence[int]) -> None:
        """Let each go on from where its parent is."""

    def state(self, candidate: int) -> Any:
        """A copy of where one is, for `load_state`, or for the drawing that they come from."""

    def load_state(self, candidate: int, state: Any) -> None:
        """Go on from there, random numbers included."""

    def alone(self, candidate: int) -> "Candidates":
        """Return one of them, which goes on as it would among all."""

    def follower(self, state: Any) -> Follower | None:
        """Return the model left alone from where one of them was; None: it would say the same."""


class LevelsCandidates:
    """Continuations of a stream of a model whose codes are levels of the sound."""

    def __init__(self, drawing: LevelsDrawing, seeds: Sequence[int]):
        """Continuations from where `drawing` is; the first has its random numbers, the others seeds."""
        self._drawing, self._config = drawing, drawing.sampler.config
        self._sampler = drawing.sampler.several(seeds)
        state = drawing.state()
        self._servos = servos_of(drawing, len(seeds))
        for candidate in range(len(seeds)):
            self._sampler.set_state(candidate, state.sampler, random=candidate == 0)

    def draw(
        self, temperatures: Floats, held: Held, guarded: bool, warmth: Floats | float = 1.0
    ) -> DrawnCandidates:
        parts = []
        for usual in pieces(temperatures * held.surface, self._servos, held, warmth):
            hot = kept_warm(usual, guarded)
            unlikely = [max(held.unlikely, left_out(row) if guarded else 0.0) for row in hot]
            drawn = self._sampler.step_block(hot, True, unlikely)
            assert drawn.log_likelihood is not None
            self._drawing.meter.note(drawn.entropy)
            audio = dequantised(drawn.codes, self._config.levels, self._config.quantiser)
            nats = -drawn.log_likelihood.sum(axis=1)
            parts.append(DrawnCandidates(audio, nats, (drawn.codes,)))
            take_all(self._servos, parts[-1].surprise, hot.shape[1], held)
        return joined(parts)

    @property
    def hidden(self) -> Floats:
        return self._sampler.hidden

    def push(self, push: Floats) -> None:
        self._sampler.push(push)

    def copy(self, parents: Sequence[int]) -> None:
        # a parent stays where it is, so the order does not matter
        for candidate, parent in enumerate(parents):
            if candidate != parent:
                self._sampler.set_state(candidate, self._sampler.state(parent), random=False)
        copy_all(self._servos, parents)

    def state(self, candidate: int) -> Any:
        return LevelsState(self._sampler.state(candidate), self._servos[candidate].state())

    def load_state(self, candidate: int, state: Any) -> None:
        self._sampler.set_state(candidate, state.sampler)
        self._servos[candidate].load_state(state.servo)

    def alone(self, candidate: int) -> "LevelsCandidates":
        only = LevelsCandidates(self._drawing, [0])
        only.load_state(0, self.state(candidate))
        return only

    def follower(self, state: Any) -> "LevelsFollower":
        return LevelsFollower(self._sampler, state)


class LevelsFollower:
    """A model of levels left alone."""

    def __init__(self, sampler: Sampler, state: LevelsState):
        """The model of that sampler, from where a candidate was."""
        self._sampler = sampler.another(0)
        self._sampler.set_state(0, state.sampler)

    def surprise(self, drawn: Sequence[Drawn], candidate: int) -> float:
        codes = np.concatenate([piece[candidate] for piece in drawn])
        found = self._sampler.prime(0, codes, figures=True).log_likelihood
        assert found is not None
        return -float(found.sum(dtype=np.float64))

    def state(self) -> LevelsState:
        return LevelsState(self._sampler.state(0))


class FullbandCandidates:
    """Continuations of a stream of a full-band model."""

    def __init__(self, drawing: FullbandDrawing, seeds: Sequence[int]):
        """Continuations from where `drawing` is, beyond what it has drawn and not yet given."""
        self._drawing = drawing
        self._sampler = drawing.sampler.several(seeds)
        self.grain = self._sampler.config.subbands
        entries = self._sampler.plan.codebook[0]
        #: Where each of the outline's first tokens lies, (entries, features), in standard deviations.
        self._spread = entries.std(axis=0) + np.float32(1e-4)
        self._entries = (entries - entries.mean(axis=0)) / self._spread
        self._outlined = np.zeros((len(seeds), entries.shape[1]), np.float32)  # drawn last, of each
        state = drawing.state()
        self._holds = [state.hold] * len(seeds)
        self._servos = servos_of(drawing, len(seeds))
        for candidate in range(len(seeds)):
            self._sampler.set_state(candidate, state.sampler, random=candidate == 0)
        self._chosen = np.zeros((len(seeds), self._sampler.config.stages), np.int32)

    @property
    def outline(self) -> DrawnOutline:
        """How the tokens of the frame that was drawn last were chosen."""
        heat = self._sampler.hand.structure.copy()
        return DrawnOutline(self._sampler.outline_hidden, self._chosen, heat)

    def draw(
        self, temperatures: Floats, held: Held, guarded: bool, warmth: Floats | float = 1.0
    ) -> DrawnCandidates:
        self._drawing.take_in_hand(self._sampler, held, float(temperatures[0]))
        parts, begun = [], []
        heat = self._drawing.heat
        cells = heat.cells(temperatures[:: self.grain]) * np.float32(held.surface)
        outline = heat.outlines(temperatures[:1])
        for usual in pieces(cells, self._servos, held, warmth):
            hot = kept_warm(usual, guarded)
            restless = [heat.restless(hold) for hold in self._holds]
            warmer = held.energy if is_held(self._servos[0], held) else warmth
            self._sampler.hand.structure[:] = np.array(restless) * outline * warmer
            drawn = self._sampler.step_block(hot, True)
            assert drawn.surprise is not None
            self._drawing.meter.note(drawn.entropy)
            for candidate, tokens in enumerate(drawn.tokens[:, :, 0]):
                for token in tokens:
                    self._holds[candidate] = held_on(self._holds[candidate], int(token))
            nats = drawn.surprise.sum(axis=1)  # a cell
            take_all(self._servos, nats, hot.shape[1], held)
            begun.append(drawn.tokens[:, :, 0])
            if drawn.tokens.shape[1]:
                self._chosen = drawn.tokens[:, -1]
            parts.append(DrawnCandidates(drawn.audio, nats * self.grain))  # a cell is a sample
        self._sampler.lean = None
        if (firsts := np.concatenate(begun, axis=1)).size:
            self._outlined = self._sampler.plan.codebook[0][firsts].mean(axis=1)
        return joined(parts)

    @property
    def hidden(self) -> Floats:
        return self._outlined

    def push(self, push: Floats) -> None:
        # a direction has a length of 1 in standard deviations, times `PUSH` and an amount
        wanted = push / self._spread
        lie = self._entries @ wanted
        logits = LEAN * float(np.linalg.norm(wanted)) / PUSH / max(float(lie.std()), 1e-9)
        self._sampler.lean = (logits * lie).astype(np.float32)

    def copy(self, parents: Sequence[int]) -> None:
        # a parent stays where it is, so the order does not matter
        for candidate, parent in enumerate(parents):
            if candidate != parent:
                self._sampler.set_state(candidate, self._sampler.state(parent), random=False)
                self._holds[candidate] = self._holds[parent]
        copy_all(self._servos, parents)

    def state(self, candidate: int) -> Any:
        nothing = np.zeros(0, np.float32)
        servo = self._servos[candidate].state()
        return FullbandState(self._sampler.state(candidate), nothing, self._holds[candidate], servo)

    def load_state(self, candidate: int, state: Any) -> None:
        self._sampler.set_state(candidate, state.sampler)
        self._holds[candidate] = state.hold
        self._servos[candidate].load_state(state.servo)

    def alone(self, candidate: int) -> "FullbandCandidates":
        only = FullbandCandidates(self._drawing, [0])
        only.load_state(0, self.state(candidate))
        return only

    def follower(self, state: Any) -> None:
        """Return nothing: what leans is the outline, and only cells count in the surprise."""


def servos_of(drawing: Drawing, count: int) -> list[Servo]:
    """Return a servo for each of so many candidates, where the stream's own is."""
    servos = [copy(drawing.servo) for _ in range(count)]
    for servo in servos:
        servo.load_state(drawing.servo.state())
    return servos


def pieces(
    usual: Floats, servos: Sequence[Servo], held: Held, warmth: Floats | float
) -> Iterator[Floats]:
    """Yield temperatures (candidates, n) of the next draws, piece by piece.

    usual (n,): those of the performer, which count, times each one's warmth, where no servo finds them.
    The servos' windows begin and end together.
    """
    held_by = [is_held(servo, held) for servo in servos]  # each is asked, and rests if not
    if not all(held_by):
        warmths = np.broadcast_to(np.asarray(warmth, np.float32), len(servos))
        yield warmths[:, None] * usual
        return
    done = 0
    while done < len(usual):
        count = min(len(usual) - done, servos[0].left)
        hot = np.array([[servo.temperature(float(usual[done]))] for servo in servos], np.float32)
        yield np.repeat(hot, count, axis=1)
        done += count


def take_all(servos: Sequence[Servo], nats: Floats, count: int, held: Held) -> None:
    """Let the servos take note of the surprise (candidates,) of so many draws of each."""
    if is_held(servos[0], held):
        for servo, each in zip(servos, nats, strict=True):
            servo.take(float(each), count, held.energy)


def copy_all(servos: Sequence[Servo], parents: Sequence[int]) -> None:
    """Let each candidate's servo go on from where its parent's is."""
    states = [servo.state() for servo in servos]
    for servo, parent in zip(servos, parents, strict=False):
        servo.load_state(states[parent])


def joined(parts: Sequence[DrawnCandidates]) -> DrawnCandidates:
    """Return pieces of the same candidates as one."""
    if len(parts) == 1:
        return parts[0]
    audio = np.concatenate([part.audio for part in parts], axis=1)
    nats = np.sum([part.surprise for part in parts], axis=0)
    return DrawnCandidates(audio, nats, tuple(each for part in parts for each in part.drawn))


def candidates_of(drawing: Drawing, seeds: Sequence[int]) -> Candidates:
    """Return continuations of a stream from where it is, one for each seed."""
    if isinstance(drawing, FullbandDrawing):
        return FullbandCandidates(drawing, seeds)
    assert isinstance(drawing, LevelsDrawing)
    return LevelsCandidates(drawing, seeds)
