"""What the outline is told of labels: those in a performer's hand, and those of its moment."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from livecode.neural.model_file import Tensors
from livecode.neural.samplernn.fullband import labels
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.labels import FREE, UNKNOWN
from livecode.neural.samplernn.fullband.subbands import TAPS
from livecode.voices.samplernn.fullband.memory import StreamHand

Floats = NDArray[np.float32]

#: A density in hand of so much is as dense as the label goes, MOST deviations from the mean.
DENSEST, MOST = 4.0, 2.0
#: Settings that move the outline of a model without the label.
MOVED = ("brightness", "density")


class LabelHand(NamedTuple):
    """What a performer holds of labels; FREE: nothing. A beat that is held is a line over time."""

    pitch: float = FREE  # class, 0: C
    loudness: float = FREE  # dB above the usual
    source: float = FREE  # number of the album
    tempo: float = FREE  # beats a minute
    beat: float = 0.0  # the beat at the sample time `since`
    bar: float = 0.0  # the bar then
    bar_beats: float = 4.0
    since: float = 0.0  # in samples of the model
    at: float = 0.0  # the sample time at which what is drawn next is heard

    @property
    def goes_on(self) -> bool:
        """Whether what it says depends on when it is heard."""
        return self.tempo > FREE

    def moved(self, samples: float) -> Self:
        """The same so many samples later."""
        return self._replace(at=self.at + samples) if self.goes_on else self

    def phase(self, later: float, rate_hz: int) -> tuple[float, float]:
        """The beat and the bar so many samples after the next."""
        beats = (self.at + later - self.since) / rate_hz * self.tempo / 60
        return self.beat + beats, self.bar + beats / self.bar_beats


class Telling:
    """Turns labels into what they add to the input of an outline's tier, frame by frame."""

    def __init__(self, config: FullbandConfig, weight: Floats, scale: Floats, rate_hz: int) -> None:
        self._config, self._weight, self._rate_hz = config, weight, rate_hz
        self._scale = scale
        names = labels.numbers_of(config.labels)
        self._place = {name: place for place, name in enumerate(names)}
        wide = labels.widths(config.labels, config.sources)
        ends = np.cumsum(wide)
        self._figures = {
            label: slice(end - width, end)
            for label, end, width in zip(config.labels, ends, wide, strict=True)
        }

    @classmethod
    def of(cls, config: FullbandConfig, tensors: Tensors, rate_hz: int) -> Self | None:
        """That of a model's tensors; None where it has no labels."""
        if not config.labels:
            return None
        weight, scale = (np.asarray(tensors[f"outline.label.{name}"], np.float32)
                         for name in ("weight", "scale"))  # fmt: skip
        return cls(config, weight, scale, rate_hz)

    def without_told(self, hand: StreamHand) -> StreamHand:
        """What is in hand, less what the outline's tier is told of it."""
        told = {name: np.zeros_like(hand.density) for name in MOVED if name in self._place}
        return hand._replace(**told)

    def rows(
        self,
        t: NDArray[np.int64],
        kept: Floats,
        hand: LabelHand,
        held: StreamHand,
        frames: int,
    ) -> Floats:
        """What is added (streams, frames, dim) where so many frames begin, at the most, in a draw.

        t: (streams,), steps since each began; kept: (streams, numbers) of its moment's labels.
        """
        per, m = self._config.outline_steps, self._config.subbands
        found = np.zeros((len(t), frames, len(self._weight)), np.float32)
        for stream in range(len(t)):
            first = int(-t[stream] % per)
            for frame in range(frames):
                # the frame after the one that begins, and its sound is late by the filters' delay
                later = first + (frame + 1) * per
                numbers = self._numbers(
                    kept[stream], int(t[stream]) + later, hand, later * m + TAPS
                )
                moved = self._move(numbers, held, stream)
                figures = labels.figures(
                    numbers[None], self._config.labels, self._config.sources, self._scale
                )[0]
                for name, amount in moved.items():
                    figures[self._figures[name]] *= np.float32(amount)
                found[stream, frame] = labels.told(figures, self._weight)
        return found

    def _move(
        self, numbers: NDArray[np.float64], held: StreamHand, stream: int
    ) -> dict[str, float]:
        """Fill in what a performer moves from the usual, and return how much of each is told, 0 to 1.

        A little is told a little, so that nothing jumps where it leaves 0.
        """
        found = {}
        for name in MOVED:
            if name not in self._place or not (value := float(getattr(held, name)[stream])):
                continue
            mean, deviation = self._scale[self._config.labels.index(name)]
            if name == "density":
                value = MOST * deviation * min(max(value / DENSEST, -1.0), 1.0)
            numbers[self._place[name]] = mean + value
            found[name] = min(abs(float(getattr(held, name)[stream])), 1.0)
        return found

    def _numbers(self, kept: Floats, step: int, hand: LabelHand, later: int) -> NDArray[np.float64]:
        numbers = np.where(kept > UNKNOWN, kept, np.nan).astype(np.float64)
        place = self._place
        if "beat" in place and "tempo" in place:
            tempo = numbers[place["tempo"]]
            beats = (step - self._config.outline_steps) * self._config.subbands
            beats = beats / self._rate_hz * tempo / 60
            numbers[place["beat"]] += beats
            numbers[place["bar"]] += beats / 4
        for name in ("pitch", "loudness", "source"):
            if name in place and (value := getattr(hand, name)) > FREE:
                if name == "loudness":
                    value += float(self._scale[self._config.labels.index(name), 0])
                numbers[place[name]] = value
        if hand.goes_on:
            beat, bar = hand.phase(later, self._rate_hz)
            for name, value in (("tempo", hand.tempo), ("beat", beat), ("bar", bar)):
                if name in place:
                    numbers[place[name]] = value
        return numbers
