"""What a stream draws its sound with: one model's sampler, of either make, at the model's rate."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.neural.audio.loudness import TARGET_LUFS, lufs
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.fullband.model import FullbandSampleRNN
from livecode.neural.samplernn.opening import open_samplernn
from livecode.neural.samplernn.quantise import dequantised, quantised
from livecode.voices.moments import moments_of
from livecode.voices.samplernn import Sampler, StreamState
from livecode.voices.samplernn.fullband.memory import StreamHand, WideState
from livecode.voices.samplernn.fullband.sampler import FullbandSampler
from livecode.voices.watch import Verdict, Watch

Floats = NDArray[np.float32]

#: A stream that is taken back goes down with the samples that were drawn, and rises again so long.
RISE_S = 0.01
#: From a good piece that it was taken back to it goes on so long at another temperature, so that it
#: does not go the same way again: hot after silence, cool after noise.
KICK_S, HOT, COOL = 0.1, 1.5, 0.8
#: A model whose file does not say how loud it is is listened to for so long.
LISTEN_S, LISTEN_BLOCK = 4.0, 4000
#: A guarded stream of levels leaves out what is unlikely where it is hot: below this share of the likeliest
#: from that temperature on, and nothing at 1.
HOT_UNLIKELY, HOT_FROM = 0.05, 1.3
#: An outline that stays where it is longer than its source's ever does is drawn so much hotter at most.
MOST_RESTLESS = 2.0
#: No model is made louder or softer than by this factor.
MOST_GAIN = 10.0


class Held(NamedTuple):
    """What a performer holds besides the temperature; a model of levels alone knows the first two."""

    surface: float = 1.0  # times the temperature, for samples but not for outlines
    unlikely: float = 0.0  # what is less likely than so many times the likeliest is not drawn
    brightness: float = 0.0  # dB an octave
    transpose: float = 0.0  # semitones
    density: float = 0.0  # logits


class Whole(NamedTuple):
    """All that decides how a stream goes on: where it is, and what has been noticed of it."""

    state: Any  # as `Drawing.state` gives it
    watch: Watch
    risen: int  # of the samples in which it comes up again after it was taken back
    good: Any = None  # where its last good piece began


class Drawing(Protocol):
    """One stream of a model."""

    watch: Watch

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


class LevelsDrawing:
    """A stream of a model whose codes are levels of the sound."""

    def __init__(
        self, sampler: Sampler, rate_hz: int, facts: Mapping[str, Any], moments: Sequence[Any]
    ):
        """The stream of a sampler that has only one; `facts` and `moments` of the model's file."""
        self.sampler, self._config, self._moments = sampler, sampler.config, moments
        self.watch = Watch(rate_hz, facts, self._config.levels, bool(moments))
        self._good: StreamState | None = None  # where the last good piece began
        self._seam = _Seam(rate_hz)
        self._kick = round(KICK_S * rate_hz)

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        hot = temperatures * held.surface
        unlikely = max(held.unlikely, left_out(hot) if guarded else 0.0)
        drawn = self.sampler.step_block(hot[None], guarded, unlikely)
        audio = dequantised(drawn.codes[0], self._config.levels, self._config.quantiser)
        likely = drawn.log_likelihood
        return self.heard(audio, 0.0 if likely is None else -float(likely[0].sum()), guarded)[0]

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
        if self.begin(_choice(random, self.watch.rescues)):
            return
        if self._good is None:
            self.sampler.reset(0)
        else:
            state = self._good
            self.sampler.set_state(
                0, StreamState(state.history, state.t, random, state.h, state.c, state.out)
            )
        temperature = HOT if verdict == "silent" else COOL
        self.sampler.step_block(np.full((1, self._kick), temperature, np.float32))
        self._good = None

    def state(self) -> StreamState:
        return self.sampler.state(0)

    def load_state(self, state: StreamState) -> None:
        self.sampler.set_state(0, state)

    def whole(self) -> Whole:
        return Whole(self.state(), self.watch.copy(), self._seam.risen_by, self._good)

    def load_whole(self, whole: Whole) -> None:
        self.load_state(whole.state)
        self.watch, self._seam.risen_by, self._good = whole[1:]

    def begin(self, number: int) -> bool:
        if not self._moments:
            return False
        state, random = self._moments[number % len(self._moments)], self.sampler.state(0).random
        self.sampler.set_state(
            0, StreamState(state.history, state.t, random, state.h, state.c, state.out)
        )
        return True

    def prime(self, audio: Floats) -> None:
        self.sampler.prime(0, quantised(audio, self._config.levels, self._config.quantiser))


class FullbandState(NamedTuple):
    """Where a full-band stream is: its sampler, and samples drawn that were not wanted yet."""

    sampler: WideState
    spare: Floats
    hold: tuple[int, int] = (-1, 0)  # the outline's first token, and for how many frames it stays


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
        self._seam = _Seam(model.sample_rate)
        self._spare = np.zeros(0, np.float32)
        # outlines are drawn at so many times the temperature, and hotter where they hang
        self._structure = float(facts.get("structure", 1.0))
        self._longest = float(facts.get("longest_hold", np.inf))
        self._hold = (-1, 0)

    def next(self, temperatures: Floats, held: Held, guarded: bool) -> Floats:
        m, count = self.sampler.config.subbands, len(temperatures)
        steps = -(-(count - len(self._spare)) // m)
        if steps > 0:
            self.take_in_hand(self.sampler.hand, held)
            self.sampler.hand.structure[:] = self.structure(self._hold) * temperatures[0]
            places = np.minimum(np.arange(steps) * m, count - 1)
            drawn = self.sampler.step_block(temperatures[None, places] * held.surface)
            self._spare = np.concatenate([self._spare, drawn.audio[0]])
            for token in drawn.tokens[0, :, 0]:
                self._hold = held_on(self._hold, int(token))
        audio, self._spare = self._spare[:count], self._spare[count:]
        return self.heard(audio, 0.0, guarded)[0]

    def heard(self, audio: Floats, surprise_nats: float, guarded: bool) -> tuple[Floats, bool]:
        audio = self._seam.risen(audio)
        if guarded and self.watch.judged(audio) in ("silent", "still", "roaring"):
            self.watch.taken_back()
            random = self.sampler.state(0).random
            if not self.begin(_choice(random, self.watch.rescues)):
                self.sampler.reset(0)
            self._spare, self._hold = np.zeros(0, np.float32), (-1, 0)
            return self._seam.down(audio), True
        return audio, False

    def rest(self) -> Floats:
        rest, self._spare = self._spare, np.zeros(0, np.float32)
        return rest

    def take_in_hand(self, hand: StreamHand, held: Held) -> None:
        """Let a sampler follow what a performer holds, but for the temperature of its outline."""
        hand.unlikely[:] = held.unlikely
        hand.brightness[:] = held.brightness
        hand.transpose[:] = held.transpose
        hand.density[:] = held.density

    def structure(self, hold: tuple[int, int]) -> float:
        """What the temperature of an outline is multiplied by, the more the longer it hangs."""
        return self._structure * restlessness(hold, self._longest)

    def state(self) -> FullbandState:
        return FullbandState(self.sampler.state(0), self._spare.copy(), self._hold)

    def load_state(self, state: FullbandState) -> None:
        self.sampler.set_state(0, state.sampler)
        self._spare, self._hold = state.spare.copy(), state.hold

    def whole(self) -> Whole:
        return Whole(self.state(), self.watch.copy(), self._seam.risen_by)

    def load_whole(self, whole: Whole) -> None:
        self.load_state(whole.state)
        self.watch, self._seam.risen_by = whole.watch, whole.risen

    def begin(self, number: int) -> bool:
        if self._moments:
            moment = self._moments[number % len(self._moments)]
            self.sampler.set_state(0, moment, random=False)
        return bool(self._moments)

    def prime(self, audio: Floats) -> None:
        tokens, cells = self._model.taken_in(audio)
        if len(cells):
            self.sampler.prime(tokens, cells)


def held_on(hold: tuple[int, int], token: int) -> tuple[int, int]:
    """The first token of an outline, and for how many frames it stays, after one more frame."""
    return token, hold[1] + 1 if token == hold[0] else 1


def restlessness(hold: tuple[int, int], longest: float) -> float:
    """What an outline's temperature is multiplied by when it stays longer than its source's ever does."""
    return min(max(hold[1] / longest, 1.0), MOST_RESTLESS)


def left_out(temperatures: Floats) -> float:
    """The share of the likeliest level below which none is drawn where it is hot."""
    hottest = float(temperatures.max(initial=1.0))
    return HOT_UNLIKELY * min(max((hottest - 1) / (HOT_FROM - 1), 0.0), 1.0)


def _choice(random: NDArray[np.uint64], rescues: int) -> int:
    """The number of the moment that a stream goes to next: drawn from its seed."""
    return int(np.random.default_rng([int(random[0]), rescues]).integers(1 << 30))


class _Seam:
    """Takes the click out of going elsewhere: down with what was drawn last, and up again."""

    def __init__(self, rate_hz: int):
        self._count = max(1, round(RISE_S * rate_hz))
        self.risen_by = self._count  # samples; all of them if it does not rise

    def down(self, audio: Floats) -> Floats:
        """Audio that ends in silence; what comes next rises."""
        self.risen_by = 0
        count = min(len(audio), self._count)
        gain = np.ones(len(audio), np.float32)
        gain[len(audio) - count :] = np.linspace(1, 0, count + 1, dtype=np.float32)[1:]
        return np.asarray(audio * gain, np.float32)

    def risen(self, audio: Floats) -> Floats:
        """Audio, faded in as far as it still rises."""
        if self.risen_by >= self._count or not len(audio):
            return audio
        gain = np.minimum((self.risen_by + np.arange(len(audio))) / self._count, 1.0)
        self.risen_by += len(audio)
        return np.asarray(audio * gain, np.float32)


class Loaded:
    """A model as it is in memory: once, for as long as a stream of it plays."""

    def __init__(self, path: Path):
        """Read the file and ready the kernel; raises LivecodeError if that is not possible."""
        self.meta, config, tensors = open_samplernn(path)
        rate = self.meta.sample_rate
        self.sampler: Sampler | FullbandSampler
        if isinstance(config, FullbandConfig):
            self._model = FullbandSampleRNN(path.stem, rate, config, tensors)
            self.sampler = FullbandSampler(config, self._model.tensors, rate)
        else:
            self.sampler = Sampler(config, tensors)
        self.sampler.step_block(np.ones((1, 1)))  # here, not while it plays, its kernel is loaded
        self._moments = moments_of(self.sampler, tensors)
        known = self.meta.facts.get("lufs")
        self.lufs = self._heard_lufs() if known is None else float(known)

    @property
    def gain(self) -> float:
        """What brings the model to the loudness of all voices."""
        if not np.isfinite(self.lufs):
            return 1.0
        gain = 10 ** ((TARGET_LUFS - self.lufs) / 20)
        return float(np.clip(gain, 1 / MOST_GAIN, MOST_GAIN))

    @property
    def frame(self) -> int:
        """Samples of the longest frame: where one begins, a moment can be taken."""
        config = self.sampler.config
        return config.outline_hop if isinstance(config, FullbandConfig) else config.lookback

    @property
    def steps(self) -> int:
        """Steps of the sampler in that frame: a full-band model draws several samples in each."""
        config = self.sampler.config
        return config.outline_steps if isinstance(config, FullbandConfig) else config.lookback

    def drawing(self, seed: int) -> Drawing:
        """One more stream of the model."""
        sampler = self.sampler.another(seed)
        if isinstance(sampler, FullbandSampler):
            return FullbandDrawing(sampler, self._model, self.meta.facts, self._moments)
        return LevelsDrawing(sampler, self.meta.sample_rate, self.meta.facts, self._moments)

    def _heard_lufs(self) -> float:
        """The loudness of some seconds of the stream of seed 0, as it plays by itself."""
        drawing, rate = self.drawing(0), self.meta.sample_rate
        drawing.begin(0)
        ones = np.ones(LISTEN_BLOCK, np.float32)
        blocks = range(0, round(LISTEN_S * rate), LISTEN_BLOCK)
        heard = np.concatenate([drawing.next(ones, Held(), True) for _ in blocks])
        return lufs(heard - heard.mean(), rate)
