"""Control of the tempo: set by hand, tapped, or shared with other programs by Ableton Link."""

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from livecode.errors import LivecodeError
from livecode.journal.recorder import JournalRecorder
from livecode.language.units import Span
from livecode.playing.clock import PerformanceClock
from livecode.playing.sounds import Sounds
from livecode.signals.link import LinkClock
from livecode.signals.tempo import MAX_BPM, MIN_BPM, Tempo
from livecode.transport.timing import voice_lead

#: Beat 0 of a set is so long after its first scene was evaluated, or, with long blocks, after so much more
#: than voices compute ahead, in seconds: by then all of the scene is played.
OPENING_S, OPENING_MORE_S = 0.25, 0.1


def opening_frames(block: int, sample_rate: int) -> int:
    """Return the frames, in whole blocks, from the evaluation of a set's first scene to beat 0."""
    frames = max(OPENING_S * sample_rate, voice_lead(block) + OPENING_MORE_S * sample_rate)
    return math.ceil(frames / block) * block


class Leader(Protocol):
    """A clock that leads the tempo: Link's, or a replayed one."""

    def lead(
        self, tempo: Tempo, frame: float, now: float | None = None
    ) -> tuple[float, float] | None:
        """Lead the tempo at that sample time; returns (beats a minute, beat) if it did.

        `now` is the sample time of this very moment, if it is known better than by the tick.
        """

    def close(self) -> None:
        """Leave the others that share the beat."""


class TempoControl:
    """Changes the tempo of a performance."""

    def __init__(
        self,
        tempo: Tempo,
        clock: PerformanceClock,
        sounds: Sounds,
        recorder: JournalRecorder,
        new_link: Callable[[float], Leader] = LinkClock,
        reading: Callable[[], AbstractContextManager[None]] = nullcontext,
        now: Callable[[], float] | None = None,
    ):
        """`new_link` joins those that share the beat, at a tempo in beats a minute.

        A block acts on the clock within `reading()`. `now()` is the sample time of this very moment;
        None where time is virtual.
        """
        self._reading, self._sample_now = reading, now
        self.tempo, self._clock, self._sounds, self._recorder = tempo, clock, sounds, recorder
        self._new_link = new_link
        self._link: Leader | None = None

    @property
    def bpm(self) -> float:
        """The tempo set last, in beats a minute."""
        return self.tempo.bpm

    def set(self, bpm: float) -> None:
        """Go on at another tempo, from the present beat; in a scene with a quant, from its line.

        While something sounds, what is due within the tempo's horizon still comes as it was.
        """
        self.tempo.set(bpm, self._changes_at())

    @property
    def now(self) -> float:
        """The tempo at the time from which a change takes effect, in beats a minute."""
        return self.tempo.bpm_at(self._changes_at())

    def set_swing(self, share: float, pair: float) -> None:
        """Let names without a swing of their own swing by a share of half a pair, in beats."""
        self.tempo.swing = (share, pair)

    def ramp(self, bpms: Sequence[float], over: Span) -> None:
        """Go through these tempos, in beats a minute, in straight lines over a length of time."""
        beats = over.in_beats(self.tempo.beats_per_bar)
        self.tempo.ramp(bpms, beats, over.seconds, self._changes_at())

    def set_meter(self, beats_per_bar: float) -> None:
        """Let bars be so long from the next bar line on; in a scene with a quant, from its line."""
        self.tempo.set_meter(beats_per_bar, self._changes_at())

    def set_offset(self, offset: Span) -> None:
        """Let all names play so much later than the beat, against other players."""
        self.tempo.offset = round(offset.at(self.tempo.bpm) * self.tempo.sample_rate)

    def set_pace(self, pace: float) -> None:
        """Go half or twice as fast for other players' beats, from the next bar line on."""
        if not MIN_BPM <= self.tempo.bpm * pace / self.tempo.pace <= MAX_BPM:
            raise LivecodeError(
                f"that would be a tempo of {self.tempo.bpm * pace / self.tempo.pace:g}; it goes from "
                f"{MIN_BPM:g} to {MAX_BPM:g} beats a minute"
            )
        self.tempo.set_pace(pace, self._changes_at())

    def open_beat(self) -> int | None:
        """Put beat 0 where all that the present block begins can be heard, and let it begin there.

        Returns that sample time; None, and nothing changes, if something has sounded for longer than
        that takes, or others lead the beat.
        """
        now = self._clock.frame
        takes = opening_frames(self._clock.block, self._clock.sample_rate)
        since = (self._sounds.since(str(thing), now) for thing in self._sounds)
        if self._link is not None or self.tempo.following or min(since, default=now) < now - takes:
            return None
        line = now + takes
        self.tempo.locate(0.0, line)
        self._sounds.enter_at(line)
        return line

    def _changes_at(self) -> int:
        """Return the sample time from which the tempo can change."""
        now = self._clock.frame
        untold = now == 0 or not any(True for _ in self._sounds)
        return max(self._sounds.scene_line(), now + (0 if untold else self.tempo.horizon))

    def tap(self) -> None:
        """Take one tap of the performer's foot."""
        with self._reading():
            self.tempo.tap(self._clock.time_s)

    def join_link(self) -> None:
        """Share the beat with other programs."""
        with self._reading():
            self._join_link()

    def _join_link(self) -> None:
        if self._link is None:
            self._link = self._new_link(self.tempo.bpm)

    def leave_link(self) -> None:
        """Share the beat with no one any more."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def follow_link(self, frame: int) -> None:
        """Let Link lead the tempo at that sample time, if it is on."""
        if self._link is None:
            return
        now = None if self._sample_now is None else self._sample_now()
        if (led := self._link.lead(self.tempo, frame, now)) is not None:
            self._recorder.led(*led)
