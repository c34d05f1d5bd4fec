"""One voice: a sound source that is kept ahead of the engine, hop by hop, live and as it was live."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from livecode.transport import ControlReader, SampleBuffer
from livecode.transport.onsets import Onset, OnsetReader
from livecode.transport.schedule import NEVER, Schedule
from livecode.transport.timing import HOP
from livecode.voices.drawn_ahead import Asked
from livecode.voices.hits import HitsVoice
from livecode.voices.latent import LatentVoice
from livecode.voices.latent_ambience import AmbienceVoice
from livecode.voices.latent_hits import LatentHitsVoice
from livecode.voices.stream import Memory, StreamVoice
from livecode.voices.tilt.chunk import Decided
from livecode.voices.transfer.voice import Told, TransferVoice


class SoundSource(Protocol):
    """Computes sound, one hop after another."""

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of the controls that the source follows."""

    @property
    def play(self) -> Callable[..., np.ndarray]:
        """Return the next hop, float32, (HOP,) or (HOP, channels).

        The arguments are the controls' values, (width,) each, or None before their first change;
        before them the onsets in the hop, if the source plays onsets.
        """


@dataclass
class Voice:
    """A sound source, its buffer, and the sample time of the next sample that it will compute."""

    name: str
    source: SoundSource
    controls: list[ControlReader | None]
    buffer: SampleBuffer
    frame: int
    #: Called when the buffer's time changes: position in the buffer, sample time there, new voice?
    on_place: Callable[[int, int, bool], None] = lambda position, frame, fresh: None
    renewed: Callable[[], SoundSource] | None = None  # makes the source afresh
    schedule: Schedule | None = None  # in a replay: when things happened live
    generation: int = 0
    onsets: OnsetReader | None = None  # None: the source plays none
    #: Called with a sample time at which a hit had no sound, and the sound's number in its kit.
    on_missed: Callable[[int, int], None] = lambda frame, sound: None
    #: Called with the position of a hop in the buffer, and what was decided in it by scores.
    on_decided: Callable[[int, Decided], None] = lambda position, decided: None
    #: Called with what a timbre transfer has heard.
    on_told: Callable[[Told], None] = lambda told: None
    #: The engine's block, in frames.
    block: int = 0
    turned: int = -1  # the position in the buffer of the last hop whose turns of a duet were taken
    played: bool = False
    tried: bool = False  # whether it has computed sound without harm
    noted: int = 0  # of the source's notes
    slow: bool = False  # whether its last hop took so long that others are looked after first

    def waits(self, due: int) -> int:
        """Return how many frames wait in the buffer that are not late.

        `due` is the sample time of the engine's next block.
        """
        return self.buffer.available - self._late(due)

    def fill(self, ahead: int, due: int, memory: Memory, until: int = NEVER) -> bool:
        """Compute a hop if fewer than `ahead` frames wait in the buffer. Return whether it did.

        `due` is the sample time of the engine's next block. If the buffer was empty then, its
        samples are heard later than planned, so the voice skips ahead to follow the controls of
        that later time. Nothing is computed for sample time `until` or later.
        """
        if self.waits(due) >= ahead or self.buffer.room < HOP:
            return False
        if self.schedule is None and not self._has_come(due):
            return False
        frame = self._align(due) if self.schedule is None else self._replay(self.schedule)
        if frame >= until:
            return False
        self.frame, self.played = frame, True
        if isinstance(self.source, StreamVoice):
            self.source.frame = self.frame
            memory.note(self.name, self.source, self.frame, HOP)
        position = self.buffer.written
        values: list[Any] = [None if c is None else c.at(self.frame) for c in self.controls]
        source, reader = self.source, self.controls[0] if self.controls else None
        if isinstance(source, (LatentVoice, AmbienceVoice, LatentHitsVoice)) and reader is not None:
            source.came = reader.since - self.frame
        if self.onsets is not None:
            values.insert(0, self._begin(self.onsets))
        if isinstance(source, TransferVoice):
            source.frame, source.position = self.frame, position
            if self.schedule is not None:
                source.noted = self.schedule.encoded.get(self.generation, {})
        self.buffer.write(self.source.play(*values))
        if isinstance(source, TransferVoice):
            for told in source.take_told():
                self.on_told(told)
        if isinstance(self.source, StreamVoice):
            for decided in self.source.tilt.decided:
                self.on_decided(position, decided)
        if isinstance(self.source, HitsVoice):
            for wait, onset in self.source.missed:
                self.on_missed(self.frame + wait, int(onset.sound))
        self.frame += HOP
        return True

    def asked(self, ahead: int, due: int) -> Asked | None:
        """Return what `fill` would ask of a stream now; None: nothing, or what only `fill` knows."""
        if not isinstance(self.source, StreamVoice) or self.schedule is not None:
            return None
        if self.waits(due) >= ahead or self.buffer.room < HOP:
            return None
        frame = self.source.coming = max(self.frame, due + self.buffer.available)
        return self.source.next_asked(*(None if c is None else c.at(frame) for c in self.controls))

    def _has_come(self, due: int) -> bool:
        """Whether all that the next hop is made of has come in."""
        if not isinstance(self.source, TransferVoice):
            return True
        frame, wiring = max(self.frame, due + self.buffer.available), self.controls[0]
        known = None if wiring is None else wiring.at(frame)
        return self.source.ready(known, frame, due - self.block, self.block)

    def _late(self, due: int) -> int:
        """Return how much later than `due` says the engine is: it passes over what is late."""
        if self.onsets is None:
            return 0
        time = self.buffer.time_of(self.buffer.consumed)
        return 0 if time is None else max(due - time, 0)

    def _begin(self, reader: OnsetReader) -> list[tuple[int, Onset]]:
        """Return the onsets in the next hop; in a replay without those that were missed live."""
        onsets = reader.onsets(self.frame)
        if self.schedule is None or not self.schedule.missed:
            return onsets
        missed = self.schedule.missed
        return [
            (wait, onset)
            for wait, onset in onsets
            if (self.generation, self.frame + wait, int(onset.sound)) not in missed
        ]

    def _align(self, due: int) -> int:
        """Return the sample time of the next hop."""
        frame = max(self.frame, due + self.buffer.available)
        if frame != self.frame or not self.played:
            self.on_place(self.buffer.written, frame, not self.played)
            self._place(frame)
        return frame

    def _place(self, frame: int) -> None:
        """Tell the engine the sample time of the next hop, if it is to keep to that."""
        if self.onsets is not None:
            self.buffer.align(frame)

    def _replay(self, schedule: Schedule) -> int:
        """Return the sample time of the next hop as it was live, and rest where the stream did."""
        position = self.buffer.written
        if isinstance(self.source, StreamVoice):
            rests = schedule.rests.get(self.generation, {})
            self.source.resting = rests.get(position, self.source.resting)
            narrowed = schedule.narrowed.get(self.generation, {})
            if position in narrowed:
                self.source.narrow(narrowed[position])
            if position in schedule.given_up.get(self.generation, ()):
                self.source.tilt.give_up()
            tilted = schedule.tilted.get(self.generation, {})
            self.source.tilt.noted = list(tilted.get(position, ()))
            for known in schedule.steered.get(self.generation, {}).get(position, ()):
                self.source.take_directions(known)
            for learned in schedule.learned.get(self.generation, {}).get(position, ()):
                self.source.take_learned(learned)
            if self.turned < position:
                self.turned = position
                for turn in schedule.turns.get(self.generation, {}).get(position, ()):
                    self.source.take_turn(turn)
        alignment = schedule.aligned.get(self.generation, {}).get(position)
        if alignment is None:
            return self.frame if self.played else NEVER
        if alignment.fresh and self.played and self.renewed is not None:
            self.source = self.renewed()
        self._place(alignment.frame)
        return alignment.frame
