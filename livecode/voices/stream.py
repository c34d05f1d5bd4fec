"""A SampleRNN stream as a voice: sampled, brought to the engine's rate, frozen and remembered."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livecode.neural.audio.sound_bytes import unpacked
from livecode.neural.audio.sound_file import read_mono
from livecode.neural.model_cache import ModelCache
from livecode.neural.model_file import find_model
from livecode.transport.messages import Directions, DuetTurn, LearnedAdapter, StreamSource
from livecode.transport.timing import DRAWN_AHEAD
from livecode.voices.drawing import HELD, FullbandDrawing, Held
from livecode.voices.drawn_ahead import Asked, DrawnAhead
from livecode.voices.duet.answers import Answers, DuetHand, StreamAnswer
from livecode.voices.duet.phrase import Phrase, phrase_of
from livecode.voices.entropy import EntropyMeter
from livecode.voices.leveller import Leveller
from livecode.voices.loaded import Loaded
from livecode.voices.resampler import Resampler
from livecode.voices.stream_hands import hands_of, labels_of
from livecode.voices.tilt.chunk import CandidateSet
from livecode.voices.tilt.learning_takes import kept_learning_takes
from livecode.voices.tilt.own_takes import kept_takes
from livecode.voices.tilt.tilted import TiltedStream

#: `freeze` repeats this much of what was heard last; its end runs into its beginning over the seam.
LOOP_S, SEAM_S = 1.0, 0.05
#: From sampling to the loop and back, so that it does not click.
CROSSFADE_S = 0.01
#: Of a sound to begin from so much is taken, the end of it.
PRIME_S = 4.0
#: Moments that a stream can be taken back to.
MOMENTS, MOMENT_EVERY_S = 120, 1.0
#: Scores come back after this many blocks of the engine, with some time to spare.
SCORING_BLOCKS = 1.5


class StreamVoice:
    """Plays one stream. Nothing in it depends on time but what it is given."""

    controls = ("temperature", "frozen", "guard", "priority", *HELD, "tilt", "duet", "labels")

    def __init__(self, source: StreamSource, sample_rate: int, hop: int, block: int = 0):
        """Read the model and begin from the source's prime, from a moment of the model, or from silence.

        block: how many frames the engine computes at once.

        Raises LivecodeError if the model or the prime cannot be read.
        """
        self._loaded = _models.of(find_model(source.model))
        meta = self._loaded.meta
        self._rate, self._hop = meta.sample_rate, hop
        #: Which model it is, as which version of its file.
        self.model = source.model, source.version
        self._drawing = self._loaded.drawing(source.seed)
        slack_s = SCORING_BLOCKS * block / sample_rate
        usual_bits = self._loaded.usual_bits
        self.tilt = TiltedStream(self._drawing, self._rate, source.seed, slack_s, usual_bits)
        self._resampler = Resampler(meta.sample_rate, sample_rate)
        self._ratio = meta.sample_rate / sample_rate
        #: The engine's sample times of the hop that is played, and of the one that may be drawn already.
        self.frame = self.coming = 0
        #: Controls that are read so many frames early: samples are drawn before they are heard.
        self.early = {"temperature": DRAWN_AHEAD}
        self._gain = self._loaded.gain
        #: The temperatures at this hop's begin, at the next one's, and so on up to `DRAWN_AHEAD`.
        self._temperatures: deque[float] = deque(maxlen=DRAWN_AHEAD // hop + 1)
        #: What the performer should know of the prime, as sentences.
        self.notes: tuple[str, ...] = ()
        self._leveller = Leveller(sample_rate, hop)
        self._loop = _Loop(sample_rate, hop)
        self._seed = source.seed
        #: Whether it is heard, if it answers in a duet.
        self.answers = Answers(sample_rate, hop, self._go_on_from)
        self._adapter = 0.0  # the number of what it has learned
        self.resting = False  # frozen by the host, which has no time for it
        self.priority = 0.0
        if source.prime:
            self._prime(source.prime)
        else:
            self._drawing.begin(source.seed + source.take if source.moment < 0 else source.moment)

    @property
    def meter(self) -> EntropyMeter:
        """What tells how undecided the model is."""
        return self._drawing.meter

    @property
    def ahead_s(self) -> float:
        """How much later than the next hop that is heard which was drawn last, in seconds."""
        return self.tilt.ahead / self._rate

    @property
    def busy(self) -> bool:
        """Whether it samples, which takes time; one that is frozen, or only listens, takes next to none."""
        return not self._loop.on and not self.answers.silent

    def play(
        self,
        temperature: np.ndarray | None,
        frozen: np.ndarray | None,
        guard: np.ndarray | None,
        priority: np.ndarray | None,
        *held: np.ndarray | None,
    ) -> np.ndarray:
        """The next hop (hop,) float32; the temperature is that of `DRAWN_AHEAD` after its begin.

        Between two hops the temperature moves in a straight line, and each sample is drawn at the
        temperature of the moment at which it is heard. Those of a tilted stream are drawn earlier.

        held: what else is in the performer's hand, in the order of `HELD`, and then the numbers of a
        `TiltHand` and a `TowardHand`, those of a `DuetHand`, and those of a `LabelHand`.
        """
        self.tilt.decided = []
        self.priority = 0.0 if priority is None else float(priority[0])
        self._temperatures = self._known(temperature)
        hands = hands_of(held)
        self.answers.follow(hands.duet)
        if not self.answers.hand.on:
            self._drawing.anchors = ()
        self.answers.prepare()
        if self.answers.silent:
            return np.zeros(self._hop, np.float32)
        if self._loop.plays_alone(self._freezes(frozen)):
            return self.answers.shaped(self._loop.repeat())
        asked = self._asked(self._temperatures, guard, held, self.frame)
        audio = self.tilt.next(*asked, hands.tilt, hands.toward)
        sound = self._resampler.process(audio * self._gain, self._hop)
        heard = self._loop.pass_on(self._leveller.process(sound, asked.guarded))
        return self.answers.shaped(heard)

    def next_asked(
        self,
        temperature: np.ndarray | None,
        frozen: np.ndarray | None,
        guard: np.ndarray | None,
        priority: np.ndarray | None,
        *held: np.ndarray | None,
    ) -> Asked | None:
        """Return what `play` would ask of the stream with these values, if it may be drawn already.

        None: it is drawn already, or frozen, tilted, steered, or in a duet.
        """
        if self._freezes(frozen) or self._loop.on or self.ahead.hops or self.tilt.bends:
            return None
        hands = hands_of(held)
        if hands.tilt.strength or hands.duet != DuetHand() or any(hands.toward.amounts):
            return None
        return self._asked(self._known(temperature), guard, held, self.coming)

    def _known(self, temperature: np.ndarray | None) -> deque[float]:
        """Return the temperatures that are known of the hops from this one on."""
        known = self._temperatures.copy()
        known.append(1.0 if temperature is None else float(temperature[0]))
        while len(known) < (known.maxlen or 0):
            known.append(known[-1])
        return known

    def _freezes(self, frozen: np.ndarray | None) -> bool:
        return self.resting or (frozen is not None and bool(frozen[0] >= 0.5))

    def _asked(
        self,
        known: deque[float],
        guard: np.ndarray | None,
        held: tuple[np.ndarray | None, ...],
        frame: int,
    ) -> Asked:
        """Return what the next hop, at that sample time of the engine, is asked for with."""
        count = self._resampler.needs(self._hop)
        heard = self._resampler.heard(count)
        curve = np.interp(heard, self._hop * np.arange(len(known)), known).astype(np.float32)
        hand = {name: float(v[0]) for name, v in zip(HELD, held, strict=False) if v is not None}
        guarded = guard is not None and bool(guard[0] >= 0.5)
        now = Held(**hand, adapter=self._adapter, labels=labels_of(held, self._ratio))
        return Asked(curve, now.from_time(self._at(frame)), guarded)

    def _at(self, frame: int) -> float:
        """Return when what is drawn for a sample time of the engine is heard, in samples of the model."""
        return frame * self._ratio + self._resampler.delay

    @property
    def candidates(self) -> int:
        """How many candidates are drawn; 0: the stream is not tilted."""
        return self.tilt.candidates

    @property
    def most(self) -> int:
        """How many candidates are drawn at most."""
        return self.tilt.most

    @property
    def wanted(self) -> int:
        """How many candidates the performer asks for."""
        return self.tilt.wanted

    @property
    def unscored(self) -> int:
        """How many chunks in a row were scored too late."""
        return self.tilt.unscored

    @property
    def ahead(self) -> DrawnAhead:
        """What of it is drawn before its hop is due."""
        return self.tilt.drawing

    def asked_ahead(self) -> Asked | None:
        """Return what the first hop that has not been drawn is asked for with, if nothing changes."""
        hops = self.ahead.hops
        at = self._at(self.frame + self._hop * (hops + 1))
        return self.ahead.asked(self._resampler.needs(self._hop, hops), at)

    def narrow(self, most: int) -> None:
        """Draw at most so many candidates from the next chunk on."""
        self.tilt.most, self.tilt.unscored = most, 0

    @property
    def overdue(self) -> bool:
        """Whether the next hop needs a chunk that has not been drawn of all candidates."""
        short = self.tilt.spare < self._resampler.needs(self._hop)
        return short and self.tilt.planned and self.candidates > 1 and self.busy

    @property
    def rate_hz(self) -> int:
        """The model's sample rate."""
        return self._rate

    def take_offered(self) -> CandidateSet | None:
        """Return a chunk that waits to be scored, as loud as it is heard; each is returned once."""
        offered, self.tilt.offered = self.tilt.offered, None
        if offered is None:
            return None
        return offered._replace(
            audio=offered.audio * np.float32(self._gain),
            context=offered.context * np.float32(self._gain),
        )

    def state(self) -> Any:
        """Where it is, for `load_state`."""
        return self.tilt.state()

    def load_state(self, state: Any) -> None:
        """Go on from there."""
        self.tilt.load_state(state)

    def phrase_of(self, heard: np.ndarray, rate_hz: int, longest_s: float) -> Phrase:
        """Return what the stream is to be primed with, of samples (n,) that were heard."""
        return phrase_of(heard, rate_hz, self._rate, self._loaded.lufs, longest_s)

    def primed(self, phrase: Phrase, number: int) -> Any:
        """Return where the answer of that number to a phrase goes on from; any thread may ask.

        The same phrase and number give the same answer.
        """
        drawing = self._loaded.drawing(self._seed + number)
        drawing.prime(phrase.audio)
        return drawing.state()

    def take_directions(self, found: Directions) -> None:
        """Know directions, and how surprising what the model plays by itself is."""
        known = np.frombuffer(found.directions, np.float32)
        known = known.reshape(len(found.what.split("\n")), -1)
        self.tilt.know(float(found.number), known, found.bits)

    def take_learned(self, learned: LearnedAdapter) -> None:
        """Know an adapter; one of another model's shape is passed over."""
        if learned.adapter and isinstance(self._drawing, FullbandDrawing):
            self._drawing.know(float(learned.number), learned.adapter)
            self._adapter = float(learned.number)

    def learning_takes(self, first: int, adapter: bytes) -> Path:
        """Return a file of takes of the seeds from `first` on, with an adapter; any thread may ask.

        Raises LivecodeError if its model cannot learn, OSError if there is no place for it.
        """
        return kept_learning_takes(self._loaded, first, adapter)

    def own_takes(self) -> Path:
        """Return a file of takes that the model plays by itself; any thread may ask.

        Raises OSError if there is no place for it.
        """
        return kept_takes(self._loaded)

    def _go_on_from(self, primed: Any) -> None:
        """Go on from where a phrase has led; should it fall silent there, it is taken back to that place."""
        self.tilt.go_on_from(primed)
        self._drawing.watch.begin_anew()
        self._drawing.anchors = (primed.sampler,)

    def take_turn(self, turn: DuetTurn) -> None:
        """Answer, or end an answer, as in the performance that is replayed."""
        if turn.what == "answers":
            state = self.primed(Phrase(unpacked(turn.phrase)[0], -np.inf), turn.number)
            self.answers.begin(StreamAnswer(state, turn.frames, turn.gain, turn.wait))
        elif turn.what == "listens":
            self.answers.end()

    def _prime(self, path: str) -> None:
        """Hear the end of a sound file, and go on from there."""
        sound = read_mono(path, self._rate, last_s=PRIME_S)
        self.notes = sound.notes
        self._drawing.prime(sound.audio)


_models = ModelCache(Loaded)


class _Loop:
    """What was heard last, repeated for as long as the stream is frozen."""

    def __init__(self, sample_rate: int, hop: int):
        self._hop = hop
        self._seam = round(SEAM_S * sample_rate)
        self._rise = np.sin(np.linspace(0, np.pi / 2, round(CROSSFADE_S * sample_rate)))
        self._rise = self._rise.astype(np.float32)
        self._heard = np.zeros(round(LOOP_S * sample_rate) + self._seam, np.float32)
        self._known = 0  # frames of that which have been heard
        self._loop: np.ndarray | None = None
        self._at = 0
        self._share = 0.0  # of the loop in what is heard: 0 none, 1 all

    @property
    def on(self) -> bool:
        """Whether the loop alone is heard."""
        return self._share == 1.0

    def plays_alone(self, freeze: bool) -> bool:
        """Turn towards the loop or away from it; whether nothing else is needed for this hop."""
        if freeze and self._loop is None:
            self._loop = self._seamless()
            self._at = 0
        self._frozen = freeze
        return freeze and self.on

    def repeat(self) -> np.ndarray:
        """The next hop of the loop."""
        assert self._loop is not None
        places = (self._at + np.arange(self._hop)) % len(self._loop)
        self._at = (self._at + self._hop) % len(self._loop)
        return self._loop[places]

    def pass_on(self, audio: np.ndarray) -> np.ndarray:
        """A hop of what was sampled, mixed with the loop while one gives way to the other."""
        if self._loop is None:
            self._heard = np.concatenate([self._heard[len(audio) :], audio])
            self._known = min(self._known + len(audio), len(self._heard))
            return audio
        step = (1.0 if self._frozen else -1.0) / len(self._rise)
        share = np.clip(self._share + step * np.arange(1, len(audio) + 1), 0.0, 1.0)
        self._share = float(share[-1])
        places = np.minimum((share * len(self._rise)).astype(int), len(self._rise) - 1)
        out = self.repeat() * self._rise[places] * (share > 0) + audio * self._rise[::-1][places]
        if self._share == 0.0:
            self._loop = None
        mixed: np.ndarray = out.astype(np.float32)
        return mixed

    def _seamless(self) -> np.ndarray:
        """What was heard last, with its end faded into its beginning; it begins where it ends."""
        seam = min(self._seam, max(self._known // 4, 1))
        heard = self._heard[-max(self._known, 2 * seam + 1) :]
        rise = np.sin(np.linspace(0, np.pi / 2, seam)).astype(np.float32)
        loop = heard[seam:].copy()
        loop[-seam:] = heard[-seam:] * rise[::-1] + heard[:seam] * rise
        return loop


@dataclass(frozen=True)
class StreamMoment:
    """Where a stream was at a sample time."""

    frame: int
    model: tuple[str, str]
    state: Any


class Memory:
    """Where each stream was in the last two minutes, by name: `undo` takes it back there."""

    def __init__(self, sample_rate: int):
        self._every = round(MOMENT_EVERY_S * sample_rate)
        self._moments: dict[str, deque[StreamMoment]] = {}

    def note(self, name: str, voice: StreamVoice, frame: int, hop: int) -> None:
        """Remember now and then where the stream is before it plays the hop at `frame`."""
        if frame // self._every != (frame - hop) // self._every:
            moments = self._moments.setdefault(name, deque(maxlen=MOMENTS))
            moments.append(StreamMoment(frame, voice.model, voice.state()))

    def recall(self, name: str, voice: StreamVoice, frame: int) -> None:
        """Take the stream back to where it was at `frame`, if that is known."""
        for moment in reversed(self._moments.get(name, ())):
            if moment.frame <= frame and moment.model == voice.model:
                voice.load_state(moment.state)
                return
