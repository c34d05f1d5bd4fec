"""A full-band training from beginning to end: sound encoded, outlines learned, then the tiers; its files."""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.neural.audio.corpus import Corpus, load_corpus
from livecode.neural.audio.fingerprint import check_same_sound
from livecode.neural.interrupts import noted_interrupts
from livecode.neural.replacing import check_nothing_in_the_way
from livecode.neural.samplernn.fullband.config import FullbandConfig
from livecode.neural.samplernn.training.folder import Point, RunFolder
from livecode.neural.samplernn.training.fullband.calibration import (
    calibrated,
    cooled,
    rested,
    told_rows,
)
from livecode.neural.samplernn.training.fullband.data import Prepared, prepared
from livecode.neural.samplernn.training.fullband.kept_tiers import KeptTiers
from livecode.neural.samplernn.training.fullband.labelling import scale_of
from livecode.neural.samplernn.training.fullband.learning import (
    FRAMES,
    SEQUENCES,
    FullbandLearning,
    PieceReader,
)
from livecode.neural.samplernn.training.fullband.outline import JUDGE_EVERY, OutlineLearning
from livecode.neural.samplernn.training.fullband.outline_tokens import OutlinePiece, outline_pieces
from livecode.neural.samplernn.training.fullband.settings import TrainFullbandSettings
from livecode.neural.samplernn.training.learning import keep_memory, multiplies_bfloat16
from livecode.neural.samplernn.training.progress import Showing, TrainingDisplay, unshown

CURVE_EVERY = 10  # updates between points of the curve

#: Makes takes of a model's file into a folder, named by updates. What draws is above this room.
Listening = Callable[[Path, Path, int], None]
Watch = Callable[[Point], None]


class Stopped(Exception):
    """Ctrl-C, noted between two pieces, rounds or updates."""


def train_fullband(
    settings: TrainFullbandSettings,
    watch: Watch | None = None,
    showing: Showing = unshown,
    listening: Listening | None = None,
) -> tuple[Path, Corpus]:
    """Train as the settings say; return the path of the best model's file, and the sound.

    Outlines are learned first, so that every checkpoint of the tiers is a whole model, which is
    written and listened to. A training of `updates` that is killed and resumed takes the same course,
    and loses at most the time since its last checkpoint. Ctrl-C saves and raises LivecodeError with
    the way to go on. `watch` is called with every point of the curve.
    """
    settings.check()
    run = _TrainingRun(settings, watch, listening)
    files = (run.folder.best, run.folder.last, run.folder.checkpoint, run.outlines)
    check_nothing_in_the_way(settings.name, files, settings.resume or settings.replace)
    keep_memory()
    return run.run(showing)


class _TrainingRun:
    def __init__(
        self, settings: TrainFullbandSettings, watch: Watch | None, listening: Listening | None
    ) -> None:
        self.settings, self.watch, self.listening = settings, watch, listening
        self.config = settings.config
        self.kept = KeptTiers.of(settings) if settings.tiers_of else None
        self.folder = RunFolder(settings)
        self.outlines = self.folder.run / "outlines.safetensors"
        low = {"auto": multiplies_bfloat16(), "bfloat16": True, "float32": False}
        self.low = low[settings.precision]
        self.noted: list[int] = []
        self.wait = 60 * settings.checkpoint_minutes

    def run(self, showing: Showing) -> tuple[Path, Corpus]:
        """From where it stands to its end."""
        settings, folder = self.settings, self.folder
        if settings.resume and not self.outlines.exists():
            raise LivecodeError(
                f"there is no checkpoint at {self.outlines} to go on from: train without --resume"
            )
        config = self.config
        shortest = (FRAMES * SEQUENCES + 1) * config.outline_hop
        corpus = load_corpus(settings.sources, settings.sample_rate, shortest, settings.held_out)
        folder.make()
        with showing(settings.name) as show, noted_interrupts() as self.noted:
            for note in corpus.notes:
                show.say(note)
            try:
                if self.kept is not None:
                    outline, held_out = self._learn_outlines(show, corpus, self.kept.outline)
                    self._join(show, corpus, self.kept, outline, held_out)
                else:
                    data = self._encoded(corpus)
                    book = {"mean": data.mean, "scale": data.scale, "codebook": data.codebook}
                    outline, held_out = self._learn_outlines(show, corpus, book)
                    self._learn_tiers(show, corpus, data, outline, held_out)
            except Stopped:
                raise LivecodeError(
                    f"the training of {settings.name!r} stopped and is saved: add --resume to go on"
                ) from None
        return folder.best, corpus

    def _look(self) -> None:
        if self.noted:
            raise Stopped

    def _encoded(self, corpus: Corpus) -> Prepared:
        settings = self.settings
        return prepared(
            corpus.train, corpus.held_out, self.config, settings.sample_rate,
            self.folder.run / "encoded", settings.encoded, lambda share: self._look(),
            settings.transposed,
        )  # fmt: skip

    def _agreed(self, known: dict[str, Any], corpus: Corpus, path: Path) -> None:
        """Raise LivecodeError if a checkpoint is of other sound or other settings."""
        settings = self.settings
        before = dict(known.get("settings") or {})
        if "config" in before:  # that of an older program says less
            before["config"] = FullbandConfig.from_json(before["config"]).json()
        if before != settings.identity():
            raise LivecodeError(
                f"the checkpoint {path} was trained with other settings: give the same, "
                "or train with another --name"
            )
        check_same_sound(
            known.get("audio"), corpus.fingerprint, settings.name, settings.other_audio
        )

    def _learn_outlines(
        self, show: TrainingDisplay, corpus: Corpus, book: Mapping[str, NDArray[np.float32]]
    ) -> tuple[OutlineLearning, list[OutlinePiece]]:
        settings, config = self.settings, self.config
        measure = partial(
            outline_pieces, config=config, rate_hz=settings.sample_rate, mean=book["mean"],
            scale=book["scale"], book=book["codebook"],
        )  # fmt: skip
        pieces = measure(corpus.train, semitones=settings.transposed, sources=corpus.train_albums)
        held_out = measure(corpus.held_out, sources=corpus.held_out_albums)
        scale = scale_of([piece.numbers for piece in pieces], config) if config.labels else None
        start = None if self.kept is None else self.kept.tensors
        learning = OutlineLearning(config, pieces, held_out, settings.seed, self.low, scale, start)
        if settings.resume:
            self._agreed(learning.load(self.outlines), corpus, self.outlines)
        facts = {"settings": settings.identity(), "audio": corpus.fingerprint}
        began, spent, saved = time.thread_time(), learning.seconds, time.monotonic()

        def share() -> float:
            by_time = learning.seconds / 60 / settings.outline_minutes
            by_rounds = learning.done / settings.outline_rounds if settings.outline_rounds else 0.0
            return min(1.0, max(by_time, by_rounds))

        judged = learning.done
        try:
            while share() < 1 and not learning.is_stuck:
                self._look()
                bits = learning.round(share())
                learning.seconds = spent + time.thread_time() - began
                if not math.isfinite(bits):
                    raise LivecodeError(f"the outlines of {settings.name!r} went astray: {bits}")
                if learning.done % JUDGE_EVERY:
                    continue
                held, judged = learning.judge(), learning.done
                show.point({"outline": learning.done, "train": bits, "held_out": held}, share())
                if time.monotonic() - saved >= self.wait:
                    learning.save(self.outlines, settings.sample_rate, **facts)
                    saved = time.monotonic()
            if judged < learning.done:
                learning.judge()
        finally:
            learning.save(self.outlines, settings.sample_rate, **facts)
        return learning, held_out

    def _learn_tiers(
        self,
        show: TrainingDisplay,
        corpus: Corpus,
        data: Prepared,
        outline: OutlineLearning,
        held_out: list[OutlinePiece],
    ) -> None:
        settings, folder = self.settings, self.folder
        learning = FullbandLearning(
            self.config, settings.batch, settings.seed, self.low, settings.peak_rate
        )
        if settings.resume and folder.checkpoint.exists():
            self._agreed(learning.load(folder.checkpoint), corpus, folder.checkpoint)
        folder.rewind(learning.done)
        reader = PieceReader(data.train, self.config, settings.batch, settings.seed)
        tensors = {
            "outline.mean": data.mean,
            "outline.scale": data.scale,
            "outline.codebook": data.codebook,
        } | outline.kept
        drawn, moving = self._calibrated(learning.net.arrays() | tensors, held_out)
        tensors |= drawn
        known = self._known(corpus, data.loudness_rms, outline) | moving
        before = saved = time.monotonic()
        began, spent = time.thread_time(), learning.seconds
        losses: list[NDArray[np.float64]] = []
        kept = learning.done

        def share() -> float:
            by_time = learning.seconds / 60 / settings.minutes if settings.minutes else 0.0
            by_updates = learning.done / settings.updates if settings.updates else 0.0
            return min(1.0, max(by_time, by_updates))

        def checkpoint() -> float:
            return self._checkpoint(learning, data, corpus, tensors, known)

        while share() < 1 and not self.noted:
            losses.append(learning.update(reader))
            if not np.isfinite(losses[-1]).all():
                raise LivecodeError(
                    f"the training of {settings.name!r} went astray at update {learning.done}: "
                    "resume it with a smaller --peak-rate, or start again with another --seed"
                )
            now = time.monotonic()
            learning.seconds = spent + time.thread_time() - began
            if learning.done % CURVE_EVERY:
                continue
            steps = len(losses) * settings.batch * FRAMES * settings.config.outline_hop
            point = {
                "step": learning.done,
                "seconds": round(learning.seconds, 3),
                "train": float(np.mean(losses)),
                "rate": round(steps / (now - before), 1),
            }
            losses, before = [], now
            if now - saved >= self.wait:
                point["held_out"], kept = checkpoint(), learning.done
                saved = before = time.monotonic()
            folder.add(point)
            show.point(point, share())
            if self.watch is not None:
                self.watch(point)
        if kept < learning.done or not folder.best.exists():
            checkpoint()
        self._look()
        show.say(f"{settings.name}: {learning.best:.3f} bits a cell on held-out sound.")

    def _calibrated(
        self, whole: dict[str, NDArray[np.float32]], held_out: list[OutlinePiece]
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, float]]:
        """Return what of a model's tensors is as hot as the source's outlines are, and its facts."""
        config, rate = self.config, self.settings.sample_rate
        known = [piece.tokens for piece in held_out]
        rows = told_rows(config, whole, held_out)
        moving = calibrated(config, whole, rate, known, rows)
        found = cooled(config, whole, rate, known, moving, rows)
        found["outline.output.bias"] = rested(config, whole | found, rate, known, moving, rows)
        return found, moving

    def _join(
        self,
        show: TrainingDisplay,
        corpus: Corpus,
        kept: KeptTiers,
        outline: OutlineLearning,
        held_out: list[OutlinePiece],
    ) -> None:
        """Write a model of kept tiers and of outlines that have been learned."""
        whole = kept.tensors | outline.kept
        drawn, moving = self._calibrated(whole, held_out)
        facts = kept.facts | self._known(corpus, kept.rms, outline) | moving
        for path in (self.folder.last, self.folder.best):
            self.folder.write_model(path, whole | drawn, corpus.description, facts, kept.following)
        show.say(f"{self.settings.name}: {outline.best:.2f} bits a frame on held-out sound.")

    def _known(self, corpus: Corpus, rms: float, outline: OutlineLearning) -> dict[str, Any]:
        return {
            "held_out_from": corpus.held_out_from,
            "gain": corpus.gain,
            "outline_minutes": round(outline.seconds / 60, 1),
            "rms": round(rms, 4),
        } | outline.bits

    def _checkpoint(
        self,
        learning: FullbandLearning,
        data: Prepared,
        corpus: Corpus,
        tensors: dict[str, NDArray[np.float32]],
        known: dict[str, Any],
    ) -> float:
        """Measure on held-out sound, keep the best and the last, save, and listen; returns the bits."""
        settings, folder = self.settings, self.folder
        held = learning.held_out_bits(data.held_out)
        bits = float(held.mean())
        with learning.averaged():
            arrays = learning.net.arrays() | tensors
        facts = known | {
            "updates": learning.done,
            "minutes": round(learning.seconds / 60, 1),
            "held_out_bits_a_cell": held.round(3).tolist(),
        }
        if bits < learning.best:
            learning.best = bits
            folder.write_model(folder.best, arrays, corpus.description, facts)
        folder.write_model(folder.last, arrays, corpus.description, facts)
        learning.save(
            folder.checkpoint,
            settings.sample_rate,
            settings=settings.identity(),
            audio=corpus.fingerprint,
        )
        if self.listening is not None:
            self.listening(folder.last, folder.takes, learning.done)
        return bits
