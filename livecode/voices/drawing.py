"""What a stream draws its sound with: one model's sampler, of either make, at the model's rate."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.neural.samplernn.fullband.adapter import Adapter
from livecode.neural.samplernn.fullband.hanging import held_on
from livecode.neural.samplernn.fullband.heat import Heat
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.quantise import dequantised, quantised
from livecode.voices.entropy import EntropyMeter
from livecode.voices.samplernn import Sampler, StreamState
from livecode.voices.samplernn.fullband.labelling import LabelHand
from livecode.voices.samplernn.fullband.memory import WideState
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from livecode.voices.seam import Seam
from livecode.voices.servo import Servo, ServoState
from livecode.voices.temperatures import kept_warm, left_out
from livecode.voices.together import DrawnStep, SamplerStep, draw
from livecode.voices.watch import Verdict, Watch

Floats = NDArray[np.float32]

#: From a good piece that it was taken back to it goes on so long hot, after silence, or cool, after noise.
KICK_S, HOT, COOL = 0.1, 1.5, 0.8


class Held(NamedTuple):
    """What a performer holds besides the temperature; a model of levels alone knows the first two."""

    surface: float = 1.0  # times the temperature, for samples but not for outlines
    unlikely: float = 0.0  # what is less likely than so many times the likeliest is not drawn
    brightness: float = 0.0  # dB an octave
    transpose: float = 0.0  # semitones
    density: float = 0.0  # logits
    energy: float = 0.0  # surprise that is held, of the source's; 0: the temperature rules
    learned: float = 0.0  # how much of what was learned counts, from 0 to 1
    adapter: float = 0.0  # the number of what was learned
    labels: LabelHand = LabelHand()  # what the outline is told, of a full-band model with labels

    def moved(self, samples: int) -> "Held":
        """The same so many samples later."""
        return self.from_time(self.labels.at + samples) if self.labels.goes_on else self

    def from_time(self, at: float) -> "Held":
        """The same for what is heard from that sample time on, if that makes a difference."""
        return self._replace(labels=self.labels._replace(at=at)) if self.labels.goes_on else self

    @property
    def of_any_time(self) -> "Held":
        """The same, whenever it is heard."""
        return self.from_time(0.0)


#: The controls of what is held; which adapter is, the stream knows by itself, and labels are one control.
HELD = Held._fields[:-2]
#: So many adapters are known at a time: one counts until another takes its place.
KNOWN = 2


class Whole(NamedTuple):
    """All that decides how a stream goes on: where it is, and what has been noticed of it."""

    state: Any  # as `Drawing.state` gives it
    watch: Watch
    risen: int  # of the samples in which it comes up again after it was taken back
    good: Any = None  # where its last good piece began


class Drawing(Protocol):
    """One stream of a model."""

    watch: Watch
    servo: Servo
    #: States of the sampler that it is taken back to, in the place of the model's moments.
    anchors: tuple[Any, ...]
    meter: EntropyMeter

    @property
    def sampler(self) -> Sampler | FullbandSampler:
        """What draws."""

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        """The next samples (n,) at temperatures (n,)."""

    def heard(self, audio: Floats, surprise_nats: float, guarded: bool) -> tuple[Floats, bool]:
        """Let samples (n,) be heard which have brought the stream to where it is.

        Returns the samples, without a click after the stream was taken back, and whether it is now.
        """

    def rest(self) -> Floats:
        """Give up the samples that were drawn and that nobody has asked for yet."""

    def state(self) -> Any:
        """A copy of where it is, for `load_state`."""

    def load_state(self, state: Any) -> None:
        """Go on from there."""

    def whole(self) -> Whole:
        """A copy of all that decides how it goes on, for `load_whole`."""

    def load_whole(self, whole: Whole) -> None:
        """Go on from there, exactly as it went on then; each copy is loaded once."""

    def begin(self, number: int) -> bool:
        """Go on from the moment of that number, counted around; False if the model has none."""

    def prime(self, audio: Floats) -> None:
        """Go on from the end of audio (n,) in [-1, 1]."""


class LevelsState(NamedTuple):
    """Where a stream of levels is: its sampler and its servo."""

    sampler: StreamState
    servo: ServoState = ServoState()


class LevelsDrawing:
    """A stream of a model whose codes are levels of the sound."""

    def __init__(
        self, sampler: Sampler, rate_hz: int, facts: Mapping[str, Any], moments: Sequence[Any]
    ):
        """The stream of a sampler that has only one; `facts` and `moments` of the model's file."""
        self.servo = Servo(rate_hz, float(facts.get("held_out_bits", np.nan)) * math.log(2))
        self.sampler, self._config, self._moments = sampler, sampler.config, moments
        self.watch = Watch(rate_hz, facts, self._config.levels, bool(moments))
        self.meter = EntropyMeter()
        self._good: StreamState | None = None  # where the last good piece began
        self.anchors: tuple[Any, ...] = ()
        self._seam = Seam(rate_hz)
        self._kick = round(KICK_S * rate_hz)

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        if (step := self.step(temperatures, held, guarded)) is None:
            usual = kept_warm(temperatures * held.surface, guarded)
            return self._next_held(usual, held, guarded)
        return self.take(draw(self.sampler, [step])[0], guarded)

    def step(self, temperatures: Floats, held: Held, guarded: bool) -> SamplerStep | None:
        """Return what the sampler is to draw for `next`; None: that depends on what is drawn meanwhile."""
        if is_held(self.servo, held):
            return None
        hot = kept_warm(temperatures * held.surface, guarded)
        unlikely = max(held.unlikely, left_out(hot) if guarded else 0.0)
        return SamplerStep(hot, unlikely, guarded or self.meter.on)

    def take(self, drawn: DrawnStep, guarded: bool) -> Floats:
        """Return the next samples, as `next` does, once the sampler has drawn its step."""
        self.meter.note(drawn.entropy)
        return self.heard(self._audio(drawn.codes), drawn.nats, guarded)[0]

    def _next_held(self, usual: Floats, held: Held, guarded: bool) -> Floats:
        """The next samples at temperatures that the servo finds."""
        codes, nats, done = [], 0.0, 0
        while done < len(usual):
            count = min(len(usual) - done, self.servo.left)
            hot = np.full(count, self.servo.temperature(float(usual[done])), np.float32)
            hot = kept_warm(hot, guarded)
            unlikely = max(held.unlikely, left_out(hot) if guarded else 0.0)
            (drawn,) = draw(self.sampler, [SamplerStep(hot, unlikely, True)])
            self.meter.note(drawn.entropy)
            self.servo.take(drawn.nats, count, held.energy)
            codes.append(drawn.codes)
            nats, done = nats + drawn.nats, done + count
        return self.heard(self._audio(np.concatenate(codes)), nats, guarded)[0]

    def _audio(self, codes: NDArray[np.int32]) -> Floats:
        return dequantised(codes, self._config.levels, self._config.quantiser)

    def heard(self, audio: Floats, surprise_nats: float, guarded: bool) -> tuple[Floats, bool]:
        audio = self._seam.risen(audio)
        if not guarded:
            return audio, False
        verdict = self.watch.judged(audio, surprise_nats)
        if verdict == "good":
            self._good = self.sampler.state(0)
        elif verdict not in ("doubtful", "unknown"):
            self._take_back(verdict)
            return self._seam.down(audio), True
        return audio, False

    def rest(self) -> Floats:
        return np.zeros(0, np.float32)

    def _take_back(self, verdict: Verdict) -> None:
        """To a moment; of a model without, to the last good piece, or to the beginning."""
        random = self.sampler.state(0).random
        self.watch.taken_back()
        self.servo.begin_anew()
        if self.begin(_choice(random, self.watch.rescues)):
            return
        if self._good is None:
            self.sampler.reset(0)
        else:
            self.sampler.set_state(0, self._good, random=False)
        temperature = HOT if verdict == "silent" else COOL
        self.sampler.step_block(np.full((1, self._kick), temperature, np.float32))
        self._good = None

    def state(self) -> LevelsState:
        return LevelsState(self.sampler.state(0), self.servo.state())

    def load_state(self, state: LevelsState) -> None:
        self.sampler.set_state(0, state.sampler)
        self.servo.load_state(state.servo)

    def whole(self) -> Whole:
        return Whole(self.state(), self.watch.copy(), self._seam.risen_by, self._good)

    def load_whole(self, whole: Whole) -> None:
        self.load_state(whole.state)
        self.watch, self._seam.risen_by, self._good = whole[1:]

    def begin(self, number: int) -> bool:
        if moments := self.anchors or self._moments:
            moment = moments[number % len(moments)]
            self.sampler.set_state(0, moment, random=False)
        return bool(moments)

    def prime(self, audio: Floats) -> None:
        self.sampler.prime(0, quantised(audio, self._config.levels, self._config.quantiser))


class FullbandState(NamedTuple):
    """Where a full-band stream is: its sampler, and samples drawn that were not wanted yet."""

    sampler: WideState
    spare: Floats
    hold: tuple[int, int] = (-1, 0)  # the outline's first token, and for how many frames it stays
    servo: ServoState = ServoState()


class FullbandDrawing:
    """A stream of a full-band model."""

    def __init__(
        self,
        sampler: FullbandSampler,
        model: FullbandSampleRNN,
        facts: Mapping[str, Any],
        moments: Sequence[Any],
    ):
        """The stream of a sampler that has only one; the model takes in what it is primed with."""
        self.sampler, self._model, self._moments = sampler, model, moments
        self.watch = Watch(model.sample_rate, facts, has_moments=bool(moments))
        self.meter = EntropyMeter()
        self.anchors: tuple[Any, ...] = ()
        self._seam = Seam(model.sample_rate)
        self._spare = np.zeros(0, np.float32)
        self.heat = Heat.of(facts)
        self._hold = (-1, 0)
        #: What was learned, by number.
        self.adapters: dict[float, Adapter] = {}
        bits = float(np.mean(facts.get("held_out_bits_a_cell", [np.nan])))
        self.servo = Servo(model.sample_rate / model.config.subbands, bits * math.log(2))

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        m, count = self.sampler.config.subbands, len(temperatures)
        steps = -(-(count - len(self._spare)) // m)
        if steps > 0:
            self.take_in_hand(self.sampler, held.moved(len(self._spare)), float(temperatures[0]))
            places = np.minimum(np.arange(steps) * m, count - 1)
            hot = kept_warm(held.surface * self.heat.cells(temperatures[places]), guarded)
            outline = float(self.heat.outlines(temperatures[:1])[0])
            if is_held(self.servo, held):
                self._draw_held(hot, outline, held, guarded)
            else:
                self._draw(hot, outline, False)
        audio, self._spare = self._spare[:count], self._spare[count:]
        return self.heard(audio, 0.0, guarded)[0]

    def know(self, number: float, adapter: bytes) -> None:
        """Know an adapter by a number; older ones are forgotten, and one of another model is not known."""
        with suppress(ValueError):
            known = Adapter.unpacked(adapter, self.sampler.config)
            self.adapters = dict([*self.adapters.items()][1 - KNOWN :]) | {number: known}

    def _draw(self, hot: Floats, structure: float, figures: bool) -> float:
        """Draw steps at temperatures (n,), and outlines; return their surprise in nats a cell."""
        self.sampler.hand.structure[:] = self.heat.restless(self._hold) * structure
        drawn = self.sampler.step_block(hot[None], figures or self.meter.on)
        self.meter.note(drawn.entropy)
        self._spare = np.concatenate([self._spare, drawn.audio[0]])
        for token in drawn.tokens[0, :, 0]:
            self._hold = held_on(self._hold, int(token))
        return 0.0 if drawn.surprise is None else float(drawn.surprise[0].sum(dtype=np.float64))

    def _draw_held(self, usual: Floats, structure: float, held: Held, guarded: bool) -> None:
        """Draw steps at temperatures that the servo finds, and outlines by the energy."""
        done = 0
        while done < len(usual):
            count = min(len(usual) - done, self.servo.left)
            hot = np.full(count, self.servo.temperature(float(usual[done])), np.float32)
            nats = self._draw(kept_warm(hot, guarded), structure * held.energy, True)
            self.servo.take(nats, count, held.energy)
            done += count

    def heard(self, audio: Floats, surprise_nats: float, guarded: bool) -> tuple[Floats, bool]:
        audio = self._seam.risen(audio)
        if guarded and self.watch.judged(audio) in ("silent", "still", "roaring"):
            self.watch.taken_back()
            random = self.sampler.state(0).random
            if not self.begin(_choice(random, self.watch.rescues)):
                self.sampler.reset(0)
            self._spare, self._hold = np.zeros(0, np.float32), (-1, 0)
            self.servo.begin_anew()
            return self._seam.down(audio), True
        return audio, False

    def rest(self) -> Floats:
        rest, self._spare = self._spare, np.zeros(0, np.float32)
        return rest

    def take_in_hand(self, sampler: FullbandSampler, held: Held, temperature: float) -> None:
        """Let a sampler follow what a performer holds, but for the temperature of its outline."""
        hand, sampler.labels = sampler.hand, held.labels
        hand.unlikely[:] = held.unlikely
        told = held.brightness if "brightness" in sampler.config.labels else 0.0
        slope = held.brightness - told
        hand.brightness[:] = told + self.heat.brightness(temperature)
        hand.slope[:], hand.evened[:] = slope, -sampler.louder_by(slope) if slope else 0.0
        hand.transpose[:] = held.transpose
        hand.density[:] = held.density + self.heat.density(temperature)
        sampler.adapter = self.adapters.get(held.adapter)
        hand.learned[:] = held.learned if sampler.adapter is not None else 0.0

    def state(self) -> FullbandState:
        return FullbandState(
            self.sampler.state(0), self._spare.copy(), self._hold, self.servo.state()
        )

    def load_state(self, state: FullbandState) -> None:
        self.sampler.set_state(0, state.sampler)
        self._spare, self._hold = state.spare.copy(), state.hold
        self.servo.load_state(state.servo)

    def whole(self) -> Whole:
        return Whole(self.state(), self.watch.copy(), self._seam.risen_by)

    def load_whole(self, whole: Whole) -> None:
        self.load_state(whole.state)
        self.watch, self._seam.risen_by = whole.watch, whole.risen

    def begin(self, number: int) -> bool:
        if moments := self.anchors or self._moments:
            moment = moments[number % len(moments)]
            self.sampler.set_state(0, moment, random=False)
        return bool(moments)

    def prime(self, audio: Floats) -> None:
        tokens, cells = self._model.taken_in(audio)
        if len(cells):
            self.sampler.prime(tokens, cells)


def is_held(servo: Servo, held: Held) -> bool:
    """Whether the servo finds the temperature; it begins anew when it is wanted again."""
    if held.energy > 0 and servo.can_hold:
        return True
    servo.rest()
    return False


def _choice(random: NDArray[np.uint64], rescues: int) -> int:
    """The number of the moment that a stream goes to next: drawn from its seed."""
    return int(np.random.default_rng([int(random[0]), rescues]).integers(1 << 30))
