"""Makes takes: a thread on each core draws and writes them, and the main thread keeps the index."""

import io
import queue
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.neural.audio.files import read_audio
from livecode.neural.interrupts import noted_interrupts
from livecode.takes.batch import DrawnTakes, TakesModel, split
from livecode.takes.figures import centroid_hz, silence_share
from livecode.takes.index import (
    Index,
    Settings,
    TakeRecord,
    all_take_files,
    file_name,
    take_seed,
    write_index,
)  # fmt: skip

PRIME_S = 10.0  # the last seconds of a prime, which the takes are primed with
LOOK_EVERY_S = 0.2  # how often the main thread checks for Ctrl-C

Floats = NDArray[np.float32]


class TakesWatcher(Protocol):
    """Shows the progress of a run. The main thread makes all calls."""

    def say(self, sentence: str) -> None:
        """Show a sentence."""

    def begin(self, name: str, takes: int, samples: int, sample_rate: int) -> None:
        """Start to show a run of `takes` takes of a model, with `samples` samples in all."""

    def drawn(self, samples: int) -> None:
        """Show that this many more samples have been drawn."""

    def made(self, takes: int) -> None:
        """Show that this many more takes have been written."""


class UnwatchedTakes:
    """A `TakesWatcher` that shows nothing."""

    def say(self, sentence: str) -> None:
        """Ignore the sentence."""

    def begin(self, name: str, takes: int, samples: int, sample_rate: int) -> None:
        """Show no bar."""

    def drawn(self, samples: int) -> None:
        """Show no progress."""

    def made(self, takes: int) -> None:
        """Count nothing."""


class Run:
    """A run that makes the takes that a folder lacks."""

    def __init__(
        self,
        out: Path,
        prime: Path | None,
        model: TakesModel,
        index: Index,
        count: int,
        temperatures: Floats,
        watch: TakesWatcher,
    ) -> None:
        self._out, self._prime = out, prime
        self._model, self._count = model, count
        self._settings = index.settings
        self._records = {record.number: record for record in index.records}
        self._temperatures, self._watch = temperatures, watch
        self._stop = threading.Event()
        self._waiting: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[int | list[TakeRecord] | BaseException | None] = (
            queue.SimpleQueue()
        )
        self.finished = set(self._records)

    def make(self, numbers: Sequence[int], cores: int) -> bool:
        """Make the takes of these numbers. Return False if Ctrl-C stopped the run."""
        self.finished -= set(numbers)
        batches = split(numbers, cores)
        for batch in batches:
            self._waiting.put(batch)
        start = self._primed()
        threads = [
            threading.Thread(target=self._work, args=(start,), name=f"takes {k}", daemon=True)
            for k in range(min(cores, len(batches)))
        ]
        for thread in threads:
            thread.start()
        try:
            with noted_interrupts() as noted:
                return self._follow(len(numbers), len(threads), noted)
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            self._take_in_what_is_left()

    def _primed(self) -> Any:
        if self._prime is None:
            return None
        if self._prime.is_dir():
            raise LivecodeError(f"{self._prime} is a folder: --prime takes an audio file")
        (file,) = read_audio([self._prime], self._model.sample_rate).files
        heard = file.audio[-round(PRIME_S * self._model.sample_rate) :]
        return self._model.primed(self._settings.weights, heard)  # type: ignore[arg-type]

    def _follow(self, takes: int, workers: int, noted: Sequence[int]) -> bool:
        """Keep the index and show progress until the workers have ended or Ctrl-C is noted.

        Return whether the workers have ended.
        """
        watch = self._watch
        watch.begin(self._model.name, takes, takes * self._count, self._model.sample_rate)
        while workers:
            if noted:
                return False
            try:
                told = self._told.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                continue
            match told:
                case None:
                    workers -= 1
                case int(samples):
                    watch.drawn(samples)
                case list(records):
                    self._keep(records)
                    watch.made(len(records))
                case BaseException() as error:
                    raise error
        return True

    def _take_in_what_is_left(self) -> None:
        """Take in the takes that were finished while the run was being stopped."""
        with suppress(queue.Empty):
            while True:
                match self._told.get_nowait():
                    case list(records):
                        self._keep(records)

    def _keep(self, records: list[TakeRecord]) -> None:
        self._records |= {record.number: record for record in records}
        self.finished |= {record.number for record in records}
        write_index(self._out, Index(self._settings, tuple(self._records.values())))

    def _work(self, start: Any) -> None:
        try:
            batches = self._model.batches(self._settings.weights, start)  # type: ignore[arg-type]
            while not self._stop.is_set():
                numbers = self._waiting.get_nowait()
                seeds = [take_seed(self._settings.seed, number) for number in numbers]
                drawn = batches.draw(
                    seeds, self._count, self._temperatures, self._stop, self._told.put
                )
                if drawn is not None:
                    self._told.put(self._written(numbers, seeds, drawn))
        except queue.Empty:
            pass
        except BaseException as error:
            self._told.put(error)
        self._told.put(None)

    def _written(self, numbers: list[int], seeds: list[int], drawn: DrawnTakes) -> list[TakeRecord]:
        """Write the takes of a batch, and return their records."""
        model, rate, records = self._model, self._model.sample_rate, []
        for row, (number, seed) in enumerate(zip(numbers, seeds, strict=True)):
            audio = drawn.audio[row]
            write_take(self._out, number, audio, self._settings, model.bits)
            records.append(
                TakeRecord(
                    number=number,
                    frames=len(audio),
                    seed=seed,
                    temperature=self._settings.temperature,
                    log_likelihood=round(float(drawn.log_likelihood[row]), 6),
                    silence=round(silence_share(audio, rate, model.step), 4),
                    centroid_hz=round(centroid_hz(audio, rate), 1),
                )
            )
        return records


def write_take(folder: Path, number: int, audio: Floats, settings: Settings, bits: int) -> None:
    """Write a take (n,) in 16 or 24 bits atomically, so that a reader finds all of it or nothing.

    The take replaces a file of its number under any name, since that file was incomplete.
    """
    path = folder / file_name(number, "", settings.format)
    path = all_take_files(folder).get(number, path)
    # Rounded here because libsndfile rounds differently for WAV and FLAC.
    whole = np.clip(
        np.round(audio.astype(np.float64) * 2.0 ** (bits - 1)),
        -(2 ** (bits - 1)),
        2 ** (bits - 1) - 1,
    )
    words = whole.astype(np.int16) if bits == 16 else whole.astype(np.int32) << 8
    subtype = f"PCM_{bits}"
    file = io.BytesIO()  # in memory first, because only the system's own write reports a full disk
    kind = settings.format.upper()
    soundfile.write(file, words, settings.sample_rate, format=kind, subtype=subtype)
    replace_file(path, file.getvalue())
