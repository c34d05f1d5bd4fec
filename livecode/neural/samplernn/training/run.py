"""The course of a training: steps, checkpoints, takes, and what is written at its end."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from livecode.errors import LivecodeError
from livecode.neural.audio.corpus import Corpus, load_corpus
from livecode.neural.audio.fingerprint import check_same_sound
from livecode.neural.audio.order import ClipOrder, clip_sequences
from livecode.neural.interrupts import noted_interrupts
from livecode.neural.replacing import check_nothing_in_the_way
from livecode.neural.samplernn.model import SampleRNN
from livecode.neural.samplernn.training.card import write_card, write_page
from livecode.neural.samplernn.training.disturbance import Disturbance
from livecode.neural.samplernn.training.folder import Point, RunFolder
from livecode.neural.samplernn.training.learning import (
    Learning,
    Pace,
    frequencies,
    held_out_codes,
    keep_memory,
    multiplies_bfloat16,
)
from livecode.neural.samplernn.training.progress import (
    Showing,
    TensorBoard,
    TrainingDisplay,
    unshown,
)
from livecode.neural.samplernn.training.ranks import Ranks, joined
from livecode.neural.samplernn.training.settings import TrainSampleRNNSettings

CURVE_EVERY = 10  # steps between points of the curve; a checkpoint falls on one
CARD_SECONDS = 6.0  # of held-out sound and of a take, on the card

Watch = Callable[[Point], None]


def train_samplernn(
    settings: TrainSampleRNNSettings, watch: Watch | None = None, showing: Showing = unshown
) -> Path:
    """Trains as the settings say and returns the path of the best model's file.

    Step n reads what a generator seeded with (seed, epoch) says, and a checkpoint holds weights,
    Adam's moments and the carried state: killed and resumed, a training of `steps` takes the same
    course, and loses at most the time since its last checkpoint. Ctrl-C saves and raises
    LivecodeError with the way to go on. `watch` is called with every point of the curve, and
    `showing` opens what shows the training to a person.
    """
    settings.check()
    folder, meant = RunFolder(settings), settings.resume or settings.replace
    check_nothing_in_the_way(settings.name, (folder.best, folder.last, folder.checkpoint), meant)
    keep_memory()
    with joined() as ranks:
        return _Training(settings, ranks, watch).run(showing if ranks.leads else unshown)


class _Training:
    def __init__(self, settings: TrainSampleRNNSettings, ranks: Ranks, watch: Watch | None) -> None:
        self.settings, self.ranks, self.watch = settings, ranks, watch
        look = settings.config.lookback
        self.corpus: Corpus = load_corpus(
            settings.sources, settings.sample_rate, look + settings.sequence, settings.held_out
        )
        reading = (settings.batch, settings.sequence)
        clip = clip_sequences(self.corpus.train, *reading, look, settings.sequences)
        self.order = ClipOrder(
            self.corpus.train, *reading, clip, look, settings.seed, settings.augment
        )
        low = {"auto": multiplies_bfloat16(), "bfloat16": True, "float32": False}
        self.learning = Learning(
            settings.config,
            settings.batch,
            settings.seed,
            low[settings.precision],
            ranks,
            Disturbance(settings.disturb, settings.disturb_level),
        )
        self.folder = RunFolder(settings)
        self.test = held_out_codes(self.learning, self.corpus.held_out)
        shares = frequencies(settings.config, self.corpus.train)
        self.learning.net.expect(shares)
        self.unigram = float(-np.log2(shares)[self.test.numpy()].mean())
        self.pace = Pace(settings.peak_rate)
        self.best, self.waited, self.train = math.inf, 0, math.nan
        self.board: TensorBoard | None = None

    def run(self, showing: Showing) -> Path:
        """From where it stands to its end."""
        settings, leads = self.settings, self.ranks.leads
        self.folder.make()
        self._begin()
        if settings.tensorboard and leads:
            self.board = TensorBoard(self.folder.run / "tensorboard")
        with showing(settings.name) as show, noted_interrupts() as noted:
            for note in self.corpus.notes:
                show.say(note)
            interrupted = self._steps(show, noted)
            self._checkpoint()
            if leads:
                self._finish(show)
        if interrupted:
            raise LivecodeError(
                f"the training of {settings.name!r} stopped after {self.learning.done} steps and "
                "is saved: add --resume to go on"
            )
        return self.folder.best

    def _begin(self) -> None:
        if self.settings.resume:
            if not self.folder.checkpoint.exists():
                raise LivecodeError(
                    f"there is no checkpoint at {self.folder.checkpoint} to go on from: "
                    "train without --resume"
                )
            settings = self.settings
            facts = self.learning.load(self.folder.checkpoint, settings.identity())
            check_same_sound(
                facts.get("audio"), self.corpus.fingerprint, settings.name, settings.other_audio
            )
            # what is done against a net's errors costs bits on clean sound: with other settings
            # of it, the best so far is no measure
            if facts.get("disturbance") == self._disturbance():
                self.best = facts.get("best", math.inf)
                self.waited = facts.get("waited", 0)
        if self.ranks.leads:
            self.folder.rewind(self.learning.done)
            points = self.folder.points()
            self.train = points[-1]["train"] if points else math.nan

    def _share(self) -> float:
        """How much of the training is done, 0 to 1."""
        settings, learning = self.settings, self.learning
        by_steps = learning.done / settings.steps if settings.steps else 0.0
        by_time = learning.seconds / 60 / settings.minutes if settings.minutes else 0.0
        return min(1.0, max(by_steps, by_time))

    def _steps(self, show: TrainingDisplay, noted: list[int]) -> bool:
        """Steps until the end; whether it was Ctrl-C."""
        settings, learning = self.settings, self.learning
        before = saved = time.monotonic()
        began, trained, taken = time.thread_time(), learning.seconds, -math.inf
        losses: list[float] = []
        epoch = learning.done // self.order.steps_per_epoch
        while True:
            share, stop = self.ranks.agreed(self._share(), float(bool(noted)))
            if share >= 1 or stop or self._is_stuck():
                return bool(stop)
            rate = self.pace.rate(share)
            losses.append(learning.step(self.order, rate))
            if not math.isfinite(losses[-1]):
                raise LivecodeError(
                    f"the training of {settings.name!r} went astray at step {learning.done}: "
                    "resume it with a smaller --peak-rate, or start again with another --seed"
                )
            now = time.monotonic()
            learning.seconds = trained + time.thread_time() - began
            if learning.done % CURVE_EVERY:
                continue
            point = self._point(losses, rate, now - before)
            losses, before = [], now
            (due,) = self.ranks.agreed(float(now - saved >= 60 * settings.checkpoint_minutes))
            if due:
                point["held_out"] = self._checkpoint()
                saved = before = time.monotonic()
            reached = learning.done // self.order.steps_per_epoch
            if not self.ranks.leads:
                continue
            self.folder.add(point)
            show.point(point, self._share())
            if self.board is not None:
                self.board.add(point)
            if self.watch is not None:
                self.watch(point)
            due = reached - epoch >= settings.takes_every
            if due and now - taken >= 60 * settings.takes_minutes:
                epoch, taken = reached, now
                self._takes(show)
                before = time.monotonic()

    def _point(self, losses: list[float], rate: float, seconds: float) -> Point:
        settings, learning = self.settings, self.learning
        read = settings.batch * settings.sequence
        self.train = float(np.mean(losses))
        return {
            "step": learning.done,
            "samples": learning.done * read,
            "seconds": round(learning.seconds, 3),
            "epoch": round(learning.done / self.order.steps_per_epoch, 4),
            "train": self.train,
            "learning_rate": rate,
            "rate": round(len(losses) * read / seconds, 1),
        }

    def _is_stuck(self) -> bool:
        patience = self.settings.patience
        return patience is not None and self.waited >= patience

    def _checkpoint(self) -> float:
        """Measures on held-out sound, keeps the best and the last, and saves; returns the bits."""
        with self.learning.averaged():
            bits = self.learning.held_out_bits(self.test)
            arrays = self.learning.net.arrays()
        better = bits < self.best
        self.waited = 0 if better else self.waited + 1
        self.best = min(self.best, bits)
        if self.ranks.leads:
            facts = self._facts(bits)
            if better:
                self.folder.write_model(self.folder.best, arrays, self.corpus.description, facts)
            self.folder.write_model(self.folder.last, arrays, self.corpus.description, facts)
        self.learning.save(
            self.folder.checkpoint,
            self.settings.identity(),
            self.settings.sample_rate,
            best=self.best,
            waited=self.waited,
            disturbance=self._disturbance(),
            audio=self.corpus.fingerprint,
        )
        return bits

    def _disturbance(self) -> list[float]:
        return [self.settings.disturb, self.settings.disturb_level]

    def _facts(self, bits: float) -> dict[str, Any]:
        learning = self.learning
        return {
            "steps": learning.done,
            "epochs": round(learning.done / self.order.steps_per_epoch, 2),
            "minutes": round(learning.seconds / 60, 1),
            "seed": self.settings.seed,
            "held_out_bits": round(bits, 4),
            "train_bits": round(self.train, 4),
            "unigram_bits": round(self.unigram, 4),
            "held_out_from": self.corpus.held_out_from,
            "gain": self.corpus.gain,
            "rms": round(float(np.concatenate(self.corpus.train).std()), 5),
        }

    def _takes(self, show: TrainingDisplay) -> None:
        """Takes of the net as it stands, and the page with its curve."""
        settings, learning = self.settings, self.learning
        with learning.averaged():
            arrays = learning.net.arrays()
        model = SampleRNN(settings.name, settings.sample_rate, settings.config, arrays)
        takes = self.folder.write_takes(model, learning.done, seed=settings.seed + learning.done)
        drawn = write_page(
            self.folder.page, settings.name, self.folder.points(), takes, settings.sample_rate,
            settings.temperatures,
        )  # fmt: skip
        if not drawn:
            show.say('No page was drawn: it needs matplotlib, as in pip install "livecode[train]".')

    def _finish(self, show: TrainingDisplay) -> None:
        self._takes(show)
        real = max(self.corpus.held_out, key=len)
        write_card(self.folder.best, real[: int(CARD_SECONDS * self.settings.sample_rate)])
        show.say(
            f"{self.settings.name}: {self.best:.3f} bits a sample on held-out sound "
            f"({self.unigram:.3f} by the frequencies of levels alone)."
        )
