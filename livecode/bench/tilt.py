"""`bench tilt`: what a tilt costs, how soon another reward is heard, and how far it bends a stream."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode import Session
from livecode.bench.rows import BenchRow, Identity
from livecode.bench.samplernn import SAMPLE_RATE, plausible_tensors
from livecode.deadlines import Watchdog
from livecode.language.moments import Moment
from livecode.language.values import Value, as_value
from livecode.neural.model_file import ModelMeta, find_model, write_model
from livecode.neural.samplernn.config import KIND, SampleRNNConfig
from livecode.playing.tilt_guard import TiltGuard
from livecode.playing.tilt_scoring import READ_S, TiltScoring
from livecode.signals.candidate_sound import CandidateSound
from livecode.transport.candidates import OfferedChunk
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.tilt.chunk import CandidateSet
from livecode.voices.tilt.hands import TiltHand
from livecode.voices.tilt.tilted import TiltedStream

Floats = NDArray[np.float32]

#: Full-band, at 32 kHz; its candidates take the longest of the streams that are shipped.
MODEL = "piano"
CANDIDATES, CHUNK_S = 8, 0.125
#: A model of levels of that width, at 16 kHz: its weights are random, since speed does not depend on them.
LEVELS_DIM = 256
#: A stream is asked for so much at a time.
PIECE_S = 256 / 48_000
#: Rewards of several kinds, by name.
REWARDS: dict[str, Callable[..., float]] = {
    "flux": lambda sound: sound.flux,
    "brightness": lambda sound: sound.brightness,
    "level": lambda sound: sound.level,
    "flatness": lambda sound: sound.flatness,
}
SHIMMER = "@reward\ndef shimmer(sound):\n    return sound.flux - 0.5 * sound.flatness"
DARK = "@reward\ndef shimmer(sound):\n    return -sound.brightness"


class Bent(NamedTuple):
    """What was heard of one stream."""

    rewards: NDArray[np.float64]  # (chunks,): what the reward says of each chunk of it
    bits: float  # a sample, by the model's own likelihood
    drawn_s: float  # time that drawing took, in seconds
    scoring_s: float  # median time that scoring a chunk took


def run(seconds: float = 12.0) -> list[BenchRow]:
    """Measure cost, latency and effect; streams of so many seconds."""
    with TemporaryDirectory() as folder:
        levels = Loaded(_of_levels(Path(folder)))
    loaded = Loaded(find_model(MODEL))
    of_levels: Identity = {
        "model": "random", "dim": LEVELS_DIM, "sample_rate": SAMPLE_RATE,
        "candidates": CANDIDATES, "cores": 1,
    }  # fmt: skip
    of_model: Identity = {
        "model": MODEL, "sample_rate": loaded.meta.sample_rate, "candidates": CANDIDATES, "cores": 1
    }  # fmt: skip
    flux = REWARDS["flux"]
    cost = _cost(
        bent(levels, flux, 0.0, seconds), bent(levels, flux, 1.0, seconds), seconds, of_levels
    )
    effects: list[BenchRow] = []
    for name, function in REWARDS.items():
        plain = bent(loaded, function, 0.0, seconds)
        for strength in (1.0, -1.0):
            tilted = bent(loaded, function, strength, seconds)
            effects += _effect(name, strength, plain, tilted)
    return [*cost, *_cost(plain, tilted, seconds, of_model), _latency(), *effects]


def _of_levels(folder: Path) -> Path:
    """Write a model of levels of `LEVELS_DIM` with random weights; return its file."""
    config = SampleRNNConfig(dim=LEVELS_DIM)
    path = folder / "random.safetensors"
    write_model(
        path, plausible_tensors(config, 1), ModelMeta(KIND, config.json(), SAMPLE_RATE, facts={})
    )
    return path


def _effect(name: str, strength: float, plain: Bent, tilted: Bent) -> list[BenchRow]:
    """Return by how much the mean reward has moved, and how much less likely the sound is."""
    about: Identity = {
        "model": MODEL,
        "reward": name,
        "strength": strength,
        "candidates": CANDIDATES,
    }
    moved = (tilted.rewards.mean() - plain.rewards.mean()) * np.sign(strength)
    return [
        BenchRow.measured("mean reward, moved the way that was asked", float(moved), "",
                          about, baseline=float(plain.rewards.std()),
                          target=float(plain.rewards.std()), better="higher"),
        BenchRow.measured("surprise of what is heard", tilted.bits, "bits a sample",
                          about, baseline=plain.bits, target=plain.bits + 0.3),
    ]  # fmt: skip


def _cost(plain: Bent, tilted: Bent, seconds: float, about: Identity) -> list[BenchRow]:
    """Return how fast a tilted stream is drawn on one core, and how long scoring takes."""
    return [
        BenchRow.measured("drawing a tilted stream", seconds / tilted.drawn_s, "× real time",
                          about, baseline=seconds / plain.drawn_s, target=1.0, better="higher"),
        BenchRow.measured("scoring a chunk", tilted.scoring_s * 1e3, "ms", about,
                          baseline=CHUNK_S * 1e3, target=CHUNK_S * 250),
    ]  # fmt: skip


def bent(
    loaded: Loaded, function: Callable[..., float], strength: float, seconds: float, seed: int = 1
) -> Bent:
    """Let a stream be heard for so long, tilted by a reward at a strength, and judge it."""
    rate, reward = loaded.meta.sample_rate, as_value(function)
    drawing = loaded.drawing(seed)
    drawing.begin(seed)
    nats: list[float] = []
    heard = drawing.heard

    def counted(audio: Floats, surprise_nats: float, guarded: bool) -> tuple[Floats, bool]:
        nats.append(surprise_nats)
        return heard(audio, surprise_nats, guarded)

    drawing.heard = counted  # type: ignore[method-assign]
    watchdog = Watchdog()
    stream, judge = (
        TiltedStream(drawing, rate, seed, usual_bits=loaded.usual_bits),
        _Judge(reward, rate, watchdog),
    )
    hand = TiltHand(strength, CANDIDATES, CHUNK_S)
    pieces, drawn_s, scoring = [], 0.0, []
    for _ in range(round(seconds / PIECE_S)):
        began = time.process_time()
        pieces.append(stream.next(np.ones(round(PIECE_S * rate), np.float32), Held(), True, hand))
        while stream.draw():
            pass
        drawn_s += time.process_time() - began
        if (offered := stream.offered) is not None:
            stream.offered = None
            began = time.process_time()
            stream.take_scores(offered.number, judge.scores(offered))
            scoring.append(time.process_time() - began)
    watchdog.close()
    audio = np.concatenate(pieces)
    bits = sum(nats) / np.log(2) / len(audio)
    if not bits:  # an untilted full-band stream does not say: its file does
        bits = loaded.usual_bits
    return Bent(_said(function, audio, rate), bits, drawn_s, median(scoring) if scoring else 0.0)


def _said(function: Callable[..., float], audio: Floats, rate_hz: int) -> NDArray[np.float64]:
    """Return what a reward says of each chunk of a sound, (chunks,)."""
    sound, said = CandidateSound(rate_hz), []
    frames = round(CHUNK_S * rate_hz)
    for begin in range(0, len(audio) - frames + 1, frames):
        chunk = []
        for piece in np.array_split(audio[begin : begin + frames], round(CHUNK_S / READ_S)):
            sound.listen(piece)
            chunk.append(function(sound))
        said.append(float(np.mean(chunk)))
    return np.array(said)


class _Judge:
    """Scores candidates by a reward."""

    def __init__(self, reward: Value, rate_hz: int, watchdog: Watchdog):
        self._reward, self._rate = reward, rate_hz
        self._scoring = TiltScoring("it", TiltGuard(watchdog, print, limit_s=10.0))
        self._moment = Moment(0.0, 0.0, {}, lambda value: 0.0)

    def scores(self, offered: CandidateSet) -> list[float]:
        """Return the score of each candidate."""
        candidates = OfferedChunk(
            0, offered.number, self._rate, len(offered.audio), offered.parents,
            offered.context.tobytes(), offered.audio.tobytes(), tuple(offered.surprise.tolist()), 0,
        )  # fmt: skip
        scores = None
        for each in self._scoring.score(candidates, self._reward, self._moment):
            scores = each
        return [] if scores is None else scores.tolist()


def _latency() -> BenchRow:
    """Return the time from evaluating another reward to the first sample that is another one."""
    taken = []
    for wait_s in (2.0, 2.03, 2.06, 2.09):
        heard = []
        for change in (None, DARK):
            with Session(seed=3) as session:
                session.eval(f"{SHIMMER}\nr7 = stream({MODEL!r}, seed=1)\nr7.tilt = shimmer")
                session.advance(wait_s)
                if change is not None:
                    session.eval(change)
                heard.append(session.advance(1.0))
                rate = 48_000
        differs = np.flatnonzero((heard[0] != heard[1]).any(axis=1))
        taken.append(differs[0] / rate * 1e3 if len(differs) else float("nan"))
    return BenchRow.measured(
        "evaluating another reward to an audible change", max(taken), "ms", {"model": MODEL},
        baseline=CHUNK_S * 1e3, target=500.0,
    )  # fmt: skip
