"""The table of docs/tilt-table.md: what each reward of the language does to each shipped stream.

    python -m tools.tilt_table measured.jsonl --seconds 60 --takes 2
    python -m tools.tilt_table measured.jsonl --write docs/tilt-table.md

The first measures, and appends one line for each model, reward and strength that the file does not have
yet; the second writes the table between its marks. With `--toward` streams are steered by an amount of 1 or
−1 rather than tilted; that goes into a file of its own.
"""

import argparse
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecode.deadlines import Watchdog
from livecode.language.moments import Moment
from livecode.language.rewards import REWARDS
from livecode.language.signal_names import pick, signal_names
from livecode.language.values import as_value
from livecode.neural.model_file import find_model, list_models
from livecode.neural.samplernn.config import KIND
from livecode.neural.samplernn.own_takes import read_takes
from livecode.playing.tilt_guard import TiltGuard
from livecode.playing.tilt_scoring import READ_S, TiltScoring
from livecode.signals.candidate_sound import CandidateSound
from livecode.signals.tempo import Tempo
from livecode.transport.candidates import OfferedChunk
from livecode.voices.drawing import Held
from livecode.voices.loaded import Loaded
from livecode.voices.tilt.chunk import CandidateSet
from livecode.voices.tilt.hands import TiltHand, TowardHand
from livecode.voices.tilt.own_takes import kept_takes, played_together
from livecode.voices.tilt.tilted import TiltedStream
from tools.tilt_cells import ASKED_S, STARTS_S, read, refreshed

RATE_HZ = 48_000
CANDIDATES, CHUNK_S, PIECE_S = 8, 0.125, 256 / RATE_HZ
#: Of so many untilted takes from the moments that tilted ones start from, the first seconds are known.
STARTS, STARTS_TAKES = (1, 2, 3, 4), 4

#: Hands that are turned to the front, half-way.
SIGNALS = {"rings": SimpleNamespace(twist=0.5)}

Floats = NDArray[np.float64]
Reward = Callable[..., float]


class Take(NamedTuple):
    """What was heard of one stream."""

    audio: NDArray[np.float32]  # (frames,)
    bits: Floats  # (chunks,): a sample, by the model's own likelihood


def rewards() -> dict[str, Reward]:
    """Return each reward of the language by name; those that are made are made with usual arguments."""
    t = np.arange(RATE_HZ) / RATE_HZ
    tone = np.sum([0.2 * np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 12)], axis=0)
    made: dict[str, tuple[Any, ...]] = {
        "on_grid": (), "in_key": ("c major",), "near": (tone.astype(np.float32),), "away": (),
    }  # fmt: skip
    return {name: word(*made[name]) if name in made else word for name, word in REWARDS.items()}


def take(
    loaded: Loaded,
    name: str,
    strength: float,
    seconds: float,
    seed: int,
    direction: tuple[NDArray[np.float32], float] | None = None,
    candidates: int = CANDIDATES,
) -> Take:
    """Let a stream be heard for so long, tilted by a reward at a strength, or steered along a direction."""
    rate, tempo = loaded.meta.sample_rate, Tempo(RATE_HZ)
    drawing = loaded.drawing(seed)
    drawing.begin(seed)
    heard: list[tuple[float, float]] = []  # (bits a sample, seconds)
    watchdog = Watchdog()
    scoring = TiltScoring("it", TiltGuard(watchdog, _refuse, limit_s=30.0))
    moment = Moment(0.0, 0.0, SIGNALS, lambda value: 0.0, tempo, 0)
    stream, value = (
        TiltedStream(drawing, rate, seed, usual_bits=loaded.usual_bits),
        as_value(rewards().get(name, 0.0)),
    )
    stream.on_heard = lambda *what: heard.append(what)
    toward, tilted = TowardHand(), strength
    if direction is not None:
        toward, tilted = TowardHand(1.0, (strength,)), 0.0
        stream.know(1.0, direction[0][None], direction[1])
    # a strength of next to nothing lets the model's likelihood be known of what is not tilted
    hand = TiltHand(tilted or 1e-12, candidates if tilted else 1, CHUNK_S)
    pieces, piece = [], np.ones(round(PIECE_S * rate), np.float32)
    for number in range(1, round(seconds * rate / len(piece)) + 1):
        pieces.append(stream.next(piece, Held(), True, hand, toward))
        frame = round(number * len(piece) * RATE_HZ / rate)  # the beat is that of what is heard
        while stream.draw():
            pass
        if (offered := stream.offered) is not None:
            stream.offered = None
            if tilted:
                scores = None
                judging = scoring.score(_as_offered(offered, rate, frame), value, moment)
                for scores in judging:  # noqa: B007 - the last ones count
                    pass
                stream.take_scores(offered.number, [] if scores is None else scores.tolist())
    watchdog.close()
    audio = np.concatenate(pieces)
    return Take(audio, np.array([bits for bits, _ in heard]))


def _as_offered(offered: CandidateSet, rate: int, frame: int) -> OfferedChunk:
    return OfferedChunk(
        0, offered.number, rate, len(offered.audio), offered.parents, offered.context.tobytes(),
        offered.audio.tobytes(), tuple(offered.surprise.tolist()),
        frame + round(offered.ahead * RATE_HZ / rate),
    )  # fmt: skip


def _refuse(why: str, left: bool) -> None:
    raise RuntimeError(why)


def direction_of(loaded: Loaded, name: str) -> tuple[NDArray[np.float32], float]:
    """Return the direction of a reward in what a model plays next, (width,), and the model's usual bits."""
    takes = read_takes(kept_takes(loaded))
    said = [judged(rewards()[name], audio, takes.rate_hz, takes.frames)[0] for audio in takes.audio]
    return takes.direction(np.array(said)), float(takes.bits.mean())


def judged(
    reward: Reward, audio: NDArray[np.float32], rate: int, chunk: int | None = None
) -> tuple[Floats, Floats]:
    """Return what a reward says of each chunk of a sound, (chunks,), and the colour of each.

    chunk: its samples, if they are not those of `CHUNK_S`.
    """
    said, colours = judged_by({"it": reward}, audio, rate, chunk)
    return said["it"], colours


def judged_by(
    judges: Mapping[str, Reward], audio: NDArray[np.float32], rate: int, chunk: int | None = None
) -> tuple[dict[str, Floats], Floats]:
    """Return what each of some rewards says of each chunk of a sound, and the colour of each chunk."""
    sound, tempo, frames = CandidateSound(rate), Tempo(RATE_HZ), chunk or round(CHUNK_S * rate)
    names = {name: signal_names(reward) for name, reward in judges.items()}
    begins = range(0, len(audio) - frames + 1, frames)
    said = {name: np.zeros(len(begins)) for name in judges}
    colours, at = [], 0
    for number, begin in enumerate(begins):
        pieces = np.array_split(audio[begin : begin + frames], round(CHUNK_S / READ_S))
        for piece in pieces:
            sound.listen(piece)
            at += len(piece)
            frame = round(at * RATE_HZ / rate)
            now = {"t": at / rate, "beat": tempo.beat_at(frame), "bar": tempo.bar_at(frame)}
            known = {**SIGNALS, **now, "sound": sound}
            for name, reward in judges.items():
                said[name][number] += float(reward(*pick(names[name], known, "it"))) / len(pieces)
        colours.append(np.array(sound.mel - sound.mel.mean(), float))
    return said, np.array(colours)


def variety(takes: list[Floats]) -> float:
    """Return how far apart takes are: the mean distance of their colours, (chunks, bands) each."""
    far = [
        float(np.abs(one[:, None] - other[None]).mean())
        for number, one in enumerate(takes)
        for other in takes[number + 1 :]
    ]
    return float(np.mean(far)) if far else float("nan")


def variety_by_second(by_start: list[list[Floats]], every: int) -> list[float]:
    """Return how far apart takes of different starts are, over the first second, the first two, and so on.

    by_start: the colours of the takes of each start; `every`: chunks of a second.
    """
    pairs = [
        [one, other]
        for number, takes in enumerate(by_start)
        for one in takes
        for others in by_start[number + 1 :]
        for other in others
    ]
    seconds = min((len(take) for pair in pairs for take in pair), default=0) // every
    return [
        float(np.mean([variety([take[: every * count] for take in pair]) for pair in pairs]))
        for count in range(1, seconds + 1)
    ]


class Wanted(NamedTuple):
    """What is to be measured."""

    models: list[str]
    rewards: list[str]
    strengths: list[float]
    seconds: float = ASKED_S  # of each take
    takes: int = 2
    untilted: int = 8  # takes that all are compared with
    untilted_s: float = 30.0  # of each of them
    steered: bool = False
    candidates: int = CANDIDATES


def measure(path: Path, wanted: Wanted) -> None:
    """Append what is measured, model by model: untilted, towards each reward, and away from each."""
    for model in wanted.models:
        loaded = Loaded(find_model(model))
        missing = [name for name in wanted.rewards if not _known(path, (model, name, 0.0), 0.0, 0)]
        if missing:
            seeds = range(1, wanted.untilted + 1)
            plain = untilted(loaded, seeds, wanted.untilted_s)
            _append(path, model, missing, 0.0, wanted.untilted_s, plain, loaded)
            _append_starts(path, model, missing, loaded)
        for strength in wanted.strengths:
            for name in wanted.rewards:
                if _known(path, (model, name, strength), wanted.seconds, wanted.takes):
                    continue
                way = direction_of(loaded, name) if wanted.steered else None
                heard = [
                    take(loaded, name, strength, wanted.seconds, seed, way, wanted.candidates)
                    for seed in range(1, wanted.takes + 1)
                ]
                count = 1 if wanted.steered else wanted.candidates
                _append(path, model, [name], strength, wanted.seconds, heard, loaded, count)


def untilted(loaded: Loaded, seeds: Sequence[int], seconds: float) -> list[Take]:
    """Return an untilted take of each seed, from the moment of that number."""
    played = played_together(loaded, seeds, round(seconds / CHUNK_S))
    return [
        Take(audio, np.asarray(bits, float))
        for audio, bits in zip(played.audio, played.bits, strict=True)
    ]


def _known(path: Path, what: tuple[str, str, float], seconds: float, takes: int) -> bool:
    return any(
        tuple(row["what"]) == what and row["seconds"] >= seconds and row["takes"] >= takes
        for row in read(path)
    )


def _append(
    path: Path,
    model: str,
    names: list[str],
    strength: float,
    seconds: float,
    heard: list[Take],
    loaded: Loaded,
    candidates: int = 1,
) -> None:
    """Append a row for each reward, of the same takes."""
    file_hash = hashlib.sha256(loaded.path.read_bytes()).hexdigest()[:6]
    judgements = []
    for each in heard:
        judges = {name: reward for name, reward in rewards().items() if name in names}
        said, colours = judged_by(judges, each.audio, loaded.meta.sample_rate)
        # what surprises the model cannot be read of what is heard, but it is known
        judgements.append((said | {"surprise": each.bits}, colours))
    apart = variety([colours for _, colours in judgements])
    for name in names:
        of_takes = [by_reward[name] for by_reward, _ in judgements]
        whole = np.concatenate(of_takes)
        row = {
            "what": [model, name, strength], "seconds": seconds, "takes": len(heard),
            "mean": float(whole.mean()), "std": float(whole.std()),
            "take_std": float(np.std([each.mean() for each in of_takes], ddof=1)),
            "bits": float(np.mean([each.bits.mean() for each in heard])), "variety": apart,
            "candidates": candidates, "file": file_hash,
        }  # fmt: skip
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def _append_starts(path: Path, model: str, names: list[str], loaded: Loaded) -> None:
    """Append what untilted takes begin like that start where tilted ones do, second by second."""
    moments = int(loaded.meta.facts["moments"])
    seeds = [start + moments * k for start in STARTS for k in range(STARTS_TAKES)]
    heard = untilted(loaded, seeds, STARTS_S + 1)
    every = round(1 / CHUNK_S)
    whole = round(STARTS_S) * every
    said, colours = [], []
    for each in heard:
        by_reward, its_colours = judged_by(rewards(), each.audio, loaded.meta.sample_rate)
        said.append(by_reward | {"surprise": each.bits})
        colours.append(its_colours[:whole])
    by_start = [colours[k : k + STARTS_TAKES] for k in range(0, len(colours), STARTS_TAKES)]
    apart = variety_by_second(by_start, every)

    def seconds(of_takes: list[Floats]) -> list[list[float]]:
        whole_seconds = np.array([each[:whole] for each in of_takes])
        split = whole_seconds.reshape(len(STARTS), STARTS_TAKES, -1, every)
        means: list[list[float]] = split.mean(axis=(1, 3)).tolist()
        return means

    for name in names:
        row = {
            "starts": [model, name], "mean": seconds([each[name] for each in said]),
            "bits": seconds([each.bits for each in heard]), "variety": apart,
        }  # fmt: skip
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def main() -> None:
    """Measure, or write the table."""
    parser = argparse.ArgumentParser(prog="tools.tilt_table", description=__doc__)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--takes", type=int, default=2)
    parser.add_argument("--untilted", type=int, default=8, help="takes that all are compared with")
    parser.add_argument("--models", nargs="*", default=None)
    parser.add_argument("--rewards", nargs="*", default=None)
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--toward", action="store_true", help="steer rather than tilt")
    parser.add_argument("--write", type=Path, default=None)
    parser.add_argument("--untilted-seconds", type=float, default=30.0)
    parser.add_argument("--strengths", nargs="*", type=float, default=[1.0, -1.0])
    options = parser.parse_args()
    if options.write is not None:
        document = options.write.read_text()
        options.write.write_text(refreshed(document, options.measured))
        return
    wanted = Wanted(
        options.models or list(list_models(KIND)), options.rewards or list(REWARDS), options.strengths,
        options.seconds, options.takes, options.untilted, options.untilted_seconds, options.toward,
        options.candidates,
    )  # fmt: skip
    measure(options.measured, wanted)


if __name__ == "__main__":
    main()
