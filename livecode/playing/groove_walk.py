"""The walk of an agent among rhythms: a place for each line, and feedback for what is heard from it on."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.language.rhythms import RhythmSpace
from livecode.language.sources import Sounding
from livecode.language.units import Span
from livecode.playing.onset_player import OnsetPlayer
from livecode.playing.quant import frame_of_multiple, multiple_from
from livecode.playing.sound_player import PlayerSetup
from livecode.signals.tempo import part_of_a_beat
from livecode.transport.timing import MASTER_LAG

#: A bar counts as so many seconds of a learner's time, so that feedback reaches back over a bar.
BAR_S = 0.5
#: The length of a step where none is given: it is taken once a bar, not twenty times a second.
STEP = 0.15
#: The patience where none is given, in bars.
PATIENCE_BARS = 16.0
#: The reward is read so often while a rhythm is heard, and not in this share of a line: until then
#: it is about the rhythm before.
READ_S, REACTION = 0.05, 0.2


class GrooveWalk:
    """Times the steps of an agent by the lines of a space of rhythms, and lets them be heard."""

    def __init__(self, space: RhythmSpace, setup: PlayerSetup, former: "GrooveWalk | None" = None):
        """`former` is the walk that this one goes on, in another space."""
        self.space, self._setup = space, setup
        self._bar = Fraction(-1)  # the line of the last step
        self._line = 0  # its sample time
        self._period = 0.0  # frames from line to line
        if former is not None:
            self._bar, self._line, self._period = former._bar, former._line, former._period
        self._known: tuple[Any, int] = (None, -1)  # the length and the tempo that were seen last
        self._idle_until = 0  # no step is due before this sample time
        self._read = 0  # sample time at which the reward was read last

    def time_s(self, frame: float) -> float:
        """Return the learner's time at a sample time: it goes by bars."""
        return BAR_S * self._setup.tempo.bar_at(frame)

    @property
    def line(self) -> int:
        """The sample time of the line at which the last step is heard."""
        return self._line

    def due(self, frame: int, every: Any) -> bool:
        """Tell whether a step is made in this tick, which is heard from a multiple of `every` on.

        A length in seconds, or one that varies, counts as a bar.
        """
        setup, tempo = self._setup, self._setup.tempo
        if (every, tempo.version) == self._known and frame < self._idle_until:
            return False
        length = Span(bars=1.0)
        if isinstance(every, Span) and not every.seconds:
            length = every
            if every.beats and every.bars:
                length = Span(beats=every.in_beats(float(tempo.beats_per_bar_at(frame))))
        player = self._player
        early = 0 if player is None else max(0, -player.groove.nudge)
        soonest = frame + setup.voice_lead + MASTER_LAG + setup.tick_frames + early
        number = multiple_from(length, soonest, tempo)
        if length.bars:
            bar = Fraction(number * part_of_a_beat(length.bars))
        else:
            bar = tempo.bar_of_beat(Fraction(number * part_of_a_beat(length.beats)))
        line = frame_of_multiple(length, number, tempo)
        coming = line >= soonest + setup.tick_frames
        self._known, self._idle_until = (every, tempo.version), 0
        if coming or bar == self._bar:
            # halfway to the line, since its sample time may still change
            self._idle_until = frame + (line - soonest) // 2 if coming else 0
            return False
        self._bar, self._line = bar, line
        self._period = frame_of_multiple(length, number + 1, tempo) - line
        return True

    def reads(self, frame: int) -> bool:
        """Tell whether the reward is to be read at a sample time."""
        rate = self._setup.sample_rate
        if frame < self._line + REACTION * self._period or frame < self._read + READ_S * rate:
            return False
        self._read = frame
        return True

    def be_heard(self, place: NDArray[np.float64], holds: Callable[[Sounding], bool]) -> None:
        """Let the rhythm at a place (latent,) be heard from the line on, for as long as `holds(name)`."""
        player, of = self._player, self.space.of
        if player is not None:
            player.shape(self._bar, self.space.rhythm(place), lambda: holds(of))

    def go_on(self, place: NDArray[np.float64], holds: Callable[[Sounding], bool]) -> None:
        """Let the rhythm at a place be heard at once, where it was heard before."""
        self._bar, self._line = Fraction(-1), 0
        self.be_heard(place, holds)

    @property
    def _player(self) -> OnsetPlayer | None:
        player = self.space.of.player
        return player if isinstance(player, OnsetPlayer) else None


def paces(given: Mapping[str, Any], step: float, patience_bars: float) -> tuple[float, float]:
    """Return step and patience of a learner; they are those of rhythms where none are `given`."""
    bars = patience_bars if "patience" in given else PATIENCE_BARS
    return (step if "step" in given else STEP), bars * BAR_S
