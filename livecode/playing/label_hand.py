"""What a performer holds of a stream's labels, written for the voice: numbers, and a beat as a line."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from livecode.language.moments import Moment
from livecode.language.streams import Stream
from livecode.neural.samplernn.fullband.labels import FREE
from livecode.playing.automation import Automation
from livecode.playing.lines import LEAST
from livecode.signals.tempo import Tempo
from livecode.transport import ControlBlock

#: The settings, in the order in which the voice reads them; see `LabelHand` there.
LABELS = ("pitch", "loudness", "source", "tempo")
#: A tempo that is the performance's, but for so much of it, at two ticks in a row keeps to its beat, and
#: does so until it is off by more than a little. A curve that passes by is no such tempo.
SAME, ALONG = 1e-6, 0.005
#: A beat may be off by this much before its line is drawn anew.
OFF = 1e-3
#: Bars of a beat that is not the performance's are of so many beats.
BAR_BEATS = 4.0


class LabelWriter:
    """Follows the labels of a stream, and writes them where they change."""

    def __init__(
        self, thing: Stream, controls: ControlBlock, tempo: Tempo, say: Callable[[str, str], None]
    ) -> None:
        """`say(name, sentence)` is called when a setting falls back."""
        self._automations = {
            each: Automation(thing, each, getattr(Stream, each).bounds, say) for each in LABELS
        }
        self._block, self._tempo = controls, tempo
        self._equal, self._along = 0, False  # ticks in a row, and whether it keeps to the beat
        self._slot = controls.open(f"{thing.name}.labels")
        #: pitch, loudness, source, tempo, beat, bar, beats of a bar, and the sample time of that beat
        self._written: NDArray[np.float64] | None = controls.last(self._slot)

    def follow(self, frame: int) -> None:
        """Follow what is described from a sample time on, without a blend: a label is one or another."""
        for automation in self._automations.values():
            automation.follow(frame, 0.0)

    def automations(self) -> Iterator[tuple[str, Automation]]:
        """Yield each setting and its automation."""
        yield from self._automations.items()

    def tick(self, moment: Moment) -> None:
        """Write what is held at a moment, if it has changed."""
        if self._written is None and all(
            each.now_and_then == (None, None) for each in self._automations.values()
        ):
            return
        held = np.array([each.sample(moment) for each in self._automations.values()])
        beat = self._beat(float(held[3]), moment.frame)
        hand = np.concatenate([held, beat])
        before = self._written
        if before is None or not self._same(hand, before[: len(hand)]):
            self._written = hand
            self._block.write(self._slot, moment.frame, hand)

    def _beat(self, bpm: float, frame: int) -> tuple[float, float, float, float]:
        """Return beat and bar of a tempo at a sample time, the beats of a bar, and that time."""
        if bpm <= FREE:
            self._along = False
            return 0.0, 0.0, BAR_BEATS, 0.0
        tempo = self._tempo
        off = abs(bpm / tempo.bpm_at(frame) - 1)
        begins = self._written is None or self._written[3] <= FREE
        self._equal = self._equal + 1 if off < SAME else 0
        self._along = off < ALONG and (self._along or begins or self._equal > 1)
        if self._along or self._written is None or begins:
            of_bar = float(tempo.beats_per_bar_at(frame))
            return tempo.beat_at(frame), tempo.bar_at(frame), of_bar, float(frame)
        beat, bar = self._later(self._written, frame)
        return beat, bar, float(self._written[6]), float(frame)

    def _later(self, hand: NDArray[np.float64], frame: float) -> tuple[float, float]:
        """Return the beat and the bar that a hand has at a later sample time."""
        beats = (frame - hand[7]) / self._tempo.sample_rate * hand[3] / 60
        return float(hand[4] + beats), float(hand[5] + beats / hand[6])

    def _same(self, hand: NDArray[np.float64], before: NDArray[np.float64]) -> bool:
        """Return whether what was written before still says what the hand does."""
        if np.abs(hand[:4] - before[:4]).max() > LEAST:
            return False
        if hand[3] <= FREE:
            return True
        beat, bar = self._later(before, hand[7])
        goes_on = abs(beat - hand[4]) < OFF and abs(bar - hand[5]) < OFF and hand[6] == before[6]
        return bool(goes_on)
