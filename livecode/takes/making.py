"""Making takes: a thread on each core draws and writes them, the main one keeps the index."""

import io
import queue
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from livecode.errors import LivecodeError
from livecode.files import replace_file
from livecode.neural.audio.files import read_audio
from livecode.neural.interrupts import noted_interrupts
from livecode.neural.samplernn.model import SampleRNN
from livecode.takes.batch import Batches, Drawn, primed, split
from livecode.takes.figures import centroid_hz, silence_share
from livecode.takes.index import (
    Index,
    Record,
    Settings,
    all_take_files,
    file_name,
    take_seed,
    write_index,
)  # fmt: skip
from livecode.voices.samplernn import StreamState

PRIME_S = 10.0  # of the end of a prime that the takes have heard
LOOK_EVERY_S = 0.2  # for Ctrl-C
LARGEST_8_BIT = 256  # levels, beyond which 16 bits a sample would lose some

Floats = NDArray[np.float32]


class TakesWatcher(Protocol):
    """Follows a run, to show how far it is. All calls come from the main thread."""

    def say(self, sentence: str) -> None:
        """Take a sentence for the person who waits."""

    def begin(self, name: str, takes: int, samples: int, sample_rate: int) -> None:
        """Learn that so many takes will be made from a model, of `samples` samples in all."""

    def drawn(self, samples: int) -> None:
        """Learn that so many more samples were drawn."""

    def made(self, takes: int) -> None:
        """Learn that so many more takes were written."""


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
    """The takes that a folder lacks, on their way into it."""

    def __init__(
        self,
        out: Path,
        prime: Path | None,
        model: SampleRNN,
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
        self._told: queue.SimpleQueue[int | list[Record] | BaseException | None] = (
            queue.SimpleQueue()
        )
        self.finished = set(self._records)

    def make(self, numbers: Sequence[int], cores: int) -> bool:
        """Makes those takes; False if stopped by Ctrl-C."""
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

    def _primed(self) -> StreamState | None:
        if self._prime is None:
            return None
        if self._prime.is_dir():
            raise LivecodeError(f"{self._prime} is a folder: --prime takes an audio file.")
        (file,) = read_audio([self._prime], self._model.sample_rate).files
        heard = file.audio[-round(PRIME_S * self._model.sample_rate) :]
        return primed(self._model, self._settings.weights, self._model.quantise(heard))  # type: ignore[arg-type]

    def _follow(self, takes: int, workers: int, noted: Sequence[int]) -> bool:
        """Keep the index and tell the watch, until the workers have ended or Ctrl-C is noted.

        Returns whether they have ended.
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
        """Takes that were finished while the run was being stopped."""
        with suppress(queue.Empty):
            while True:
                match self._told.get_nowait():
                    case list(records):
                        self._keep(records)

    def _keep(self, records: list[Record]) -> None:
        self._records |= {record.number: record for record in records}
        self.finished |= {record.number for record in records}
        write_index(self._out, Index(self._settings, tuple(self._records.values())))

    def _work(self, start: StreamState | None) -> None:
        try:
            batches = Batches(self._model, self._settings.weights, start)  # type: ignore[arg-type]
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

    def _written(self, numbers: list[int], seeds: list[int], drawn: Drawn) -> list[Record]:
        """Writes the takes of a batch."""
        config, rate = self._model.config, self._model.sample_rate
        smallest = np.diff(self._model.dequantise(np.array([config.silence, config.silence + 1])))
        records = []
        for row, (number, seed) in enumerate(zip(numbers, seeds, strict=True)):
            audio = self._model.dequantise(drawn.codes[row])
            write_take(self._out, number, audio, self._settings, config.levels)
            records.append(
                Record(
                    number=number,
                    frames=len(audio),
                    seed=seed,
                    temperature=self._settings.temperature,
                    log_likelihood=round(float(drawn.log_likelihood[row]), 6),
                    silence=round(silence_share(audio, rate, float(smallest[0])), 4),
                    centroid_hz=round(centroid_hz(audio, rate), 1),
                )
            )
        return records


def write_take(folder: Path, number: int, audio: Floats, settings: Settings, levels: int) -> None:
    """Writes a take (n,) in one piece: a reader sees all of it or nothing.

    A take that is there already, under whatever name, is not whole: it gives way.
    """
    path = folder / file_name(number, "", settings.format)
    path = all_take_files(folder).get(number, path)
    bits = 16 if levels <= LARGEST_8_BIT else 24
    # Rounded here: libsndfile rounds one way for WAV and another for FLAC.
    whole = np.clip(
        np.round(audio.astype(np.float64) * 2.0 ** (bits - 1)),
        -(2 ** (bits - 1)),
        2 ** (bits - 1) - 1,
    )
    words = whole.astype(np.int16) if bits == 16 else whole.astype(np.int32) << 8
    subtype = f"PCM_{bits}"
    file = io.BytesIO()  # a full disk is only told of by the system's own way to write
    kind = settings.format.upper()
    soundfile.write(file, words, settings.sample_rate, format=kind, subtype=subtype)
    replace_file(path, file.getvalue())
